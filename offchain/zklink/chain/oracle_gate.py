"""The OracleGate contract of one chain: what is attested, under which member set."""

from __future__ import annotations

from zklink.chain.client import At
from zklink.chain.contract import ContractReader


class OracleGate(ContractReader):
    """Typed reads; every read takes `at`: a number, a tag or a pinned BlockRef."""

    NAME = "OracleGate"

    async def attested(self, at: At = "latest") -> int:
        """Highest attested block number."""
        return int(await self.read("attested", at=at))

    async def attested_root(self, at: At = "latest") -> bytes:
        """State root at `attested`, zero at first."""
        return bytes(await self.read("attested_root", at=at))

    async def generation(self, at: At = "latest") -> int:
        """Generation of the chain of blocks: 0, one more after each abort."""
        return int(await self.read("generation", at=at))

    async def epoch(self, at: At = "latest") -> int:
        """Current epoch of the member set."""
        return int(await self.read("epoch", at=at))

    async def members(self, epoch: int, at: At = "latest") -> list[tuple[int, int]]:
        """(weight, address) of each member of an epoch, ascending by address."""
        packed = await self.read("members", epoch, at=at)
        return [(int(word) >> 160, int(word) & ((1 << 160) - 1)) for word in packed]
