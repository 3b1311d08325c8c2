"""prices() of plain entries: what a source must be, and what many of them give."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import WAD
from tests.contracts.vault.prices.conftest import AGE, EMA, FEED, source
from tests.support.isolation import isolated

NO = (False, 0, 0, 0, WAD)
LESS = 997_500  # 1 - 0.25 %


def wad(price):
    return round(price * 10**6) * 10**12


def test_one_feed(book, listed):
    listed(0.999)
    assert tuple(book.prices(0)) == (True, wad(0.999) * LESS // 10**6, wad(0.999), wad(0.999), WAD)


def test_two_feeds_mean_and_extremes(book, listed):
    listed(1.001, 0.999)
    assert tuple(book.prices(0)) == (True, wad(0.999) * LESS // 10**6, wad(1.0), wad(1.001), WAD)


@pytest.mark.parametrize("order", [(1.002, 0.998, 1.001), (0.998, 1.001, 1.002), (1.001, 1.002, 0.998)])
def test_three_feeds_median(book, listed, order):
    listed(*order)
    assert tuple(book.prices(0)) == (True, wad(0.998) * LESS // 10**6, wad(1.001), wad(1.002), WAD)


@pytest.mark.parametrize("decimals", [6, 8, 18])
def test_decimals(book, people, make_feed, decimals):
    feed = make_feed(1.01, decimals)
    book.set_sources(0, [source(FEED, feed)], 1, 50_000, sender=people.governor)
    assert book.prices(0)[2] == wad(1.01)
    feed.set_decimals(9, sender=people.deployer)  # read once, at registration
    assert book.prices(0)[2] == wad(1.01)


@pytest.mark.parametrize("answer", [0, -1, -(2**255), 2**255 - 1, 2**128])
def test_an_answer_that_is_no_price_is_invalid(book, people, listed, chain, answer):
    (feed,) = listed(1.0)
    feed.set_answer(answer, chain.blocks.head.timestamp, sender=people.deployer)
    assert tuple(book.prices(0)) == NO


@pytest.mark.parametrize("fault", [1, 2, 3, 4])
def test_a_feed_that_fails_is_invalid_and_nothing_reverts(book, people, listed, fault):
    bad, good = listed(1.0, 1.0)
    assert book.prices(0)[0]
    bad.set_fault(fault, sender=people.deployer)
    assert book.prices(0)[0]
    good.set_fault(1, sender=people.deployer)
    assert tuple(book.prices(0)) == NO


def test_a_longer_answer_is_read_from_its_front(book, people, listed):
    (feed,) = listed(1.0)
    feed.set_fault(5, sender=people.deployer)
    assert book.prices(0)[0]


def test_a_feed_that_lost_its_code_is_invalid(book, people, listed, chain):
    (feed,) = listed(1.0)
    chain.provider.make_request("anvil_setCode", [feed.address, "0x"])
    assert tuple(book.prices(0)) == NO


def test_staleness_begins_after_the_age(book, people, listed, chain):
    (feed,) = listed(1.0)
    now = chain.blocks.head.timestamp + 10
    feed.set_answer(10**8, now, sender=people.deployer)
    for after, ok in ((AGE, True), (AGE + 1, False)):
        with isolated(chain):
            chain.mine(timestamp=now + after)
            assert book.prices(0)[0] is ok


def test_no_time_and_a_future_time_are_invalid(book, people, listed, chain):
    (feed,) = listed(1.0)
    for time in (0, chain.blocks.head.timestamp + 1000):
        feed.set_answer(10**8, time, sender=people.deployer)
        assert tuple(book.prices(0)) == NO


def test_bounds_are_outside(book, people, listed, chain):
    (feed,) = listed(1.0)
    for answer, ok in ((5 * 10**7, False), (5 * 10**7 + 1, True), (15 * 10**7 - 1, True), (15 * 10**7, False)):
        feed.set_answer(answer, chain.blocks.head.timestamp, sender=people.deployer)
        assert book.prices(0)[0] is ok


def test_quorum(book, people, listed):
    feeds = listed(1.0, 1.0, 1.0, quorum=2)
    feeds[0].set_fault(1, sender=people.deployer)
    assert book.prices(0)[0]
    feeds[1].set_fault(1, sender=people.deployer)
    assert tuple(book.prices(0)) == NO


def test_a_fork_between_sources_is_no_price(book, listed):
    # high - low, deviation included: 1.02 - 0.9975 = 2.25 % of 1.01
    for spread_max, ok in ((23_000, True), (22_000, False)):
        listed(1.0, 1.02, spread_max=spread_max)
        assert book.prices(0)[0] is ok


def test_an_average_of_a_pool(project, book, people):
    pool = people.deployer.deploy(project.Pool)
    pool.set_oracle(1, wad(0.99), sender=people.deployer)
    for index, price in ((1, wad(0.99)), (1 + 8, WAD * WAD // wad(0.99))):
        book.set_sources(0, [source(EMA, pool, index=index)], 1, 50_000, sender=people.governor)
        assert book.prices(0)[2] == price
    pool.set_oracle(1, 0, sender=people.deployer)
    assert tuple(book.prices(0)) == NO
    pool.set_oracle(1, 2**128, sender=people.deployer)
    assert tuple(book.prices(0)) == NO
    pool.set_oracle(1, WAD, sender=people.deployer)
    pool.set_fails(True, sender=people.deployer)
    assert tuple(book.prices(0)) == NO


@settings(max_examples=15, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.none(), st.integers(900_000, 1_100_000)), min_size=1, max_size=3), st.integers(1, 3))
def test_agrees_with_a_plain_model(book, people, make_feed, chain, prices, quorum):
    with isolated(chain):
        quorum = min(quorum, len(prices))
        feeds = [make_feed((price or 0) / 10**6) for price in prices]
        sources = [source(FEED, feed) for feed in feeds]
        book.set_sources(0, sources, quorum, 100_000, sender=people.governor)
        valid = sorted(price * 10**12 for price in prices if price)
        expected = NO
        if len(valid) >= quorum:
            middle = valid[1] if len(valid) == 3 else sum(valid) // len(valid)
            low = min(valid) * LESS // 10**6
            if (max(valid) - low) * 10**6 <= 100_000 * middle:
                expected = (True, low, middle, max(valid), WAD)
        assert tuple(book.prices(0)) == expected
