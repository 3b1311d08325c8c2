"""Carry sealed blocks, proofs and attestations to every chain, until SIGTERM or SIGINT."""

from pathlib import Path

import click


@click.command(epilog="Example: ape run relay --config relayer.yml. Runbook: docs/runbooks/relay.md")
@click.option("--config", type=click.Path(path_type=Path, exists=True), required=True, help="the services' YAML file")
def cli(config):
    """The relayer of one deployment. Keys come from the files that the configuration names."""
    import asyncio

    from zklink.app import build_relayer
    from zklink.config import ConfigError, load_config

    try:
        service = build_relayer(load_config(config))
    except (ConfigError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    asyncio.run(service.run())
