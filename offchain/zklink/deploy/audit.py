"""Whether a chain shows what was planned: every constant of every contract, read back and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from eth_utils.address import to_checksum_address

from zklink.deploy.manifest import Manifest
from zklink.deploy.plan import Plan, Roles, VerifyingKey

Read = Callable[..., Any]
"""read(contract, function, *arguments) -> answer of a view of the chain at hand."""
Check = tuple[str, str, object, object]
"""Contract, constant, planned, found."""
SEQUENCER = 1


class AuditFailed(Exception):
    """Raised when a chain does not show what was planned."""

    def __init__(self, chain: int, contract: str, constant: str, planned: object, found: object) -> None:
        super().__init__(
            f"chain {chain}: {contract}.{constant}: planned {planned}, found {found}; do not use this deployment"
        )
        self.chain, self.contract, self.constant, self.planned, self.found = chain, contract, constant, planned, found


def audit(
    manifest: Manifest,
    chain: int,
    plan: Plan,
    keys: tuple[VerifyingKey, ...],
    roles: Roles,
    tokens: list[dict[str, Any]],
    read: Read,
) -> int:
    """Number of constants compared. `tokens` are the chain's registry entries. Raises AuditFailed at a difference."""
    count = 0
    for checks in (
        _settings(manifest, chain, roles, read),
        _identity(chain, plan, read),
        _keys(keys, read),
        _tokens(tokens, read),
    ):
        for contract, constant, planned, found in checks:
            count += 1
            if planned != found:
                raise AuditFailed(chain, contract, constant, planned, found)
    return count


def _settings(manifest: Manifest, chain: int, roles: Roles, read: Read) -> Iterator[Check]:
    yield "Rollup", "governor", roles.governor, read("Rollup", "governor")
    yield "Rollup", "is_primary", chain == manifest.primary, read("Rollup", "is_primary")
    yield "Rollup", "chain_count", len(manifest.chains), read("Rollup", "chain_count")
    yield "Rollup", "attested_only", False, read("Rollup", "attested_only")
    yield "Rollup", "has_role(sequencer)", True, read("Rollup", "has_role", roles.sequencer, SEQUENCER)
    yield "Bridge", "governor", roles.governor, read("Bridge", "governor")
    yield "Bridge", "priority_expiry", manifest.priority_expiry, read("Bridge", "priority_expiry")
    yield "OracleGate", "attested", 0, read("OracleGate", "attested")


def _identity(chain: int, plan: Plan, read: Read) -> Iterator[Check]:
    addresses = {step.name: step.address for step in plan.steps[chain]}
    for name in ("Rollup", "Bridge", "OracleGate"):
        yield name, "chain_id", chain, read(name, "chain_id")
        yield name, "deployment_id", plan.deployment_id.to_bytes(32, "big"), bytes(read(name, "deployment_id"))
    for name in ("Bridge", "OracleGate"):
        yield name, "rollup", addresses["Rollup"], to_checksum_address(read(name, "rollup"))
    for getter, name in (("bridge", "Bridge"), ("proof_gate", "ProofGate"), ("oracle_gate", "OracleGate")):
        yield "Rollup", getter, addresses[name], to_checksum_address(read("Rollup", getter))


def _keys(keys: tuple[VerifyingKey, ...], read: Read) -> Iterator[Check]:
    yield "ProofGate", "shapes", [key.shape for key in keys], list(read("ProofGate", "shapes"))
    yield "ProofGate", "development", any(key.development for key in keys), read("ProofGate", "development")
    for key in keys:
        name = f"Verifier{key.shape}"
        yield name, "key_hash", key.hash, bytes(read(name, "key_hash"))
        yield name, "development", key.development, read(name, "development")


def _tokens(tokens: list[dict[str, Any]], read: Read) -> Iterator[Check]:
    for token in tokens:
        found = to_checksum_address(read("Bridge", "token_by_id", token["id"]))
        yield "Bridge", f"token_by_id({token['id']})", token["address"], found
        decimals = read("Bridge", "token_info", token["address"]).decimals
        yield "Bridge", f"decimals({token['symbol']})", token["decimals"], decimals
