"""The feed reads every final block once, in bounded ranges, whatever happens in between."""

from __future__ import annotations

import pytest

from zklink.chain.client import ChainClient, Finality
from zklink.chain.errors import FinalityBroken
from zklink.chain.feed import Feed, Position


def numbers(client: ChainClient, window: int = 4, start: int = 0) -> Feed[int]:
    async def read(first: int, last: int) -> list[int]:
        return list(range(first, last + 1))

    return Feed(client, start, read, window)


async def read_all(feed: Feed[int], after: Position | None = None) -> tuple[list[int], Position | None]:
    found: list[int] = []
    while (batch := await feed.next(after)) is not None:
        found += batch.events
        after = batch.position
    return found, after


async def test_every_final_block_once(client: ChainClient) -> None:
    await client.request("anvil_mine", ["0xc"])
    found, at = await read_all(numbers(client))
    assert found == list(range(11)) and at is not None
    await client.request("anvil_mine", ["0x5"])
    more, _ = await read_all(numbers(client), at)  # as after a restart
    assert more == list(range(11, 16))


async def test_ranges_are_bounded_and_the_last_says_so(client: ChainClient) -> None:
    await client.request("anvil_mine", ["0xc"])
    feed, after, seen = numbers(client), None, []
    while (batch := await feed.next(after)) is not None:
        seen.append((len(batch.events), batch.caught_up))
        after = batch.position
    assert seen == [(4, False), (4, False), (3, True)]


async def test_nothing_before_the_start_block(client: ChainClient) -> None:
    await client.request("anvil_mine", ["0x9"])
    assert (await read_all(numbers(client, start=5)))[0] == [5, 6, 7]
    assert await numbers(client, start=50).next(None) is None


async def test_a_final_block_that_vanishes_stops_the_feed(client: ChainClient) -> None:
    await client.request("anvil_mine", ["0x3"])
    snapshot = await client.request("evm_snapshot", [])
    await client.request("anvil_mine", ["0x6"])
    _, at = await read_all(numbers(client))
    await client.request("evm_revert", [snapshot])
    await client.request("anvil_mine", ["0x9", "0x7"])
    with pytest.raises(FinalityBroken, match="final block 7"):
        await numbers(client).next(at)


async def test_a_reorganisation_while_reading_is_noticed(client: ChainClient) -> None:
    client.finality = Finality("instant")
    await client.request("anvil_mine", ["0x3"])
    snapshot = await client.request("evm_snapshot", [])
    await client.request("anvil_mine", ["0x2"])

    async def read(first: int, last: int) -> list[int]:
        await client.request("evm_revert", [snapshot])
        await client.request("anvil_mine", ["0x2", "0x9"])
        return []

    with pytest.raises(FinalityBroken):
        await Feed(client, 0, read).next(None)
