"""Forgeries by a dishonest operator who has every key of the operator, and what becomes of them."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import aiohttp

from zklink.chain.errors import CallReverted
from zklink.chain.rollup import StoredBlock, genesis_block
from zklink.localnet.audit import ChainData, rebuild
from zklink.localnet.network import SEQUENCER, LocalNetwork, account
from zklink.localnet.rpc import send_unlocked
from zklink.protocol.block import SealedBlock
from zklink.protocol.constants import STREAM_DATA
from zklink.protocol.ops import Deposit
from zklink.protocol.statement import genesis_sync_hash
from zklink.protocol.types import Owner
from zklink.prover.native import NativeBackend
from zklink.relayer.commit import counts, foreign
from zklink.state.builder import BlockBuilder
from zklink.state.context import Context
from zklink.state.effects import BlockEffects
from zklink.state.ledger import Ledger

THIEF = 0xBAD
FORGED_UNITS = 1_000_000 * 10**6
OBSERVATION_SECONDS = 8


class Forger:
    """Acts on the rollups with the operator's key and a prover of its own."""

    def __init__(self, network: LocalNetwork) -> None:
        self.network, self.registry = network, network.registry
        self.operator = account(SEQUENCER).address
        self.chains = {n: ChainData(self.registry, n, url) for n, url in network.chain_urls.items()}

    async def close(self) -> None:
        """Close every connection."""
        for data in self.chains.values():
            await data.client.close()

    async def balances(self) -> dict[str, int]:
        """Units of every token in every bridge."""
        return {
            f"{chain}/{token.symbol}": await data.balance(token.address)
            for chain, data in self.chains.items()
            for token in data.entry.tokens
        }

    async def old_proof(self, chain: int) -> list[int]:
        """The newest proof that a chain accepted."""
        calls = await self.chains[chain].calls("BlocksProven")
        return list(calls[max(calls)]["proofs"][-1])

    async def offer_proof(self, chain: int, proof: list[int]) -> str:
        """Offer `proof` for the oldest block that waits for its own; the reason of the refusal, "" if it was taken."""
        number = (await self.chains[chain].rollup.counters()).proven + 1
        return await self._refusal(chain, await self._prove_data(chain, number, proof))

    async def invent_deposit(self, victim: int, told: int, symbol: str) -> dict[str, Any]:
        """Tell every chain but `victim` that somebody deposited there; prove it; see whether the jury signs.

        The circuit cannot know the queue of a chain: the proof is valid and the told chains take the block. The victim
        refuses it, so it is shown another block under the same number. Only comparing sync hashes can stop this.
        """
        heights = [(await data.rollup.counters()).committed for data in self.chains.values()]
        number = min(heights) + 1
        ledger = await rebuild(self.registry, list(self.chains.values()), number - 1)
        token = next(t for t in self.registry.chain(victim).tokens if t.symbol == symbol)
        lie = Deposit(victim, Owner(0, THIEF), 0, token.id, 18 - token.decimals, FORGED_UNITS, THIEF)
        false, empty = self._seal(ledger, number, [lie]), self._seal(ledger, number, [])
        result: dict[str, Any] = {
            "block": number,
            "told_chain": told,
            "forged_chain": victim,
            "refused_by_forged_chain": await self._refusal(victim, await self._commit_data(victim, false[0])),
        }
        backend = NativeBackend(self.registry.preset_sizes, self.network.root / "build")
        proofs = {id(block): await asyncio.to_thread(backend.prove, effects) for block, effects in (false, empty)}
        for chain in self.chains:
            block = empty[0] if chain == victim else false[0]
            self._send(chain, await self._commit_data(chain, block))
            self._send(chain, await self._prove_data(chain, number, list(proofs[id(block)].words)))
        result["proven_on"] = [c for c, d in self.chains.items() if (await d.rollup.counters()).proven == number]
        await asyncio.sleep(OBSERVATION_SECONDS)
        result["attested_through"] = await self._highest_bundle()
        result["synced_through"] = {str(c): (await d.rollup.counters()).synced for c, d in self.chains.items()}
        highest = max(result["attested_through"], *result["synced_through"].values())
        result["stopped"] = result["refused_by_forged_chain"] != "" and highest < number
        return result

    def _seal(self, ledger: Ledger, number: int, operations: list[Deposit]) -> tuple[SealedBlock, BlockEffects]:
        shape = self.registry.block_shapes[0]
        builder = BlockBuilder(ledger, Context(self.registry.network, self.registry.listing), shape.steps)
        try:
            for op in operations:
                builder.add(op)
            return builder.seal(number, int(time.time()), shape, builder.old_root)
        finally:
            builder.abandon()

    async def _highest_bundle(self) -> int:
        """Highest block that any oracle node has a quorum for."""
        best = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session:
            for member in self.registry.oracle.members:
                with suppress(aiohttp.ClientError, asyncio.TimeoutError):
                    async with session.get(f"{member.url}/v1/bundles/latest") as answer:
                        if answer.status == 200:
                            best = max(best, int((await answer.json())["block"]))
        return best

    async def _stored(self, chain: int, number: int) -> StoredBlock:
        if number == 0:
            root = self.registry.genesis_root.to_bytes(32, "big")
            return genesis_block(root, genesis_sync_hash(self.registry.deployment_id))
        data = self.chains[chain]
        return await data.rollup.stored_block(number, start_block=data.entry.start_block)

    async def _commit_data(self, chain: int, block: SealedBlock) -> bytes:
        header, primary = block.header, chain == self.registry.primary
        return self.chains[chain].rollup.encode_commit(
            await self._stored(chain, block.number - 1),
            (block.number, header.timestamp, header.new_root, block.h, header.shape, counts(block)),
            *foreign(block, chain, primary),
            block.streams[chain],
            block.streams[STREAM_DATA] if primary else b"",
            [],
        )

    async def _prove_data(self, chain: int, number: int, proof: list[int]) -> bytes:
        return self.chains[chain].rollup.encode_prove([await self._stored(chain, number)], [proof])

    def _send(self, chain: int, data: bytes) -> None:
        send_unlocked(self.network.chain_urls[chain], self.operator, self.chains[chain].rollup.address, data)

    async def _refusal(self, chain: int, data: bytes) -> str:
        found = self.chains[chain]
        try:
            await found.client.call(found.rollup.address, data, sender=self.operator)
        except CallReverted as reverted:
            return reverted.reason
        return ""
