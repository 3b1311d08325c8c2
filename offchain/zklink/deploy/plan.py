"""What to deploy on a chain, in order, with constructor arguments. Addresses are predicted from the deployer's nonce.

    nonce + 0            StreamChecker
    nonce + 1 ..         Verifier<shape>, one for each shape, ascending
    then                 ProofGate, Bridge, OracleGate, Rollup

Bridge and OracleGate fix the rollup's address at construction, the rollup checks that they name it: a wrong prediction
cannot pass. The deployment id needs the primary's rollup address, so nonces of all chains are known before the first
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp  # CREATE addresses: the RLP of (deployer, nonce)
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from zklink.deploy.errors import ManifestError
from zklink.deploy.fields import LOCAL, OracleEntry
from zklink.deploy.manifest import Manifest
from zklink.protocol.keys import deployment_id
from zklink.protocol.presets import PRESETS

QUEUE_BITS = 14
"""log2 of the open requests a bridge has room for; its fee is 66,049 times the base when the last is taken."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """The key of a shape as the verifier's constructor takes it; words in the order of the EVM's precompiles."""

    shape: int
    steps: int
    development: bool
    alpha: tuple[int, ...]
    beta: tuple[int, ...]
    gamma: tuple[int, ...]
    delta: tuple[int, ...]
    ic: tuple[tuple[int, int], ...]

    @property
    def hash(self) -> bytes:
        """keccak256 of the 24 words, what the verifier's `key_hash` answers."""
        words = [*self.alpha, *self.beta, *self.gamma, *self.delta, *(w for point in self.ic for w in point)]
        return keccak(b"".join(word.to_bytes(32, "big") for word in words))


@dataclass(frozen=True, slots=True)
class Step:
    """One contract: `name` in the registry, `kind` as it is compiled, the address it must get."""

    name: str
    kind: str
    address: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Roles:
    """Who holds which power at first. Addresses."""

    governor: str
    guardian: str
    sequencer: str
    fee_address: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole deployment: its identity and the steps of every chain."""

    deployment_id: int
    genesis_root: int
    steps: Mapping[int, tuple[Step, ...]]


def create_address(deployer: str, nonce: int) -> str:
    """Address of a contract made by `deployer`'s transaction with this nonce."""
    return to_checksum_address(keccak(rlp.encode([bytes.fromhex(deployer[2:]), nonce]))[12:])


def make_plan(
    manifest: Manifest,
    genesis_root: int,
    keys: tuple[VerifyingKey, ...],
    roles: Roles,
    oracle: OracleEntry,
    deployer: str,
    nonces: Mapping[int, int],
) -> Plan:
    """The plan of a manifest. Raises ManifestError for a development key outside a local environment."""
    for key in keys:
        if key.development and manifest.environment != LOCAL:
            raise ManifestError("keys", [("shapes", f"shape {key.shape} has a development key")])
    offset = 4 + len(keys)
    rollup = create_address(deployer, nonces[manifest.primary] + offset)
    main = manifest.chains[manifest.primary - 1]
    salt = manifest.salt.to_bytes(32, "big")
    identity = deployment_id(main.evm_chain_id, int(rollup, 16), genesis_root, salt)
    steps = {
        chain.id: _chain_steps(
            manifest, chain.id, identity, genesis_root, keys, roles, oracle, deployer, nonces[chain.id]
        )
        for chain in manifest.chains
    }
    return Plan(identity, genesis_root, steps)


def _chain_steps(
    manifest: Manifest,
    chain: int,
    identity: int,
    genesis_root: int,
    keys: tuple[VerifyingKey, ...],
    roles: Roles,
    oracle: OracleEntry,
    deployer: str,
    nonce: int,
) -> tuple[Step, ...]:
    preset = PRESETS[manifest.preset]
    names = ["StreamChecker", *(f"Verifier{key.shape}" for key in keys), "ProofGate", "Bridge", "OracleGate", "Rollup"]
    at = {name: create_address(deployer, nonce + i) for i, name in enumerate(names)}
    network = identity.to_bytes(32, "big")
    members = [member.weight << 160 | member.address for member in oracle.member_set.members]
    arguments: dict[str, tuple[Any, ...]] = {
        "StreamChecker": (),
        "ProofGate": ([key.shape for key in keys], [at[f"Verifier{key.shape}"] for key in keys]),
        "Bridge": (
            chain,
            network,
            at["Rollup"],
            roles.governor,
            preset.account_bits,
            preset.sub_account_bits,
            preset.token_bits,
            manifest.priority_expiry,
            manifest.request_fee,
            QUEUE_BITS,
        ),
        "OracleGate": (chain, network, at["Rollup"], members, oracle.epoch),
        "Rollup": (
            chain,
            len(manifest.chains),
            network,
            genesis_root.to_bytes(32, "big"),
            chain == manifest.primary,
            roles.governor,
            roles.sequencer,
            at["Bridge"],
            at["ProofGate"],
            at["OracleGate"],
            at["StreamChecker"],
        ),
    }
    for key in keys:
        words = (list(key.alpha), list(key.beta), list(key.gamma), list(key.delta), [list(point) for point in key.ic])
        arguments[f"Verifier{key.shape}"] = (words, key.development)
    kinds = {f"Verifier{key.shape}": "Groth16Verifier" for key in keys}
    return tuple(Step(name, kinds.get(name, name), at[name], arguments[name]) for name in names)
