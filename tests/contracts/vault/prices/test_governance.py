"""Who may register sources, what is refused, and the sequencer of the host chain."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.vault.conftest import ZERO
from tests.contracts.vault.prices.conftest import AGE, EMA, FEED, HUB, source
from tests.support.isolation import isolated

GRACE = 3600
EVERYBODY = "deployer governor guardian vault bridge stranger".split()


@pytest.fixture(scope="module")
def feed(make_feed):
    return make_feed()


@pytest.mark.parametrize("name", ["set_sources", "set_wrapper", "set_role", "offer_governor"])
def test_only_the_governor_may(book, people, feed, chain, name):
    values = {
        "set_sources": (0, [source(FEED, feed)], 1, 50_000),
        "set_wrapper": (0, 2, feed, [1]),
        "set_role": (people.alice, 1, True),
        "offer_governor": (people.alice,),
    }[name]
    for actor in EVERYBODY:
        with isolated(chain):
            if actor != "governor":
                with ape.reverts("roles/not_governor"):
                    getattr(book, name)(*values, sender=getattr(people, actor))
            elif name == "set_wrapper":
                with ape.reverts("price/part"):
                    book.set_wrapper(*values, sender=people.governor)
            else:
                getattr(book, name)(*values, sender=people.governor)


def test_set_sources_stores(book, people, feed):
    values = [source(FEED, feed)]
    receipt = book.set_sources(31, values, 1, 50_000, sender=people.governor)
    (event,) = receipt.events
    assert (event.entry, event.quorum, event.spread_max) == (31, 1, 50_000)
    assert book.prices(31)[0]


def test_another_registration_replaces_the_first(book, people, make_feed):
    book.set_sources(5, [source(FEED, make_feed(p)) for p in (1.0, 1.01, 0.99)], 3, 50_000, sender=people.governor)
    book.set_sources(5, [source(FEED, make_feed(1.002))], 1, 50_000, sender=people.governor)
    assert book.prices(5)[2] == 1_002 * 10**15


@pytest.mark.parametrize("entry", [0, 32, 2**256 - 1])
def test_an_entry_that_is_not_registered_has_no_price(make_book, entry):
    with ape.reverts("price/entry"):
        make_book().prices(entry)


def test_set_sources_refuses(book, people, feed):
    good = source(FEED, feed)

    def refuse(reason, entry=0, sources=(good,), quorum=1, spread_max=50_000):
        with ape.reverts(reason):
            book.set_sources(entry, list(sources), quorum, spread_max, sender=people.governor)

    refuse("price/entry", entry=32)
    refuse("price/quorum", sources=())
    refuse("price/quorum", quorum=0)
    refuse("price/quorum", quorum=2)
    refuse("price/spread", spread_max=10**6)
    refuse("price/kind", sources=[(0, *good[1:])])
    refuse("price/kind", sources=[(4, *good[1:])])
    refuse("price/target", sources=[source(FEED, ZERO)])
    refuse("price/deviation", sources=[source(FEED, feed, deviation=50_000)])
    refuse("price/bounds", sources=[source(FEED, feed, low=5, high=5)])
    refuse("price/bounds", sources=[source(FEED, feed, high=2**22)])
    refuse("price/index", sources=[source(FEED, feed, index=1)])
    refuse("price/index", sources=[source(HUB, feed, index=1)])
    refuse("price/max_age", sources=[source(FEED, feed, max_age=0)])
    refuse("price/max_age", sources=[source(FEED, feed, max_age=2**24)])
    refuse("price/ema", sources=[source(EMA, feed, index=16)])
    refuse("price/ema", sources=[source(EMA, feed, max_age=1)])


def test_refuses_a_feed_with_many_decimals(book, people, make_feed):
    feed = make_feed(1.0, 19)
    with ape.reverts("price/decimals"):
        book.set_sources(0, [source(FEED, feed)], 1, 50_000, sender=people.governor)


def test_constructor_refuses(project, people, gate):
    with ape.reverts("price/gate"):
        people.deployer.deploy(project.PriceBook, people.governor, ZERO, ZERO)
    with ape.reverts("roles/no_governor"):
        people.deployer.deploy(project.PriceBook, ZERO, gate, ZERO)


def test_a_host_without_sequencer_is_settled(book, gate):
    assert book.settled()
    assert (book.sequencer_feed(), book.gate()) == (ZERO, gate)


def test_a_sequencer_settles_an_hour_after_it_came_back(make_book, make_feed, people, chain):
    uptime = make_feed()
    book = make_book(uptime)
    back = chain.blocks.head.timestamp + 10
    uptime.set_answer(0, back, sender=people.deployer)
    uptime.set_started_at(back, sender=people.deployer)
    for after, settled in ((GRACE, False), (GRACE + 1, True)):
        with isolated(chain):
            chain.mine(timestamp=back + after)
            assert book.settled() is settled
    chain.mine(timestamp=back + GRACE + 100)
    assert book.settled()
    for answer in (1, -1):  # down, nonsense
        uptime.set_answer(answer, back, sender=people.deployer)
        assert not book.settled()
    uptime.set_answer(0, back, sender=people.deployer)
    for started in (0, chain.blocks.head.timestamp + AGE):  # no round yet; the future
        uptime.set_started_at(started, sender=people.deployer)
        assert not book.settled()
    uptime.set_started_at(back, sender=people.deployer)
    assert book.settled()
    for fault in (1, 2, 4):
        uptime.set_fault(fault, sender=people.deployer)
        assert not book.settled()
