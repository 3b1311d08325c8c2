"""Run one oracle node: it compares what all chains saw and signs, or refuses."""

from pathlib import Path

import click


@click.command(epilog="Example: ape run attest --config oracle.yml. Runbook: docs/runbooks/attest.md")
@click.option("--config", type=click.Path(path_type=Path, exists=True), required=True, help="the node's file")
def cli(config):
    """One member of the light oracle network; the same as `zlk oracle serve`."""
    from zklink.cli.oracle import serve

    serve.main(["--config", str(config)], prog_name="ape run attest")
