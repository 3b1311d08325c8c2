"""JSON from strangers: bounded size, bounded depth, strict; shared by every part that reads what others send."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any, Protocol

MAX_DEPTH = 32
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)


class Chunks(Protocol):
    """The part of an aiohttp stream that is needed."""

    def iter_any(self) -> AsyncIterator[bytes]: ...


async def read_body(content: Chunks, limit: int) -> bytes:
    """The whole body; a single read may be a part of it. Raises ValueError beyond `limit` bytes."""
    raw = bytearray()
    async for chunk in content.iter_any():
        raw += chunk
        if len(raw) > limit:
            raise ValueError(f"is longer than {limit} bytes")
    return bytes(raw)


def parse_json(raw: bytes | str) -> Any:
    """Strict JSON: UTF-8, no NaN, no duplicate keys, bounded depth and digits. Raises ValueError."""
    text = raw.decode() if isinstance(raw, bytes) else raw
    check_depth(text)
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)


def check_depth(text: str) -> None:
    """Raises ValueError when arrays and objects are nested deeper than MAX_DEPTH.

    The decoder recurses in C: where some library has raised the recursion limit, deep input ends the process.
    """
    depth = 0
    for token in _BRACKETS.finditer(text):
        first = token[0][0]
        depth += (first in "[{") - (first in "]}")
        if depth > MAX_DEPTH:
            raise ValueError(f"nested deeper than {MAX_DEPTH}")


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not allowed")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object has one key twice")
    return found
