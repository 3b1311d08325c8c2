"""Carries out a deployment plan with Ape, reads every constant back and compares it with the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ape
from ape import networks, project

from zklink.deploy.audit import audit
from zklink.deploy.errors import ManifestError
from zklink.deploy.fields import LOCAL, MemberEntry, OracleEntry
from zklink.deploy.manifest import Manifest, ManifestChain, ManifestToken
from zklink.deploy.plan import Plan, Roles, Step, VerifyingKey, make_plan
from zklink.deploy.registry import parse_registry
from zklink.protocol.presets import PRESETS
from zklink.prover.keys import KeyFolder
from zklink.state.ledger import genesis_root

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
LISTER, GUARDIAN, FEE_COLLECTOR = 1, 2, 4
DEVELOPMENT_MEMBERS = range(10, 14)  # test accounts that stand in for a jury where a local manifest names none


class Deployer:
    """1. `__init__` makes the plan from keys, roles and the deployer's nonce on every chain.
    2. `run` deploys chain by chain, lists tokens, audits, and returns the registry.
    """

    def __init__(self, manifest: Manifest, account: Any, keys: Path) -> None:
        self.manifest, self.account = manifest, account
        preset = PRESETS[manifest.preset]
        self.keys = load_keys(keys / manifest.preset, manifest.shapes)
        self.development = any(key.development for key in self.keys)
        local = ape.accounts.test_accounts if manifest.environment == LOCAL else None
        self.oracle = manifest.oracle or OracleEntry(
            members=tuple(MemberEntry(address=local[i].address, weight=1) for i in DEVELOPMENT_MEMBERS)
        )
        self.roles = Roles(
            governor=manifest.governor or account.address,
            guardian=manifest.guardian or account.address,
            sequencer=manifest.sequencer or local[1].address,
            fee_address=manifest.fee_address or local[2].address,
        )
        nonces = {chain.id: self._on(chain, lambda: int(self.account.nonce)) for chain in manifest.chains}
        root = genesis_root(preset, int(self.roles.fee_address, 16))
        self.plan: Plan = make_plan(manifest, root, self.keys, self.roles, self.oracle, account.address, nonces)

    def _on(self, chain: ManifestChain, work: Any) -> Any:
        with networks.parse_network_choice(chain.network) as provider:
            if int(provider.chain_id) != chain.evm_chain_id:
                raise ManifestError(chain.network, [(f"chains.{chain.id}.evm_chain_id", f"is {provider.chain_id}")])
            return work()

    def run(self, console: Any) -> dict[str, Any]:
        """Deploy everything. Raises AuditFailed when a chain does not show what was planned."""
        chains = [self._on(chain, lambda chain=chain: self._chain(chain, console)) for chain in self.manifest.chains]
        registry = {
            "environment": self.manifest.environment,
            "preset": self.manifest.preset,
            "deployment_id": f"0x{self.plan.deployment_id:064x}",
            "genesis_root": f"0x{self.plan.genesis_root:064x}",
            "fee_address": self.roles.fee_address,
            "salt": f"0x{self.manifest.salt:064x}",
            "chain_count": len(chains),
            "primary": self.manifest.primary,
            "checkpoint_interval": self.manifest.checkpoint_interval,
            "shapes": [
                {
                    "id": key.shape,
                    "steps": key.steps,
                    "verifying_key_hash": "0x" + key.hash.hex(),
                    "development": key.development,
                }
                for key in self.keys
            ],
            "chains": chains,
            "oracle": json.loads(self.oracle.model_dump_json(exclude_none=True)),
        }
        parse_registry(registry)
        return registry

    def _chain(self, chain: ManifestChain, console: Any) -> dict[str, Any]:
        start = int(ape.chain.blocks.head.number)
        contracts: dict[str, Any] = {}
        for step in self.plan.steps[chain.id]:
            console.print(f"chain {chain.id}: {step.name}")
            contracts[step.name] = self._deploy(step)
        bridge = contracts["Bridge"]
        if self.roles.governor == self.account.address:
            bridge.set_role(self.account, LISTER, True, sender=self.account)
            bridge.set_role(self.roles.guardian, GUARDIAN, True, sender=self.account)
            bridge.set_role(self.roles.governor, FEE_COLLECTOR, True, sender=self.account)
            tokens = [self._list(bridge, token, chain) for token in self.manifest.tokens if chain.id in token.chains]
        else:
            console.print(
                f"chain {chain.id}: the governor {self.roles.governor} must give the lister role, then list tokens"
            )
            tokens = []
        compared = audit(
            self.manifest, chain.id, self.plan, self.keys, self.roles, tokens,
            lambda name, function, *arguments: getattr(contracts[name], function)(*arguments),
        )  # fmt: skip
        console.print(f"chain {chain.id}: {compared} constants are as planned")
        finality = (chain.finality or self.manifest.finality).model_dump()
        return {
            "id": chain.id,
            "evm_chain_id": chain.evm_chain_id,
            "rpc": str(chain.rpc or networks.provider.http_uri),
            "start_block": start,
            "finality": finality,
            "contracts": {name: contract.address for name, contract in contracts.items()},
            "tokens": tokens,
        }

    def _deploy(self, step: Step) -> Any:
        contract = self.account.deploy(project.get_contract(step.kind), *step.arguments)
        if contract.address != step.address:
            raise ManifestError(
                step.name,
                [("address", f"planned {step.address}, got {contract.address}: other transactions came between")],
            )
        return contract

    def _list(self, bridge: Any, token: ManifestToken, chain: ManifestChain) -> dict[str, Any]:
        address = NATIVE if token.native else token.addresses.get(chain.id) or self._mock(token)
        bridge.list_token(token.id, address, token.cap, sender=self.account)
        return {
            "id": token.id,
            "symbol": token.symbol,
            "address": address,
            "decimals": 18 if token.native else token.decimals,
        }

    def _mock(self, token: ManifestToken) -> str:
        """A dollar as custodians make them: proxy, 6 decimals, blocklist. The deployer may mint."""
        if token.mock != "UsdLogic":
            raise ManifestError("tokens", [("mock", f"{token.mock} is unknown, expected UsdLogic")])
        logic = self.account.deploy(project.UsdLogic)
        proxy = self.account.deploy(project.DelegateProxy, logic.address)
        project.UsdLogic.at(proxy.address).initialize(self.account.address, sender=self.account)
        return str(proxy.address)


def load_keys(folder: Path, shapes: tuple[int, ...]) -> tuple[VerifyingKey, ...]:
    """Verifying keys of the wanted shapes. Raises KeyMismatch (`make keys`)."""
    keys = KeyFolder(folder)
    record = keys.record()
    result = []
    for shape in sorted(shapes):
        key = keys.verifying_key(shape)
        beta, gamma, delta = ((x[1], x[0], y[1], y[0]) for x, y in (key.beta, key.gamma, key.delta))
        steps = int(record["shapes"][str(shape)]["steps"])
        result.append(
            VerifyingKey(shape, steps, bool(record["development"]), tuple(key.alpha), beta, gamma, delta, tuple(key.ic))
        )
    return tuple(result)
