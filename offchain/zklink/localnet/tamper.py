"""Forgeries by a dishonest operator who has every key of the operator, and what becomes of them."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import astuple
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector

from zklink.chain.rollup import StoredBlock, genesis_block, stored_block_of
from zklink.localnet.audit import ChainData, rebuild
from zklink.localnet.network import SEQUENCER, LocalNetwork, account
from zklink.localnet.rpc import RpcRefused, call, rpc, send_unlocked
from zklink.localnet.stages import abi
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

FORGED_UNITS = 1_000_000 * 10**6
OBSERVATION_SECONDS = 8


class Forger:
    """Acts on the rollups with the operator's key and a prover of its own."""

    def __init__(self, network: LocalNetwork) -> None:
        self.network = network
        self.registry = network.registry
        self.operator = account(SEQUENCER).address
        self.chains = {number: ChainData(self.registry, number, url) for number, url in network.chain_urls.items()}
        self._functions = {f["name"]: f for f in abi("Rollup") if f["type"] == "function"}

    # -- a forged proof

    def forged_proof(self, chain: int, proof: list[int]) -> str:
        """Offer `proof` for the oldest block that waits for its own; the reason of the refusal, "" if it was taken."""
        number = int(self.chains[chain].read("Rollup", "counters")[1]) + 1
        return self._refusal(chain, "prove", [astuple(self.stored(chain, number))], [proof])

    def proof_of_last(self, chain: int) -> list[int]:
        """The proof of the newest proven block, from the chain's data."""
        data = self.chains[chain]
        log = data.logs("Rollup", "BlocksProven")[-1]
        tx = rpc(data.url, "eth_getTransactionByHash", log["transactionHash"])
        entry = self._functions["prove"]
        _, proofs = decode([collapse_if_tuple(i) for i in entry["inputs"]], bytes.fromhex(tx["input"][10:]))
        return list(proofs[-1])

    # -- a forged deposit

    def forged_deposit(self, victim: int, told: int, symbol: str) -> dict[str, Any]:
        """Tell every chain but `victim` that somebody deposited there; prove it; see whether the jury signs.

        The circuit cannot know the queue of a chain: the proof is valid, and the told chains take the block. The victim
        refuses it, so it is shown another block under the same number. What must stop it is the comparison of sync hashes.
        """
        ledger = rebuild(self.registry, self.chains, min(self._counters(c)[0] for c in self.chains))
        number = self._counters(told)[0] + 1
        token = next(t for t in self.registry.chain(victim).tokens if t.symbol == symbol)
        thief = Owner(0, 0xBAD)
        lie = Deposit(victim, thief, 0, token.id, 18 - token.decimals, FORGED_UNITS, 0xBAD)
        timestamp = int(time.time())
        backend = NativeBackend(self.registry.preset_sizes, self.network.root / "build")
        false = self._seal(ledger, number, timestamp, [lie])
        empty = self._seal(ledger, number, timestamp, [])
        result: dict[str, Any] = {
            "block": number,
            "told_chain": told,
            "forged_chain": victim,
            "refused_by_forged_chain": self._refusal(victim, "commit", *self._commit_arguments(victim, false[0])),
        }
        for chain in self.chains:
            block, effects = empty if chain == victim else false
            self._send(chain, "commit", *self._commit_arguments(chain, block))
            proof = backend.prove(effects)
            self._send(chain, "prove", [astuple(self.stored(chain, number))], [list(proof.words)])
        result["proven_on"] = [chain for chain in self.chains if self._counters(chain)[1] == number]
        deadline = time.monotonic() + OBSERVATION_SECONDS
        while time.monotonic() < deadline and self._bundle() < number:
            time.sleep(0.5)
        result["attested_through"] = self._bundle()
        result["synced_through"] = {str(chain): self._counters(chain)[2] for chain in self.chains}
        result["stopped"] = result["attested_through"] < number and all(
            synced < number for synced in result["synced_through"].values()
        )
        return result

    def _seal(self, ledger: Any, number: int, timestamp: int, operations: list[Deposit]) -> tuple[SealedBlock, BlockEffects]:
        context = Context(self.registry.network, self.registry.listing)
        shape = self.registry.block_shapes[0]
        builder = BlockBuilder(ledger, context, shape.steps)
        try:
            for op in operations:
                builder.add(op)
            return builder.seal(number, timestamp, shape, builder.old_root)
        finally:
            builder.abandon()

    def _bundle(self) -> int:
        """Highest block that any oracle node has a quorum for."""
        best = 0
        for member in self.registry.oracle.members:
            try:
                with urllib.request.urlopen(f"{member.url}/v1/bundles/latest", timeout=3) as answer:
                    best = max(best, int(json.load(answer)["block"]))
            except (urllib.error.URLError, OSError):
                continue
        return best

    # -- calls

    def _counters(self, chain: int) -> tuple[int, ...]:
        return tuple(int(value) for value in self.chains[chain].read("Rollup", "counters"))

    def stored(self, chain: int, number: int) -> StoredBlock:
        """What a chain stored of a block, from its event; block 0 is the genesis."""
        if number == 0:
            root = self.registry.genesis_root.to_bytes(32, "big")
            return genesis_block(root, genesis_sync_hash(self.registry.deployment_id))
        data = self.chains[chain]
        for log in data.logs("Rollup", "BlockCommitted"):
            if int(log["topics"][1], 16) == number:
                return stored_block_of({"number": number, **data.event_data("BlockCommitted", log)})
        raise LookupError(f"chain {chain} has no block {number}")

    def _commit_arguments(self, chain: int, block: SealedBlock) -> tuple[Any, ...]:
        header, primary = block.header, chain == self.registry.primary
        digests, claims = foreign(block, chain, primary)
        return (
            astuple(self.stored(chain, block.number - 1)),
            (block.number, header.timestamp, header.new_root, block.h, header.shape, counts(block)),
            digests,
            claims,
            block.streams[chain],
            block.streams[STREAM_DATA] if primary else b"",
            [],
        )

    def _data(self, function: str, arguments: tuple[Any, ...]) -> str:
        entry = self._functions[function]
        body = encode([collapse_if_tuple(i) for i in entry["inputs"]], arguments)
        return "0x" + (function_abi_to_4byte_selector(entry) + body).hex()

    def _send(self, chain: int, function: str, *arguments: Any) -> None:
        rollup = self.registry.chain(chain).contracts["Rollup"]
        send_unlocked(self.network.chain_urls[chain], self.operator, rollup, self._data(function, arguments))

    def _refusal(self, chain: int, function: str, *arguments: Any) -> str:
        rollup = self.registry.chain(chain).contracts["Rollup"]
        try:
            call(self.network.chain_urls[chain], rollup, self._data(function, arguments), self.operator)
        except RpcRefused as refused:
            return str(refused)
        return ""
