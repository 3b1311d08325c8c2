"""The main job on three local chains: deposits, proofs, signatures, withdrawals, and forgeries that are refused."""

import os
from pathlib import Path

import click


@click.command(epilog="Example: make demo, or make demo KEEP=1")
@click.option("--keep/--no-keep", default=bool(os.environ.get("KEEP")), help="leave everything running (env KEEP)")
def cli(keep):
    """Takes about two minutes once everything is built. Report: build/demo/report.json"""
    from rich.console import Console

    from zklink.localnet.story import run

    report = run(Path(__file__).resolve().parents[1], keep=keep, console=Console())
    if not report["ok"]:
        raise click.ClickException("not everything came out as it must: see build/demo/report.json")
