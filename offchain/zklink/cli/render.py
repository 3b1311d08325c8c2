"""Tables for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.table import Table

from zklink.cli.door import Door


def show_fields(door: Door, title: str, data: Mapping[str, Any]) -> None:
    """One thing: a two-column table, or the mapping as JSON."""
    if door.as_json:
        show_json(data)
        return
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in data.items():
        if value is not None:
            table.add_row(name.replace("_", " "), str(value))
    door.console.print(table)


def show_table(door: Door, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Several things of one kind (the JSON form is the caller's)."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    door.console.print(table)


def show_json(data: Any) -> None:
    """One JSON document."""
    click.echo(json.dumps(data))
