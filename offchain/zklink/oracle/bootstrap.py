"""A new protection database for a key that may have signed before: close everything anybody knows of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from zklink.oracle.config import OracleConfig
from zklink.oracle.errors import ProtectionDatabaseError
from zklink.oracle.gossip import Gossip
from zklink.oracle.pool import SignaturePool
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.store import SignedAttestation
from zklink.oracle.view import ChainStatus
from zklink.protocol.hashing import u256

log = structlog.get_logger("oracle.bootstrap")


def bootstrap_floor(
    statuses: Sequence[ChainStatus], own: Sequence[SignedAttestation], interval: int
) -> tuple[int, int]:
    """(generation, floor): the highest number attested anywhere or signed by us, plus one checkpoint."""
    generation = max([s.generation for s in statuses] + [item.message.generation for item in own])
    numbers = [s.attested for s in statuses]
    numbers += [item.message.block_number for item in own if item.message.generation == generation]
    return generation, max(numbers) + interval


async def bootstrap_database(
    config: OracleConfig,
    deployment_id: int,
    own: int,
    observe: Callable[[], Awaitable[list[ChainStatus] | None]],
    pool: SignaturePool,
    gossip: Gossip,
    interval: int,
    ignore_silent_peers: bool,
) -> None:
    """Make the database once every chain is observed and every peer has told what it has of our key.

    Raises ProtectionDatabaseError after `bootstrap_wait_seconds`, naming what is missing.
    """
    path = config.protection_database
    deadline = time.monotonic() + config.bootstrap_wait_seconds
    while True:
        statuses = await observe()
        items = [item for item in await gossip.own_signatures(own) if pool.is_genuine(item)]
        silent = sorted(peer for peer, problem in gossip.problems.items() if problem)
        if statuses is not None and (not silent or (ignore_silent_peers and time.monotonic() > deadline)):
            break
        if time.monotonic() > deadline:
            missing = f"peers {', '.join(silent)} are silent" if statuses is not None else "a chain is not observable"
            hint = "; --bootstrap-ignore-silent-peers goes on without them" if statuses is not None else ""
            raise ProtectionDatabaseError(path, f"cannot bootstrap: {missing}{hint}")
        await asyncio.sleep(config.poll_seconds)
    generation, floor = bootstrap_floor(statuses, items, interval)
    ProtectionDatabase.bootstrap(
        path, own.to_bytes(20, "big"), u256(deployment_id), generation, floor, floor - interval
    )
    log.warning("bootstrapped", generation=generation, nothing_signed_through=floor, silent_peers=silent)
