"""q-of-m observation of one chain (LON T32..T38 as far as the observer decides them)."""

import asyncio
from dataclasses import replace

import pytest

from zklink.chain.client import BlockRef
from zklink.oracle.errors import FinalityBreach, SourceError, StaleChain
from zklink.oracle.observer import ChainObserver
from zklink.oracle.view import BlockFact, ChainStatus


def ref(number: int, salt: str = "aa") -> BlockRef:
    return BlockRef(number, "0x" + salt * 31 + f"{number:02x}", "0x" + salt * 31 + f"{number - 1:02x}", 1000 + number)


class FakeSource:
    """A source that tells what its attributes say."""

    def __init__(self, name: str, height: int = 10) -> None:
        self.name, self.height, self.salt = name, height, "aa"
        self.dead = self.hangs = self.closed = False
        self.committed, self.root = 5, b"\x01" * 32

    async def _answer(self) -> None:
        if self.hangs:
            await asyncio.sleep(30)
        if self.dead:
            raise SourceError(self.name, "down")

    async def start(self) -> None: ...

    async def close(self) -> None:
        self.closed = True

    async def head(self) -> BlockRef:
        await self._answer()
        return ref(self.height, self.salt)

    async def block(self, number: int) -> BlockRef:
        await self._answer()
        return ref(number, self.salt)

    async def status(self, at: BlockRef) -> ChainStatus:
        await self._answer()
        return ChainStatus(1, at.number, at.hash, at.timestamp, self.committed, 4, 3, 3, 3, 0, 1)

    async def fact(self, number: int, at: BlockRef) -> BlockFact:
        await self._answer()
        return BlockFact(number, self.root, b"\x02" * 32)


def observer(count: int = 4, quorum: int = 3) -> tuple[ChainObserver, list[FakeSource]]:
    sources = [FakeSource(f"s{i}") for i in range(count)]
    return ChainObserver(1, sources, quorum, deadline=0.2), sources


async def test_all_agree_at_the_height_q_sources_reached() -> None:
    chain, sources = observer()
    sources[0].height, sources[1].height = 14, 12
    status = await chain.observe()
    assert status.block_number == 10
    view = await chain.view(status, [4, 5])
    assert set(view.facts) == {4, 5}


async def test_boastful_head_does_not_raise_the_height() -> None:
    chain, sources = observer()
    sources[0].height = 10**9
    assert (await chain.observe()).block_number == 10


async def test_one_liar_about_the_hash_is_quarantined() -> None:
    chain, sources = observer()
    sources[2].salt = "bb"
    assert (await chain.observe()).block_hash == ref(10).hash
    assert list(chain.quarantined) == ["s2"]
    assert chain.disagreements["s2"] == 1
    sources[2].salt = "aa"
    await chain.observe()
    assert not chain.healthy["s2"]  # no return without an operator


async def test_two_liars_of_four_mean_no_view() -> None:
    chain, sources = observer()
    sources[2].salt = sources[3].salt = "bb"
    with pytest.raises(StaleChain, match="2 of the required 3"):
        await chain.observe()


async def test_dead_and_hanging_sources_never_lower_the_quorum() -> None:
    chain, sources = observer()
    sources[0].dead = True
    await chain.observe()
    sources[1].hangs = True
    with pytest.raises(StaleChain):
        await chain.observe()
    assert not chain.healthy["s0"] and not chain.healthy["s1"] and chain.healthy["s2"]
    sources[1].hangs = False
    assert (await chain.observe()).committed == 5


async def test_liar_about_a_counter_is_quarantined_and_outvoted() -> None:
    chain, sources = observer()
    sources[1].committed = 99
    assert (await chain.observe()).committed == 5
    assert "s1" in chain.quarantined


async def test_two_liars_about_a_fact_mean_no_view() -> None:
    chain, sources = observer()
    status = await chain.observe()
    sources[0].root = sources[1].root = b"\x09" * 32
    with pytest.raises(StaleChain, match="block 4"):
        await chain.view(status, [4])


async def test_changed_final_block_is_a_breach() -> None:
    chain, sources = observer()
    await chain.observe()
    for source in sources:
        source.height, source.salt = 11, "cc"
    with pytest.raises(FinalityBreach):
        await chain.observe()


async def test_height_that_falls_back_is_stale() -> None:
    chain, sources = observer()
    await chain.observe()
    for source in sources:
        source.height = 9
    with pytest.raises(StaleChain, match="fell below"):
        await chain.observe()


async def test_view_refuses_a_status_of_another_block() -> None:
    chain, _ = observer()
    status = await chain.observe()
    with pytest.raises(StaleChain, match="not of the pinned block"):
        await chain.view(replace(status, block_hash="0x00"), [4])


def test_quorum_must_be_possible() -> None:
    with pytest.raises(ValueError, match="quorum 3 of 2"):
        ChainObserver(1, [FakeSource("a"), FakeSource("b")], 3)


async def test_close_closes_every_source() -> None:
    chain, sources = observer()
    await chain.close()
    assert all(source.closed for source in sources)
