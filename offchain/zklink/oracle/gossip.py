"""Exchange with the other members: push what is new, pull what is missing. Peers are trusted with nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import aiohttp

from zklink.oracle.codec import signed_from_json, signed_to_json
from zklink.oracle.errors import EquivocationFound, InvalidSignatureMessage
from zklink.oracle.metrics import Metrics
from zklink.oracle.pool import Accepted, SignaturePool
from zklink.oracle.store import SignedAttestation
from zklink.protocol.types import address_to_hex
from zklink.wire import parse_json, read_body

MAX_ANSWER_BYTES = 512 * 1024
PEER_SECONDS = 5.0


class Gossip:
    """Client side of the members' HTTP API. A peer that fails is noted in `problems` and asked again next time."""

    def __init__(self, peers: Sequence[str], pool: SignaturePool, metrics: Metrics) -> None:
        self._peers = [peer.rstrip("/") for peer in peers]
        self._pool = pool
        self._metrics = metrics
        self._session: aiohttp.ClientSession | None = None
        self._last_new: dict[str, float] = {}
        self.problems: dict[str, str] = dict.fromkeys(self._peers, "not asked yet")

    async def start(self) -> None:
        """Open the connections."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PEER_SECONDS))

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    async def push(self, item: SignedAttestation) -> None:
        """Offer one signature to every peer; failures are left to the peers' pull."""
        await asyncio.gather(*(self._push_to(peer, item) for peer in self._peers))

    async def pull(self) -> None:
        """Fetch the signatures of the current window from every peer."""
        if self._pool.window is not None:
            await asyncio.gather(*(self._pull_from(peer) for peer in self._peers))

    async def own_signatures(self, own: int) -> list[SignedAttestation]:
        """Signatures of `own` that peers hold; `problems` tells which peers did not answer."""
        query = f"signer={address_to_hex(own)}"
        answers = await asyncio.gather(*(self._fetch(peer, query) for peer in self._peers))
        return [item for items in answers for item in items if item.signer == own]

    async def _push_to(self, peer: str, item: SignedAttestation) -> None:
        assert self._session is not None
        try:
            async with self._session.post(f"{peer}/v1/signatures", json=signed_to_json(item)) as response:
                await read_body(response.content, MAX_ANSWER_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self.problems[peer] = _short(error)

    async def _pull_from(self, peer: str) -> None:
        window = self._pool.window
        assert window is not None
        for item in await self._fetch(peer, f"generation={window.generation}&since={window.attested}"):
            try:
                accepted = self._pool.accept(item)
            except EquivocationFound as conflict:
                self._metrics.conflicts.labels(conflict.signer).inc()
            except InvalidSignatureMessage as error:
                self.problems[peer] = f"sent an unusable signature: {error}"
            else:
                if accepted is Accepted.NEW:
                    self._last_new[peer] = time.monotonic()
                    self._metrics.signatures.labels("pull", accepted.value).inc()
        if peer in self._last_new:
            self._metrics.peer_age.labels(peer).set(time.monotonic() - self._last_new[peer])

    async def _fetch(self, peer: str, query: str) -> list[SignedAttestation]:
        assert self._session is not None
        try:
            async with self._session.get(f"{peer}/v1/signatures?{query}") as response:
                if response.status != 200:
                    raise ValueError(f"status {response.status}")
                raw = await read_body(response.content, MAX_ANSWER_BYTES)
            items = [signed_from_json(body) for body in parse_json(raw)["signatures"]]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.problems[peer] = _short(error)
            return []
        except (ValueError, KeyError, TypeError, InvalidSignatureMessage) as error:
            self.problems[peer] = f"answers nonsense: {_short(error)}"
            return []
        self.problems[peer] = ""
        return items


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:200]
