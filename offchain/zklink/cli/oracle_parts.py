"""zlk oracle sign, db, observe, watch: the parts of a node that can run by themselves."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from zklink.cli.door import AnsweringCommand, json_option, run
from zklink.cli.oracle import config_option, oracle
from zklink.cli.render import print_fields, print_table, show_json
from zklink.observe import configure_logging
from zklink.oracle.config import load_config
from zklink.oracle.door import build_signer, build_watcher, export_to, import_from
from zklink.oracle.watch import Look

__all__ = ["oracle"]


def stop_event() -> asyncio.Event:
    """Set by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@oracle.command(cls=AnsweringCommand)
@config_option
def sign(config_path: Path) -> None:
    """Run the signer alone: key and protection database, behind `signer` of the configuration.

    \b
    Example (signer: unix:signer.sock and signer_token_file: token in oracle.yml):
      zlk oracle sign --config nodes/1/oracle.yml
    """
    config = load_config(config_path)
    configure_logging(config.log_format, config.log_level, "oracle-signer")
    server, address = build_signer(config_path)

    async def work() -> None:
        await server.run(address, stop_event())

    run(work())


@oracle.group()
def db() -> None:
    """The protection database, to move a key to another host. Stop node and signer first."""


@db.command(name="export", cls=AnsweringCommand)
@config_option
@click.argument("out", type=click.Path(path_type=Path))
@json_option
def export_command(config_path: Path, out: Path, as_json: bool) -> None:
    """Write everything the key has signed to OUT (lon-spi-1). The database here must listen before it signs again.

    \b
    Example:
      zlk oracle db export --config nodes/1/oracle.yml key1.json
    """
    rows = export_to(config_path, out)
    print_fields(as_json, "Exported", {"rows": rows, "file": str(out)})


@db.command(name="import", cls=AnsweringCommand)
@config_option
@click.argument("document", type=click.Path(path_type=Path))
@json_option
def import_command(config_path: Path, document: Path, as_json: bool) -> None:
    """Merge DOCUMENT into the protection database (made when missing). The next start listens for the key first.

    \b
    Example:
      zlk oracle db import --config nodes/1/oracle.yml key1.json
    """
    rows = import_from(config_path, document)
    print_fields(as_json, "Imported", {"new_rows": rows, "next": "start; the node listens before it signs"})


@oracle.command(cls=AnsweringCommand)
@config_option
@json_option
@click.pass_context
def observe(ctx: click.Context, config_path: Path, as_json: bool) -> None:
    """Look once at every chain as a node would, without key or database. Exit code 1: not clean.

    \b
    Example:
      zlk oracle observe --config nodes/1/oracle.yml
    """
    configure_logging("console", "error", "oracle-observe")
    look = run(_look_once(config_path))
    clean = not (look.alarms or look.problems)
    columns = ("chain", "final", "committed", "proven", "synced", "executed", "attested", "sources", "problem")
    rows = [
        [h.chain, s and s.block_number, s and s.committed, s and s.proven, s and s.synced, s and s.executed,
         s and s.attested, f"{h.healthy_sources}/{h.sources} ({h.quorum} needed)", h.problem or None]
        for h in look.chains for s in (h.status,)
    ]  # fmt: skip
    reason = look.decision.reason if look.decision else None
    if as_json:
        chains = [dict(zip(columns, row, strict=True)) for row in rows]
        show_json({"clean": clean, "decision": reason, "alarms": look.alarms, "chains": chains})
    else:
        print_fields(False, "Network", {"clean": clean, "decision": reason, **look.alarms})
        print_table("Chains", columns, rows)
    ctx.exit(0 if clean else 1)


@oracle.command(cls=AnsweringCommand)
@config_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="Port of /metrics.")
@json_option
def watch(config_path: Path, port: int, as_json: bool) -> None:
    """Watch every chain until SIGTERM or SIGINT; print a line when an alarm begins or ends. Needs no key.

    \b
    Example:
      zlk oracle watch --config nodes/1/oracle.yml --port 9190
    """
    config, watcher = build_watcher(config_path)
    configure_logging(config.log_format, config.log_level, "oracle-watch")

    def say(event: str, alarm: str, text: str) -> None:
        if as_json:
            show_json({"event": event, "alarm": alarm, "text": text})
        else:
            click.echo(f"{event.upper()} {alarm}: {text}")

    async def work() -> None:
        await watcher.run(config.model_copy(update={"listen_port": port}), stop_event(), say)

    run(work())


async def _look_once(config_path: Path) -> Look:
    _, watcher = build_watcher(config_path)
    try:
        return await watcher.look()
    finally:
        await watcher.close()
