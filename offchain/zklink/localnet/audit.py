"""Rebuilds the ledger from chain data alone and compares it with custody: PRO-I1 on L2 and on every chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector

from zklink.deploy.registry import Registry
from zklink.localnet.rpc import call, rpc
from zklink.localnet.stages import abi, topics
from zklink.protocol.block import Header
from zklink.protocol.constants import OP_DEPOSIT, RESERVE_ACCOUNT, STREAM_DATA
from zklink.state.context import Context
from zklink.state.invariants import check_conservation
from zklink.state.ledger import Ledger
from zklink.state.replay import replay_block

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"


@dataclass
class Custody:
    """What one bridge owes in one token, in its units, and what it has."""

    chain: int
    token: str
    balance: int
    held: int
    reserve: int
    unconsumed_deposits: int
    unclaimed: int

    @property
    def sound(self) -> bool:
        """PRO-I1, this chain's half: held is exactly its three parts, and is covered."""
        return self.balance >= self.held == self.reserve + self.unconsumed_deposits + self.unclaimed


@dataclass
class Audit:
    """`ledger` is at the block that every chain executed."""

    block: int
    ledger: Ledger
    custody: list[Custody] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether invariant PRO-I1 holds everywhere."""
        return not self.problems and all(entry.sound for entry in self.custody)


class ChainData:
    """Transactions and events of one rollup and its bridge, by plain JSON-RPC."""

    def __init__(self, registry: Registry, chain: int, url: str) -> None:
        self.entry, self.url = registry.chain(chain), url
        self._functions = {f["name"]: f for f in abi("Rollup") + abi("Bridge") if f["type"] == "function"}
        self._events = {e["name"]: e for e in abi("Bridge") + abi("Rollup") if e["type"] == "event"}

    def read(self, contract: str, function: str, *arguments: Any) -> tuple[Any, ...]:
        """Answer of a view function."""
        entry = self._functions[function]
        data = function_abi_to_4byte_selector(entry) + encode([collapse_if_tuple(i) for i in entry["inputs"]], arguments)
        answer = call(self.url, self.entry.contracts[contract], "0x" + data.hex())
        return tuple(decode([collapse_if_tuple(o) for o in entry["outputs"]], bytes.fromhex(answer[2:])))

    def logs(self, contract: str, event: str) -> list[dict[str, Any]]:
        """Every event of that name, oldest first."""
        query = {
            "address": self.entry.contracts[contract],
            "fromBlock": hex(self.entry.start_block),
            "toBlock": "latest",
            "topics": [topics(contract)[event]],
        }
        found: list[dict[str, Any]] = rpc(self.url, "eth_getLogs", query)
        return found

    def event_data(self, event: str, log: dict[str, Any]) -> dict[str, Any]:
        """The fields of an event that are not indexed."""
        plain = [i for i in self._events[event]["inputs"] if not i["indexed"]]
        values = decode([i["type"] for i in plain], bytes.fromhex(log["data"][2:]))
        return dict(zip((i["name"] for i in plain), values, strict=True))

    def commits(self) -> dict[int, tuple[Any, ...]]:
        """Block number -> arguments of its commit transaction."""
        entry = self._functions["commit"]
        types = [collapse_if_tuple(i) for i in entry["inputs"]]
        found = {}
        for log in self.logs("Rollup", "BlockCommitted"):
            tx = rpc(self.url, "eth_getTransactionByHash", log["transactionHash"])
            found[int(log["topics"][1], 16)] = tuple(decode(types, bytes.fromhex(tx["input"][10:])))
        return found

    def balance(self, token: str) -> int:
        """Units of a token that the bridge has."""
        bridge = self.entry.contracts["Bridge"]
        if token == NATIVE:
            return int(rpc(self.url, "eth_getBalance", bridge, "latest"), 16)
        return int(call(self.url, token, "0x70a08231" + bridge[2:].rjust(64, "0")), 16)


def audit(registry: Registry, urls: dict[int, str]) -> Audit:
    """Replay every block that all chains executed, check its root on every chain, then custody.

    Raises ReplayError when the data does not yield the recorded roots. Meant for a network at rest: no transaction under way.
    """
    chains = {chain: ChainData(registry, chain, url) for chain, url in urls.items()}
    executed = min(int(data.read("Rollup", "counters")[3]) for data in chains.values())
    ledger = rebuild(registry, chains, executed)
    result = Audit(executed, ledger)
    try:
        check_conservation(ledger)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        result.problems.append(str(error))
    for data in chains.values():
        result.custody.extend(_custody(ledger, data))
    return result


def rebuild(registry: Registry, chains: dict[int, ChainData], through: int) -> Ledger:
    """The ledger after block `through`, from commit transactions alone."""
    ledger = Ledger.genesis(registry.network)
    context = Context(registry.network, registry.listing)
    commits = {chain: data.commits() for chain, data in chains.items()}
    for number in range(1, through + 1):
        _, header, _, _, _, data_stream, _ = commits[registry.primary][number]
        streams = {chain: bytes(found[number][4]) for chain, found in commits.items()} | {STREAM_DATA: bytes(data_stream)}
        timestamp, new_root, shape = int(header[1]), int(header[2]), int(header[4])
        replay_block(
            ledger, context,
            Header(registry.deployment_id, number, timestamp, shape, registry.chain_count, ledger.root, new_root), streams,
        )  # fmt: skip
        ledger.commit()
    return ledger


def _custody(ledger: Ledger, data: ChainData) -> list[Custody]:
    entry = data.entry
    first, _ = data.read("Bridge", "requests")
    waiting: dict[int, int] = {}
    for log in data.logs("Bridge", "RequestQueued"):
        values = data.event_data("RequestQueued", log)
        if int(log["topics"][1], 16) >= first and values["op"] == OP_DEPOSIT:
            waiting[values["token_id"]] = waiting.get(values["token_id"], 0) + values["units"]
    reserves = {t: b for sub, t, b in ledger.balances(RESERVE_ACCOUNT) if sub == entry.id - 1}
    owed: dict[int, int] = {}
    for log in data.logs("Bridge", "Credited"):
        token_id = int(log["topics"][2], 16)
        owed[token_id] = owed.get(token_id, 0) + int(data.event_data("Credited", log)["units"])
    by_address = {token.address.lower(): token.id for token in entry.tokens}
    for log in data.logs("Bridge", "Claimed"):
        token_id = by_address["0x" + log["topics"][2][-40:]]
        owed[token_id] -= int(data.event_data("Claimed", log)["units"])
    result = []
    for token in entry.tokens:
        reserve, rest = divmod(reserves.get(token.id, 0), 10 ** (18 - token.decimals))
        if rest:
            raise ValueError(f"chain {entry.id}: reserve of {token.symbol} is no whole number of units")
        balance = data.balance(token.address)
        if token.address == NATIVE:
            balance -= int(data.read("Bridge", "fees")[0])
        held = int(data.read("Bridge", "held", token.address)[0])
        result.append(
            Custody(entry.id, token.symbol, balance, held, reserve, waiting.get(token.id, 0), owed.get(token.id, 0))
        )
    return result
