"""The Rollup contract of one chain: counters, stored blocks, and calldata of the four stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from zklink.chain.client import At
from zklink.chain.contract import ContractReader
from zklink.chain.errors import ChainError, WrongContract

STORED_BLOCK = "(uint256,uint256,bytes32,bytes32,uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)"
LOG_WINDOW = 5_000  # blocks in one eth_getLogs: what public endpoints allow


@dataclass(frozen=True, slots=True)
class Counters:
    """Highest block number in each stage: executed <= synced, executed <= proven <= committed."""

    committed: int
    proven: int
    synced: int
    executed: int


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """What a chain keeps (as a hash) of one block; the 12 words of the contract's struct, in order."""

    number: int
    timestamp: int
    new_root: bytes
    sync_hash: bytes
    z: int
    u: int
    h: int
    y: int
    own_digest: bytes
    first_request: int
    request_count: int
    shape: int

    def hash(self) -> bytes:
        """keccak256(abi_encode(StoredBlock)), what `stored_hash(number)` answers."""
        return keccak(encode([STORED_BLOCK], [astuple(self)]))


_FIELDS = [field.name for field in fields(StoredBlock)]
_BYTES = {"new_root", "sync_hash", "own_digest"}


def genesis_block(genesis_root: bytes, sync_hash: bytes) -> StoredBlock:
    """Block 0: only its root and sync hash are set."""
    return StoredBlock(0, 0, genesis_root, sync_hash, 0, 0, 0, 0, bytes(32), 0, 0, 0)


class StoredBlockNotFound(ChainError):
    """Raised when no event of a chain opens its stored hash of a block."""

    def __init__(self, chain: int, number: int) -> None:
        super().__init__(f"chain {chain}: no BlockCommitted event matches the stored hash of block {number}")
        self.chain, self.number = chain, number


class Rollup(ContractReader):
    """Typed reads and calldata; every read takes `at`: a number, a tag or a pinned BlockRef."""

    NAME = "Rollup"

    async def counters(self, at: At = "latest") -> Counters:
        """Stage counters."""
        return Counters(*await self.read("counters", at=at))

    async def stored_hash(self, number: int, at: At = "latest") -> bytes:
        """Hash of a stored block, zero when the chain never stored it."""
        return bytes(await self.read("stored_hash", number, at=at))

    async def sync_hash(self, number: int, at: At = "latest") -> bytes:
        """S_n as this chain computed it, zero when the chain never stored block n."""
        return bytes(await self.read("sync_hash", number, at=at))

    async def deployment_id(self, at: At = "latest") -> bytes:
        return bytes(await self.read("deployment_id", at=at))

    async def chain_id(self, at: At = "latest") -> int:
        """Protocol id of the chain, 1..8."""
        return int(await self.read("chain_id", at=at))

    async def chain_count(self, at: At = "latest") -> int:
        return int(await self.read("chain_count", at=at))

    async def is_primary(self, at: At = "latest") -> bool:
        return bool(await self.read("is_primary", at=at))

    async def attested_only(self, at: At = "latest") -> bool:
        """True on a chain that skips the pairing check."""
        return bool(await self.read("attested_only", at=at))

    async def stored_block(self, number: int, *, start_block: int, at: At = "latest") -> StoredBlock:
        """The block behind `stored_hash(number)`, from its event, searched backwards from `at` to `start_block`.

        An event of an abandoned commit does not fit the hash and is skipped. Raises StoredBlockNotFound.
        """
        wanted = await self.stored_hash(number, at)
        last = (await self.client.block(at)).number
        topic = "0x" + number.to_bytes(32, "big").hex()
        while wanted != bytes(32) and last >= start_block:
            first = max(start_block, last - LOG_WINDOW + 1)
            for event in reversed(await self.events("BlockCommitted", first, last, topic)):
                block = stored_block_of(event)
                if block.hash() == wanted:
                    return block
            last = first - 1
        raise StoredBlockNotFound(self.client.chain, number)

    async def check_identity(self, *, chain: int, deployment_id: bytes, chain_count: int, primary: bool) -> None:
        """Raises NoContract or WrongContract when the contract is not the one the registry describes."""
        await self.check_deployed()
        for field, expected, found in (
            ("deployment_id", deployment_id.hex(), (await self.deployment_id()).hex()),
            ("chain_id", chain, await self.chain_id()),
            ("chain_count", chain_count, await self.chain_count()),
            ("is_primary", primary, await self.is_primary()),
        ):
            if expected != found:
                raise WrongContract(self.client.chain, self.NAME, field, expected, found)

    # ---- calldata

    def encode_commit(
        self,
        previous: StoredBlock,
        header: tuple[int, int, int, int, int, int],
        digests: Sequence[bytes],
        claims: Sequence[int],
        own_stream: bytes,
        data_stream: bytes,
        key_signatures: Sequence[bytes],
    ) -> bytes:
        """header = (number, timestamp, new_root, h, shape, counts); digests, claims: 10 entries, 0 where not given."""
        return self.encode(
            "commit", astuple(previous), header, list(digests), list(claims), own_stream, data_stream,
            list(key_signatures),
        )  # fmt: skip

    def encode_prove(self, blocks: Sequence[StoredBlock], proofs: Sequence[Sequence[int]]) -> bytes:
        """Up to 16 consecutive blocks of one shape with 8 words of proof each."""
        return self.encode("prove", [astuple(b) for b in blocks], [list(p) for p in proofs])

    def encode_sync(self, block: StoredBlock, epoch: int, bitmap: int, signatures: bytes) -> bytes:
        return self.encode("sync", astuple(block), epoch, bitmap, signatures)

    def encode_execute(self, block: StoredBlock, own_stream: bytes) -> bytes:
        return self.encode("execute", astuple(block), own_stream)


def stored_block_of(event: dict[str, Any]) -> StoredBlock:
    """StoredBlock from the arguments of BlockCommitted."""
    words: list[Any] = [bytes(event[n]) if n in _BYTES else int(event[n]) for n in _FIELDS]
    return StoredBlock(*words)
