"""Rebuilds the ledger from chain data alone and compares it with custody: PRO-I1 on L2 and on every chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from zklink.chain.bridge import NATIVE, Bridge
from zklink.chain.client import ChainClient
from zklink.chain.rollup import Rollup
from zklink.deploy.registry import Registry
from zklink.protocol.block import Header
from zklink.protocol.constants import OP_DEPOSIT, RESERVE_ACCOUNT, STREAM_DATA
from zklink.state.context import Context
from zklink.state.errors import InvariantViolation
from zklink.state.invariants import check_conservation
from zklink.state.ledger import Ledger
from zklink.state.replay import replay_block

BALANCE_OF = bytes.fromhex("70a08231")


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
    """Transactions and events of one chain's rollup and bridge; use it in `async with`."""

    def __init__(self, registry: Registry, chain: int, url: str) -> None:
        self.entry = registry.chain(chain)
        self.client = ChainClient(chain, self.entry.evm_chain_id, [url])
        self.rollup = Rollup(self.client, self.entry.contracts["Rollup"])
        self.bridge = Bridge(self.client, self.entry.contracts["Bridge"])

    async def __aenter__(self) -> Self:
        await self.client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.close()

    async def events(self, contract: Rollup | Bridge, event: str) -> list[dict[str, Any]]:
        """Every event of that name since the deployment, oldest first."""
        head = await self.client.block()
        return await contract.events(event, self.entry.start_block, head.number)

    async def calls(self, event: str) -> dict[int, dict[str, Any]]:
        """Block number -> arguments of the transaction that emitted `event` (BlockCommitted, BlocksProven) for it."""
        found = {}
        for log in await self.events(self.rollup, event):
            tx = await self.client.transaction(log["_tx"])
            if tx is not None:
                _, arguments = self.rollup.decode_call(bytes.fromhex(tx["input"][2:]))
                found[int(log["number"] if "number" in log else log["through"])] = arguments
        return found

    async def balance(self, token: str) -> int:
        """Units of a token that the bridge has; request fees are no custody and left out."""
        bridge = self.bridge.address
        if token == NATIVE:
            return await self.client.balance(bridge) - int(await self.bridge.read("fees"))
        answer = await self.client.call(token, BALANCE_OF + bytes(12) + bytes.fromhex(bridge[2:]))
        return int.from_bytes(answer, "big")


async def audit(registry: Registry, urls: dict[int, str]) -> Audit:
    """Replay every block that all chains executed, check its root, then custody.

    Raises ReplayError when the data does not yield the recorded roots. For a network at rest: nothing is under way.
    """
    chains = [ChainData(registry, chain, url) for chain, url in urls.items()]
    executed = min([(await data.rollup.counters()).executed for data in chains])
    ledger = await rebuild(registry, chains, executed)
    result = Audit(executed, ledger)
    try:
        check_conservation(ledger)
    except InvariantViolation as violation:
        result.problems.append(str(violation))
    for data in chains:
        result.custody.extend(await _custody(ledger, data))
        await data.client.close()
    return result


async def rebuild(registry: Registry, chains: list[ChainData], through: int) -> Ledger:
    """The ledger after block `through`, from commit transactions alone."""
    ledger = Ledger.genesis(registry.network)
    context = Context(registry.network, registry.listing)
    commits = {data.entry.id: await data.calls("BlockCommitted") for data in chains}
    for number in range(1, through + 1):
        main = commits[registry.primary][number]
        streams = {chain: bytes(calls[number]["own_stream"]) for chain, calls in commits.items()}
        streams[STREAM_DATA] = bytes(main["data_stream"])
        told = main["header"]
        header = Header(
            registry.deployment_id, number, told["timestamp"], told["shape"], registry.chain_count, ledger.root,
            told["new_root"],
        )  # fmt: skip
        replay_block(ledger, context, header, streams)
        ledger.commit()
    return ledger


async def _custody(ledger: Ledger, data: ChainData) -> list[Custody]:
    entry = data.entry
    first, _ = await data.bridge.read("requests")
    waiting: dict[int, int] = {}
    for event in await data.events(data.bridge, "RequestQueued"):
        if event["request_id"] >= first and event["op"] == OP_DEPOSIT:
            waiting[event["token_id"]] = waiting.get(event["token_id"], 0) + event["units"]
    owed: dict[int, int] = {}
    for event in await data.events(data.bridge, "Credited"):
        owed[event["token_id"]] = owed.get(event["token_id"], 0) + event["units"]
    ids = {token.address: token.id for token in entry.tokens}
    for event in await data.events(data.bridge, "Claimed"):
        owed[ids[event["token"]]] -= event["units"]
    reserves = {t: b for sub, t, b in ledger.balances(RESERVE_ACCOUNT) if sub == entry.id - 1}
    result = []
    for token in entry.tokens:
        reserve, rest = divmod(reserves.get(token.id, 0), 10 ** (18 - token.decimals))
        if rest:
            raise InvariantViolation("PRO-I1", f"chain {entry.id}: reserve of {token.symbol} is no whole unit")
        held = int(await data.bridge.read("held", token.address))
        parts = (reserve, waiting.get(token.id, 0), owed.get(token.id, 0))
        result.append(Custody(entry.id, token.symbol, await data.balance(token.address), held, *parts))
    return result
