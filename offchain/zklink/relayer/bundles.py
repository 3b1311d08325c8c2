"""Attestation bundles from the oracle nodes' public API, believed only after they verify here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from zklink.protocol.attestation import Attestation, MemberSet, check_attestation
from zklink.protocol.errors import ProtocolError
from zklink.relayer.errors import BadBundle
from zklink.wire import parse_json, read_body

log = structlog.get_logger(__name__)
DEADLINE = 5.0
MAX_ANSWER = 64 * 1024
KEPT = 64


@dataclass(frozen=True, slots=True)
class Bundle:
    """A quorum's word on all blocks up to `block`."""

    generation: int
    block: int
    epoch: int
    state_root: int
    sync_hash: bytes
    bitmap: int
    signatures: bytes


def parse_bundle(source: str, data: Any, deployment_id: int, members: MemberSet) -> Bundle:
    """A verified bundle from a node's JSON. Raises BadBundle naming what is wrong."""
    try:
        bundle = Bundle(
            generation=_integer(data, "generation"),
            block=_integer(data, "block"),
            epoch=_integer(data, "epoch"),
            state_root=int(data["state_root"], 16),
            sync_hash=bytes.fromhex(data["sync_hash"].removeprefix("0x")),
            bitmap=int(data["bitmap"], 16) if isinstance(data["bitmap"], str) else _integer(data, "bitmap"),
            signatures=bytes.fromhex(data["signatures"].removeprefix("0x")),
        )
        attestation = Attestation(
            bundle.epoch, bundle.generation, bundle.block, bundle.state_root, bundle.sync_hash
        )  # fmt: skip
        check_attestation(attestation, deployment_id, members, bundle.bitmap, bundle.signatures)
    except ProtocolError as error:
        raise BadBundle(source, str(error)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadBundle(source, f"malformed: {error!r}") from error
    return bundle


def _integer(data: Any, field: str) -> int:
    value = data[field]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{field} must be an integer")
    return value


class BundleSource:
    """Asks every node for its newest bundle, and for older ones where a chain needs them; keeps what verified."""

    def __init__(self, urls: Sequence[str], deployment_id: int, members: MemberSet) -> None:
        self._urls, self._deployment_id, self._members = tuple(u.rstrip("/") for u in urls), deployment_id, members
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[int, Bundle] = {}
        self.troubles: dict[str, str] = {}

    async def start(self) -> None:
        """Open the HTTP session."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE))

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._session:
            await self._session.close()

    @property
    def known(self) -> tuple[Bundle, ...]:
        """Verified bundles, any order."""
        return tuple(self._known.values())

    async def refresh(self, wanted: Sequence[int] = ()) -> None:
        """Ask for the newest bundle and those of the blocks `wanted` (of the newest generation known)."""
        generation = max((bundle.generation for bundle in self._known.values()), default=0)
        paths = ["/v1/bundles/latest"]
        paths += [f"/v1/bundles/{generation}/{number}" for number in wanted if number and number not in self._known]
        await asyncio.gather(*(self._fetch(url, path) for url in self._urls for path in paths))
        while len(self._known) > KEPT:
            self._known.pop(min(self._known))

    async def _fetch(self, url: str, path: str) -> None:
        assert self._session is not None, "call start first"
        try:
            async with self._session.get(url + path, allow_redirects=False) as response:
                if response.status == 404:
                    self.troubles.pop(url, None)
                    return
                response.raise_for_status()
                data = await _decode(url, response)
            bundle = parse_bundle(url, data, self._deployment_id, self._members)
            self.troubles.pop(url, None)
        except (aiohttp.ClientError, TimeoutError, OSError, BadBundle) as error:
            self.troubles[url] = str(error) or type(error).__name__
            log.warning("bundle_source", url=url, error=self.troubles[url])
            return
        old = self._known.get(bundle.block)
        if old is None or old.generation < bundle.generation:
            self._known[bundle.block] = bundle


async def _decode(url: str, response: aiohttp.ClientResponse) -> Any:
    try:
        return parse_json(await read_body(response.content, MAX_ANSWER))
    except ValueError as error:
        raise BadBundle(url, f"malformed: {error}") from None
