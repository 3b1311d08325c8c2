"""S7: after a bootstrap, an import or a change of host, listen whether somebody else signs with the same key."""

from __future__ import annotations

import asyncio
import time

import structlog

from zklink.oracle.errors import DoppelgangerFound, SigningRefused
from zklink.oracle.gossip import Gossip
from zklink.oracle.pool import SignaturePool
from zklink.oracle.signer import SignerPort

log = structlog.get_logger("oracle.doppelganger")


class Doppelganger:
    """Asks every peer for signatures of the own key for `seconds`; what nobody can account for ends the node."""

    def __init__(
        self, signer: SignerPort, own: int, gossip: Gossip, pool: SignaturePool, seconds: float, poll: float
    ) -> None:
        self._signer, self._own, self._gossip, self._pool = signer, own, gossip, pool
        self._seconds, self._poll = seconds, poll

    async def listen(self, reason: str) -> None:
        """Return once the time has passed in silence. Raises DoppelgangerFound (exit code 78)."""
        log.warning("listening_for_own_key", seconds=self._seconds, reason=reason)
        until = time.monotonic() + self._seconds
        while True:
            for item in await self._gossip.own_signatures(self._own):
                if self._pool.is_genuine(item) and not await self._signer.accounted(item.message):
                    m = item.message
                    raise DoppelgangerFound(
                        "of this key", f"generation {m.generation} block {m.block_number} was signed elsewhere; "
                        "stop the other node first",
                    )  # fmt: skip
            left = until - time.monotonic()
            if left <= 0 and await self._end():
                return
            await asyncio.sleep(min(self._poll, max(left, 0.05)))

    async def _end(self) -> bool:
        try:
            await self._signer.listened()
        except SigningRefused:  # the signer's process has not waited as long as this one
            return False
        log.warning("nobody_else_signs")
        return True
