"""A price book with feeds that answer what they are told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.vault.conftest import ZERO

FEED, EMA, HUB = 1, 2, 3
LP, SHARE = 2, 3
AGE = 3600


def source(kind: int, target: Any, **changes: int) -> tuple:
    """A source with a deviation of 0.25 %, bounds of 0.5 and 1.5, an hour of age."""
    values = {"max_age": 0 if kind == EMA else AGE, "deviation": 2_500, "low": 5_000, "high": 15_000, "index": 0}
    return (kind, target, *(values | changes).values())


@pytest.fixture(scope="module")
def gate(project: Any, people: Any) -> Any:
    return people.deployer.deploy(project.PriceGate)


@pytest.fixture(scope="module")
def make_book(project: Any, people: Any, gate: Any) -> Any:
    """make_book(sequencer_feed): a price book."""

    def make(sequencer: Any = ZERO) -> Any:
        return people.deployer.deploy(project.PriceBook, people.governor, gate, sequencer)

    return make


@pytest.fixture(scope="module")
def book(make_book: Any) -> Any:
    return make_book()


@pytest.fixture(scope="module")
def make_feed(project: Any, people: Any, chain: Any) -> Any:
    """make_feed(price=1.0, decimals=8): a feed that answered just now."""

    def make(price: float = 1.0, decimals: int = 8) -> Any:
        feed = people.deployer.deploy(project.Feed, decimals)
        feed.set_answer(
            round(price * 10**6) * 10 ** (decimals - 6), chain.blocks.head.timestamp, sender=people.deployer
        )
        return feed

    return make


@pytest.fixture
def listed(book: Any, people: Any, make_feed: Any) -> Any:
    """listed(*prices, entry=0, quorum=1, spread_max=50_000): feeds with these prices behind an entry."""

    def put(*prices: float, entry: int = 0, quorum: int = 1, spread_max: int = 50_000, **changes: int) -> list[Any]:
        feeds = [make_feed(price) for price in prices]
        sources = [source(FEED, feed, **changes) for feed in feeds]
        book.set_sources(entry, sources, quorum, spread_max, sender=people.governor)
        return feeds

    return put
