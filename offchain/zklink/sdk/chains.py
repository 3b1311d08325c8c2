"""One chain as its contracts tell it: stages, requests, fee."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from zklink.chain.bridge import Bridge
from zklink.chain.client import ChainClient, Finality
from zklink.chain.errors import ChainError
from zklink.chain.rollup import Rollup
from zklink.sdk.deployment import ChainPlace


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Numbers at the newest block; None and `problem` when the chain does not answer. `request_fee` in wei."""

    chain: int
    evm_chain_id: int
    height: int | None = None
    final: int | None = None
    committed: int | None = None
    proven: int | None = None
    synced: int | None = None
    executed: int | None = None
    open_requests: int | None = None
    request_fee: int | None = None
    problem: str | None = None

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


async def report_chain(place: ChainPlace) -> ChainReport:
    """Read one chain; a failing chain is reported, not raised."""
    client = ChainClient(
        place.id, place.evm_chain_id, [place.rpc], Finality(place.finality, place.depth), deadline=5, attempts=2
    )
    try:
        await client.start()
        return await _read(place, client)
    except ChainError as error:
        return ChainReport(place.id, place.evm_chain_id, problem=str(error))
    finally:
        await client.close()


async def _read(place: ChainPlace, client: ChainClient) -> ChainReport:
    rollup, bridge = Rollup(client, place.rollup), Bridge(client, place.bridge)
    head = await client.block()
    counters = await rollup.counters()
    first, following = await bridge.requests()
    return ChainReport(
        chain=place.id, evm_chain_id=place.evm_chain_id, height=head.number,
        final=(await client.final_block()).number, committed=counters.committed, proven=counters.proven,
        synced=counters.synced, executed=counters.executed, open_requests=following - first,
        request_fee=await bridge.request_fee(),
    )  # fmt: skip
