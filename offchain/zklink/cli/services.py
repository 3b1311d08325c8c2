"""zlk run: the operator's services in the foreground."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from zklink.cli.door import AnsweringCommand
from zklink.config import load_config

SERVICES = ("sequencer", "prover", "relayer")


@click.command(name="run", cls=AnsweringCommand)
@click.argument("service", type=click.Choice(SERVICES))
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), required=True, help="The services' YAML file."
)
def run_service(service: str, config_path: Path) -> None:
    """Run a SERVICE until SIGTERM or SIGINT. (Oracle nodes: `zlk oracle serve`.)

    \b
    Examples:
      zlk run sequencer --config zklink.yml
      zlk run prover --config zklink.yml
    """
    from zklink import app  # the whole house: only when a service is asked for

    build = {"sequencer": app.build_sequencer, "prover": app.build_prover, "relayer": app.build_relayer}[service]
    asyncio.run(build(load_config(config_path)).run())
