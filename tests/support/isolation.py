"""Try something on a chain and take it back.

Ape's own `chain.isolate()` swallows every exception raised inside it (0.8.51), failed assertions included: a test that
asserts in there cannot fail.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def isolated(chain: Any) -> Iterator[None]:
    """The chain as it was, after the block; exceptions pass through. chain: Ape's `chain`, connected to a test node."""
    snapshot = chain.snapshot()
    try:
        yield
    finally:
        chain.restore(snapshot)
