"""One source (RPC endpoint) of one chain. Every read is pinned to a block hash and checked by proofs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import astuple
from typing import Protocol, TypeVar

from zklink.chain.client import BlockRef, ChainClient, Finality
from zklink.chain.oracle_gate import OracleGate
from zklink.chain.rollup import Rollup
from zklink.deploy.registry import Registry
from zklink.oracle.errors import SourceError
from zklink.oracle.proof import (
    COUNTERS_SLOT,
    GATE_HEAD_SLOT,
    STORED_HASH_SLOT,
    SYNC_HASH_SLOT,
    map_slot,
    proven_slots,
    state_root_of,
    words64,
)
from zklink.oracle.view import BlockFact, ChainStatus
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.hashing import u256

T = TypeVar("T")


class Source(Protocol):
    """Port of the observer to one source. Methods raise SourceError when the source cannot answer."""

    name: str

    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def head(self) -> BlockRef: ...
    async def block(self, number: int) -> BlockRef: ...
    async def status(self, at: BlockRef) -> ChainStatus: ...
    async def fact(self, number: int, at: BlockRef) -> BlockFact: ...


class RpcSource:
    """A JSON-RPC endpoint. `name` is its position ("chain 2 source 1"): URLs are never shown."""

    def __init__(
        self,
        registry: Registry,
        chain: int,
        position: int,
        url: str,
        deadline: float,
        proofs: bool = True,
    ) -> None:
        entry = registry.chain(chain)
        finality = Finality(entry.finality.policy, entry.finality.depth)
        self.name = f"chain {chain} source {position}"
        self._client = ChainClient(chain, entry.evm_chain_id, [url], finality, deadline=deadline, attempts=1)
        self._rollup = Rollup(self._client, entry.contracts["Rollup"])
        self._gate = OracleGate(self._client, entry.contracts["OracleGate"])
        self._registry, self._chain, self._start_block = registry, chain, entry.start_block
        self._started = False
        self._proofs = proofs
        self._state_root: tuple[str, bytes] = ("", b"")

    async def start(self) -> None:
        """Check the chain id, and that rollup, gate and member table are the ones the registry describes."""
        await self._guard(self._identify())
        self._started = True

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    async def head(self) -> BlockRef:
        """Newest final block this source knows."""
        if not self._started:
            await self.start()
        return await self._guard(self._client.final_block())

    async def block(self, number: int) -> BlockRef:
        """Header at `number` on this source's canonical chain."""
        return await self._guard(self._client.block(number))

    async def status(self, at: BlockRef) -> ChainStatus:
        """Counters of the rollup and head of the gate at the pinned block."""
        counters, attested, generation, epoch = await self._guard(
            asyncio.gather(
                self._rollup.counters(at), self._gate.attested(at), self._gate.generation(at), self._gate.epoch(at)
            )
        )
        if self._proofs:
            rollup, gate = await asyncio.gather(
                self._guard(self._proven(at, self._rollup.address, [COUNTERS_SLOT])),
                self._guard(self._proven(at, self._gate.address, [GATE_HEAD_SLOT])),
            )
            self._check("the counters", words64(rollup[COUNTERS_SLOT]), astuple(counters))
            self._check("the gate's head", words64(gate[GATE_HEAD_SLOT])[:3], (attested, generation, epoch))
        return ChainStatus(
            chain=self._chain, block_number=at.number, block_hash=at.hash, timestamp=at.timestamp,
            committed=counters.committed, proven=counters.proven, synced=counters.synced,
            executed=counters.executed, attested=attested, generation=generation, epoch=epoch,
        )  # fmt: skip

    async def fact(self, number: int, at: BlockRef) -> BlockFact:
        """Root and sync hash of block `number`: the event must open the stored hash, and the two S_n must agree."""
        block, sync_hash = await self._guard(
            asyncio.gather(
                self._rollup.stored_block(number, start_block=self._start_block, at=at),
                self._rollup.sync_hash(number, at),
            )
        )
        if block.number != number:
            raise SourceError(self.name, f"stored block {number} carries the number {block.number}")
        if int.from_bytes(block.new_root, "big") >= FIELD_MODULUS:
            raise SourceError(self.name, f"stored block {number} has a root that is no field element")
        if block.sync_hash != sync_hash:
            raise SourceError(self.name, f"stored block {number} and sync_hash({number}) differ")
        if self._proofs:
            slots = [map_slot(STORED_HASH_SLOT, number), map_slot(SYNC_HASH_SLOT, number)]
            found = await self._guard(self._proven(at, self._rollup.address, slots))
            said = [int.from_bytes(block.hash(), "big"), int.from_bytes(sync_hash, "big")]
            self._check(f"block {number}", [found[slot] for slot in slots], said)
        return BlockFact(number, block.new_root, sync_hash)

    async def _identify(self) -> None:
        registry, members = self._registry, self._registry.oracle.member_set
        await self._client.start()
        await self._rollup.check_identity(
            chain=self._chain,
            deployment_id=u256(registry.deployment_id),
            chain_count=registry.chain_count,
            primary=self._chain == registry.primary,
        )
        await self._gate.check_deployed()
        table = await self._gate.members(members.epoch)
        if table != [(m.weight, m.address) for m in members.members]:
            raise SourceError(self.name, f"the gate's members of epoch {members.epoch} are not the registry's")

    async def _proven(self, at: BlockRef, address: str, slots: Sequence[int]) -> dict[int, int]:
        """Values of storage slots that follow from the header of the pinned block."""
        if self._state_root[0] != at.hash:
            header = await self._client.request("eth_getBlockByHash", [at.hash, False])
            self._state_root = (at.hash, state_root_of(header, at.hash))
        place = {"blockHash": at.hash, "requireCanonical": True}
        keys = [f"0x{slot:064x}" for slot in slots]
        answer = await self._client.request("eth_getProof", [address, keys, place])
        return proven_slots(self._state_root[1], address, answer, slots)

    def _check(self, what: str, proven: Sequence[int], said: Sequence[int]) -> None:
        if list(proven) != list(said):
            raise SourceError(self.name, f"its storage proof shows something else for {what}")

    async def _guard(self, reading: Awaitable[T]) -> T:
        """What `reading` gives. Whatever a source's answer makes our decoders raise is that source's failure."""
        try:
            return await reading
        except SourceError:
            raise
        except Exception as error:
            raise SourceError(self.name, f"{type(error).__name__}: {error}"[:500]) from error
