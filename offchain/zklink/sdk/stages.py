"""The way of an operation: accepted, sealed, committed, proven, synced, executed (on every chain)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from zklink.sdk.client import Client
from zklink.sdk.errors import ApiError, InputError, SdkError, WaitTimeout

STAGES = ("unknown", "accepted", "sealed", "committed", "proven", "synced", "executed")
"""In order. `unknown`: the API has not seen the hash (a deposit waits for its chain's finality)."""
NO_TRANSACTION = 203


class OperationFailed(SdkError):
    """Raised when an operation can no longer get any further; `reason` is the sequencer's."""

    def __init__(self, tx_hash: str, reason: str) -> None:
        super().__init__(f"{tx_hash} failed: {reason}")
        self.tx_hash = tx_hash
        self.reason = reason


def stage_of(answer: dict[str, Any] | None) -> str:
    """Stage of a getTransactionByHash answer (None: unknown), "failed" when it failed."""
    return "unknown" if answer is None else str(answer["receipt"]["status"])


def reached(stage: str, wanted: str) -> bool:
    """Whether `stage` is `wanted` or later."""
    return stage in STAGES and STAGES.index(stage) >= STAGES.index(wanted)


def check_stage(stage: str) -> str:
    """A stage one can wait for. Raises InputError."""
    if stage not in STAGES[1:]:
        raise InputError("stage", f"{stage!r} is none of {', '.join(STAGES[1:])}")
    return stage


async def find(client: Client, tx_hash: str) -> dict[str, Any] | None:
    """The API's answer about a hash, None when it does not know it."""
    try:
        answer: dict[str, Any] = await client.transaction(tx_hash)
        return answer
    except ApiError as error:
        if error.code == NO_TRANSACTION:
            return None
        raise


async def wait_for(
    client: Client,
    tx_hash: str,
    wanted: str,
    seconds: float,
    on_change: Callable[[str], None] = lambda _: None,
    poll: float = 0.5,
) -> dict[str, Any]:
    """The answer once `wanted` is reached on every chain. Raises OperationFailed or WaitTimeout."""
    deadline = time.monotonic() + seconds
    seen = ""
    while True:
        answer = await find(client, tx_hash)
        stage = stage_of(answer)
        if stage != seen:
            on_change(stage)
            seen = stage
        if answer is not None and stage == "failed":
            raise OperationFailed(tx_hash, str(answer["receipt"].get("failReason")))
        if answer is not None and reached(stage, wanted):
            return answer
        if time.monotonic() > deadline:
            raise WaitTimeout(f"{tx_hash} is {stage} after {seconds:g} s, not {wanted}; it goes on without us")
        await asyncio.sleep(poll)
