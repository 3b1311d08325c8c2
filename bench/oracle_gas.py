"""Gas and call data of one attestation, by number of members.

    make gas-oracle       # build/gas-oracle/report.json and bench/oracle-gas.md

Every number is the receipt of a transaction on a local chain with all state written; slots are cold and were written before, weights
are equal, floor(2N/3) + 1 members sign. `gate` is OracleGate.attest by itself (what the published figures of others measure: the
verification), `sync` is Rollup.sync, the transaction a relayer sends: it also opens the stored block and moves the rollup's counter.
`guarded` has a live veto member and a curse on the chain and on the network that do not cover the block.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from rich.console import Console
from rich.table import Table
from web3 import HTTPProvider, Web3

from tests.support.anvil import KEYS as ANVIL_KEYS
from tests.support.anvil import anvil
from tests.support.deployment import compiled
from tests.support.settlement import DEPLOYMENT_ID, GENESIS, GENESIS_ROOT, KEYS, attest_digest, create_address, make_block, sign
from zklink.protocol.oracle_messages import NETWORK, Curse

ROOT = Path(__file__).resolve().parents[1]
SIZES = (4, 7, 13, 19, 31, 101)
VETO = 1 << 192
BARS = {"gate": 115_000, "gate_guarded": 122_000}
CALLDATA_BAR = 1_200
BAR_SIZE = 19
ANCHORS = {
    "Wormhole (verification alone)": (67_200, 86_800, 126_200, 165_600, 244_600, 707_900),
    "Axelar (verification alone)": (51_900, 67_100, 97_700, 128_100, 189_200, 547_400),
    "Symbiotic BLS (verification alone)": (195_000, 203_000, 219_000, 236_000, 271_000, 466_000),
}
"""Gas of published verifiers at SIZES, measured once on the same operation: cold storage, no application write."""
FAR = 1 << 62


@dataclass
class Chain:
    """One local chain and who pays on it."""

    w3: Web3
    sender: str

    def create(self, name: str, *arguments: Any) -> Any:
        """The deployed contract `name`."""
        kind = compiled()[name]
        factory = self.w3.eth.contract(abi=kind["abi"], bytecode=kind["deploymentBytecode"]["bytecode"])
        receipt = self.send(factory.constructor(*arguments))
        return self.w3.eth.contract(address=receipt["contractAddress"], abi=kind["abi"])

    def send(self, call: Any) -> Any:
        """The receipt of a transaction that must succeed."""
        receipt = self.w3.eth.wait_for_transaction_receipt(call.transact({"from": self.sender, "gas": 16_000_000}))
        assert receipt["status"] == 1
        return receipt

    def predicted(self, ahead: int) -> str:
        """Address of the contract created `ahead` transactions from now."""
        nonce = self.w3.eth.get_transaction_count(self.w3.to_checksum_address(self.sender))
        return Web3.to_checksum_address(create_address(self.sender, nonce + ahead))


def members_of(size: int) -> list[Any]:
    """Keys of a set, ascending by address."""
    return sorted((Account.from_key((0xA77E57 + i).to_bytes(32, "big")) for i in range(size)), key=lambda a: int(a.address, 16))


def table_of(members: list[Any], guarded: bool) -> list[int]:
    """The constructor's table; the first member holds the veto when guarded."""
    rows = [1 << 160 | int(member.address, 16) for member in members]
    return [rows[0] | VETO, *rows[1:]] if guarded else rows


def curse_twice(chain: Chain, gate: Any, members: list[Any], signers: range) -> None:
    """A curse on the chain and one on the network, both from a block that is never reached."""
    expiry = chain.w3.eth.get_block("latest")["timestamp"] + 10**6
    for subject in (1, NETWORK):
        digest = Curse(1, subject, 0, FAR, expiry, 7, bytes(32)).digest(int.from_bytes(DEPLOYMENT_ID, "big"))
        chain.send(
            gate.functions.raise_curse(subject, FAR, expiry, 7, bytes(32), 1, *sign(digest, signers, members))
        )


def measure_gate(chain: Chain, size: int, guarded: bool) -> tuple[int, int]:
    """(gas, bytes of call data) of OracleGate.attest; the sender stands in for the rollup."""
    members, signers = members_of(size), range(2 * size // 3 + 1)
    gate = chain.create("OracleGate", 1, DEPLOYMENT_ID, chain.sender, table_of(members, guarded), 1)
    if guarded:
        curse_twice(chain, gate, members, signers)
    root, sync_hash = b"\x11" * 32, b"\x22" * 32
    for number in (1, 2):
        bundle = sign(attest_digest(number, root, sync_hash), signers, members)
        call = gate.functions.attest(number, root, sync_hash, 1, *bundle)
        receipt = chain.send(call)
    return receipt["gasUsed"], len(call._encode_transaction_data()) // 2 - 1


def measure_sync(chain: Chain, size: int, guarded: bool) -> tuple[int, int]:
    """(gas, bytes of call data) of Rollup.sync in a whole deployment of one chain."""
    members, signers = members_of(size), range(2 * size // 3 + 1)
    checker = chain.create("StreamChecker")
    verifier = chain.create("Groth16Verifier", KEYS[1].constructor, True)
    proof_gate = chain.create("ProofGate", [1], [verifier.address])
    rollup_address, sender = chain.predicted(2), chain.sender
    gate = chain.create("OracleGate", 1, DEPLOYMENT_ID, rollup_address, table_of(members, guarded), 1)
    bridge = chain.create("Bridge", 1, DEPLOYMENT_ID, rollup_address, sender, 12, 4, 6, 604800, 10**14, 10)
    rollup = chain.create(
        "Rollup", 1, 1, DEPLOYMENT_ID, GENESIS_ROOT.to_bytes(32, "big"), True, sender, sender,
        bridge.address, proof_gate.address, gate.address, checker.address,
    )  # fmt: skip
    assert rollup.address == rollup_address
    if guarded:
        curse_twice(chain, gate, members, signers)
    previous = GENESIS
    for _ in (1, 2):
        block = make_block(previous, chain.w3.eth.get_block("latest")["timestamp"], chain_count=1)
        chain.send(rollup.functions.commit(*block.commit(1, previous, True)))
        previous = block.stored(1, previous)
        chain.send(rollup.functions.prove([previous.words], [block.prove()]))
        digest = attest_digest(previous.number, previous.new_root, previous.sync_hash)
        call = rollup.functions.sync(previous.words, 1, *sign(digest, signers, members))
        receipt = chain.send(call)
    return receipt["gasUsed"], len(call._encode_transaction_data()) // 2 - 1


def measure() -> dict[str, dict[str, dict[str, int]]]:
    """way -> members -> {gas, calldata}."""
    with anvil(31337) as node:
        w3 = Web3(HTTPProvider(node.url))
        chain = Chain(w3, Account.from_key(ANVIL_KEYS[0]).address)
        found: dict[str, dict[str, dict[str, int]]] = {}
        for way, work, guarded in (
            ("gate", measure_gate, False),
            ("gate_guarded", measure_gate, True),
            ("sync", measure_sync, False),
            ("sync_guarded", measure_sync, True),
        ):
            rows = {str(size): work(chain, size, guarded) for size in SIZES}
            found[way] = {size: {"gas": gas, "calldata": calldata} for size, (gas, calldata) in rows.items()}
    return found


def failures(found: dict[str, dict[str, dict[str, int]]]) -> list[str]:
    """Bars that are not met, in words."""
    missed = []
    for way, bar in BARS.items():
        row = found[way][str(BAR_SIZE)]
        if row["gas"] > bar:
            missed.append(f"{way}: {row['gas']} gas at {BAR_SIZE} members, bar {bar}")
        if row["calldata"] > CALLDATA_BAR:
            missed.append(f"{way}: {row['calldata']} bytes at {BAR_SIZE} members, bar {CALLDATA_BAR}")
    return missed


def render(found: dict[str, dict[str, dict[str, int]]]) -> str:
    """The table as Markdown."""
    lines = ["| | " + " | ".join(f"N = {n}" for n in SIZES) + " |", "|---|" + "---|" * len(SIZES)]
    for way, rows in found.items():
        lines.append(f"| {way}, gas | " + " | ".join(f"{rows[str(n)]['gas']:,}" for n in SIZES) + " |")
    for way, rows in found.items():
        lines.append(f"| {way}, bytes | " + " | ".join(f"{rows[str(n)]['calldata']:,}" for n in SIZES) + " |")
    for name, numbers in ANCHORS.items():
        lines.append(f"| {name} | " + " | ".join(f"{gas:,}" for gas in numbers) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """0 when every bar is met."""
    found = measure()
    missed = failures(found)
    out = ROOT / "build" / "gas-oracle"
    out.mkdir(parents=True, exist_ok=True)
    report = {"members": found, "bars": {**BARS, "calldata": CALLDATA_BAR, "at": BAR_SIZE}, "missed": missed}
    (out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    (out / "table.md").write_text(render(found))
    table = Table("way", *(f"N = {n}" for n in SIZES), title="gas of one attestation (bytes of call data)")
    for way, rows in found.items():
        table.add_row(way, *(f"{rows[str(n)]['gas']:,} ({rows[str(n)]['calldata']:,})" for n in SIZES))
    Console().print(table)
    for line in missed:
        print(f"missed: {line}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
