"""Tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table


def console() -> Console:
    """Where tables go: standard output as it is now."""
    return Console(file=click.get_text_stream("stdout"), highlight=False)


def print_fields(as_json: bool, title: str, data: Mapping[str, Any]) -> None:
    """One thing: a two-column table, or the mapping as JSON."""
    if as_json:
        show_json(data)
        return
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in data.items():
        if value is not None:
            table.add_row(name.replace("_", " "), str(value))
    console().print(table)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Several things of one kind (the JSON form is the caller's)."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(table)


def show_json(data: Any) -> None:
    """One JSON document."""
    click.echo(json.dumps(data))
