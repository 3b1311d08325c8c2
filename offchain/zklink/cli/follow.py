"""Waiting for an operation, shared by the commands that start one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from zklink.cli.door import Door
from zklink.sdk.client import Client
from zklink.sdk.stages import STAGES, wait_for

F = TypeVar("F", bound=Callable[..., Any])


def wait_options(function: F) -> F:
    """Add --wait STAGE and --timeout SECONDS."""
    function = click.option(
        "--timeout", type=click.FloatRange(min=1), default=600.0, show_default=True, help="Seconds to wait at most."
    )(function)
    return click.option(
        "--wait", type=click.Choice(STAGES[1:]), default=None, help="Stay until this stage is reached on every chain."
    )(function)


async def finish(door: Door, client: Client, tx_hash: str, wait: str | None, seconds: float) -> dict[str, Any]:
    """What a command prints after sending: the hash and, when asked to wait, the stage that was reached."""
    if wait is None:
        return {"tx_hash": tx_hash, "next": f"zlk status {tx_hash}"}
    answer = await wait_for(client, tx_hash, wait, seconds, lambda stage: door.note(f"  {stage}"))
    receipt = answer["receipt"]
    return {"tx_hash": tx_hash, "status": receipt["status"], "block": receipt.get("block")}
