"""zlk oracle: make, run and look at one member of the oracle network."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import aiohttp
import click

from zklink.cli.door import AnsweringCommand, json_option, run
from zklink.cli.render import print_fields, print_table, show_json
from zklink.observe import configure_logging
from zklink.oracle.config import load_config
from zklink.oracle.door import build_node, unfreeze
from zklink.oracle.setup import init_member
from zklink.sdk.errors import ApiUnreachable

config_option = click.option(
    "--config", "config_path", type=click.Path(path_type=Path), required=True, help="The node's oracle.yml or .toml."
)


@click.group()
def oracle() -> None:
    """One member of the oracle network: its own key, its own view of every chain."""


@oracle.command(cls=AnsweringCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--registry", type=click.Path(path_type=Path), required=True, help="Registry file (may come later).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=9100, show_default=True, help="Port to listen on.")
@click.option(
    "--passphrase-file", type=click.Path(path_type=Path), default=None, help="Default: a new random one in FOLDER."
)
@click.option("--light", is_flag=True, help="Cheap key derivation, lax clock: local networks only.")
@json_option
def init(
    folder: Path, registry: Path, host: str, port: int, passphrase_file: Path | None, light: bool, as_json: bool
) -> None:
    """Make a member's keystore, protection database and configuration in FOLDER. Nothing is overwritten.

    \b
    Example:
      zlk oracle init nodes/1 --registry build/local/registry.json --port 9101 --light
    """
    made = init_member(folder, registry, port, passphrase_file, light, host)
    print_fields(
        as_json, "New member",
        {"address": made.address, "config": str(made.config), "keystore": str(made.keystore),
         "passphrase_file": str(made.passphrase_file), "next": f"zlk oracle serve --config {made.config}"},
    )  # fmt: skip


@oracle.command(cls=AnsweringCommand)
@config_option
@click.option("--bootstrap", is_flag=True, help="The protection database is lost: make a new one, safely.")
@click.option("--bootstrap-ignore-silent-peers", is_flag=True, help="Go on although some peers do not answer.")
def serve(config_path: Path, bootstrap: bool, bootstrap_ignore_silent_peers: bool) -> None:
    """Run a node until SIGTERM or SIGINT. Exit code 78: an operator must act first.

    \b
    Examples:
      zlk oracle serve --config nodes/1/oracle.yml
      zlk oracle serve --config nodes/1/oracle.yml --bootstrap
    """
    config = load_config(config_path)
    configure_logging(config.log_format, config.log_level, "oracle")
    node = build_node(config_path, bootstrap=bootstrap, ignore_silent_peers=bootstrap_ignore_silent_peers)

    async def work() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await node.run(stop)

    run(work())


@oracle.command(name="unfreeze", cls=AnsweringCommand)
@config_option
@click.confirmation_option(prompt="Have you looked at every chain, and do you know why the node froze?")
@json_option
def unfreeze_command(config_path: Path, as_json: bool) -> None:
    """Let a frozen node sign again. Stop the node first; read docs/runbooks/attest.md before.

    \b
    Example:
      zlk oracle unfreeze --config nodes/1/oracle.yml
    """
    reason = unfreeze(config_path)
    print_fields(as_json, "Unfrozen", {"reason_was": reason or "the node was not frozen"})


@oracle.command(cls=AnsweringCommand)
@click.argument("url")
@json_option
@click.pass_context
def status(ctx: click.Context, url: str, as_json: bool) -> None:
    """Show what a node at URL says of itself. Exit code 1 when it is not ready.

    \b
    Example:
      zlk oracle status http://127.0.0.1:9101
    """
    health = run(_healthz(url))
    if as_json:
        show_json(health)
        ctx.exit(0 if health["ready"] else 1)
    signed = health["lastSigned"]
    decision = health["decision"] or {}
    print_fields(
        False, "Oracle node",
        {"signer": health["signer"], "ready": health["ready"], "frozen": health["frozen"],
         "last_signed": signed and f"block {signed['block']}, generation {signed['generation']}",
         "decision": decision.get("reason"), "last_refusal": health["lastRefusal"],
         **{f"problem {i}": text for i, text in enumerate(health["problems"], 1)}},
    )  # fmt: skip
    names = ("chain", "finalBlock", "committed", "proven", "synced", "attested", "healthySources", "problem")
    print_table("Chains", names, [[chain.get(name) for name in names] for chain in health["chains"]])
    print_table("Peers", ("peer", "state"), list(health["peers"].items()))
    ctx.exit(0 if health["ready"] else 1)


async def _healthz(url: str) -> dict[str, Any]:
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url.rstrip("/") + "/healthz") as got:
            answer: dict[str, Any] = await got.json()
            return answer
    except (aiohttp.ClientError, ValueError, TimeoutError, OSError) as error:
        raise ApiUnreachable(url, type(error).__name__) from error
