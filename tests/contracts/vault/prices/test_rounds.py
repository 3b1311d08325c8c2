"""Prices of the light oracle network: post_prices, HUB sources, HubFeed."""

from __future__ import annotations

import ape
import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.contracts.vault.conftest import WAD, ZERO
from tests.contracts.vault.prices.conftest import AGE, HUB, source
from tests.support.isolation import isolated

USDC, DAI = keccak(b"USDC/USD"), keccak(b"DAI/USD")
QUORUM, VETO = 1, 2
EPOCH = 7


@pytest.fixture
def post(book, gate, people, chain):
    """post(round, {feed: price}, answer=QUORUM, observed_at=now): through the gate, by anybody."""

    def act(number, prices, answer=QUORUM, observed_at=None):
        now = chain.blocks.head.timestamp if observed_at is None else observed_at
        feeds, values = list(prices), list(prices.values())
        prices_hash = keccak(encode(["bytes32[]", "uint256[]"], [feeds, values]))
        gate.accept(EPOCH, number, now, prices_hash, answer, sender=people.deployer)
        return book.post_prices(EPOCH, number, now, feeds, values, 0b111, b"\1" * 192, sender=people.stranger)

    return act


def test_takes_over_a_round(book, post, chain):
    receipt = post(3, {USDC: WAD, DAI: WAD + 5})
    (event,) = receipt.events
    assert (event.round, list(event.prices)) == (3, [WAD, WAD + 5])
    assert tuple(book.hub_price(DAI)) == (WAD + 5, event.observed_at, 3)
    assert (book.last_round(), book.last_observed_at()) == (3, event.observed_at)
    assert tuple(book.hub_price(bytes(32))) == (0, 0, 0)


def test_refuses_what_the_gate_refuses(book, post):
    with ape.reverts("oracle/quorum"):
        post(1, {USDC: WAD}, answer=0)


def test_the_hash_binds_feeds_and_prices(book, gate, people, chain):
    now = chain.blocks.head.timestamp
    prices_hash = keccak(encode(["bytes32[]", "uint256[]"], [[USDC], [WAD]]))
    gate.accept(EPOCH, 1, now, prices_hash, QUORUM, sender=people.deployer)
    for values in (
        (EPOCH, 1, now, [USDC], [WAD + 1]),
        (EPOCH, 1, now, [DAI], [WAD]),
        (EPOCH, 2, now, [USDC], [WAD]),
        (EPOCH, 1, now - 1, [USDC], [WAD]),
        (EPOCH + 1, 1, now, [USDC], [WAD]),
    ):
        with ape.reverts("oracle/quorum"):
            book.post_prices(*values, 0, b"", sender=people.stranger)


def test_rounds_only_grow(book, post):
    post(5, {USDC: WAD})
    for number in (5, 4):
        with ape.reverts("price/round"):
            post(number, {USDC: WAD})
    post(6, {USDC: WAD})


def test_refuses_the_future(post, chain):
    with ape.reverts("price/future"):
        post(1, {USDC: WAD}, observed_at=chain.blocks.head.timestamp + 100)


def test_refuses_an_older_observation(post, chain):
    now = chain.blocks.head.timestamp
    post(1, {USDC: WAD}, observed_at=now)
    with ape.reverts("price/older"):
        post(2, {USDC: WAD}, observed_at=now - 1)
    post(2, {USDC: WAD}, observed_at=now)


def test_moves_one_percent_a_round_unless_a_veto_member_signed(book, post):
    post(1, {USDC: WAD})
    one = WAD // 100
    for price in (WAD + one + 1, WAD - one - 1, 2 * WAD):
        with ape.reverts("price/move"):
            post(2, {USDC: price})
    post(2, {USDC: WAD + one})
    post(3, {USDC: WAD + one - (WAD + one) // 100})
    post(4, {USDC: 2 * WAD}, answer=VETO)
    assert book.hub_price(USDC)[0] == 2 * WAD


@pytest.mark.parametrize("price", [0, 2**128])
def test_refuses_what_is_no_price(post, price):
    with ape.reverts("price/range"):
        post(1, {USDC: price})


def test_refuses_feeds_that_do_not_match(book, people):
    for feeds, prices in (([], []), ([USDC], []), ([USDC], [1, 2])):
        with ape.reverts("price/feeds"):
            book.post_prices(EPOCH, 1, 1, feeds, prices, 0, b"", sender=people.stranger)


def test_refuses_a_feed_twice(book, gate, people, chain):
    now = chain.blocks.head.timestamp
    feeds, prices = [USDC, USDC], [WAD, WAD + 1]
    gate.accept(
        EPOCH, 1, now, keccak(encode(["bytes32[]", "uint256[]"], [feeds, prices])), QUORUM, sender=people.deployer
    )
    with ape.reverts("price/twice"):
        book.post_prices(EPOCH, 1, now, feeds, prices, 0, b"", sender=people.stranger)


def test_feeds_a_source(book, people, post, chain):
    target = "0x" + USDC[-20:].hex()
    book.set_sources(2, [source(HUB, target)], 1, 50_000, sender=people.governor)
    assert not book.prices(2)[0]
    now = chain.blocks.head.timestamp
    post(1, {USDC: WAD - 9}, observed_at=now)
    assert book.prices(2)[2] == WAD - 9
    for after, ok in ((AGE, True), (AGE + 1, False)):
        with isolated(chain):
            chain.mine(timestamp=now + after)
            assert book.prices(2)[0] is ok


def test_hub_feed_is_an_aggregator(project, book, people, post, chain):
    feed = people.deployer.deploy(project.HubFeed, book, USDC, "USDC / USD")
    assert (feed.decimals(), feed.description(), feed.version()) == (18, "USDC / USD", 1)
    assert (feed.book(), bytes(feed.feed_id())) == (book, USDC)
    with ape.reverts("price/no_data"):
        feed.latestRoundData()
    now = chain.blocks.head.timestamp
    post(9, {USDC: WAD + 1}, observed_at=now)
    assert tuple(feed.latestRoundData()) == (9, WAD + 1, now, now, 9)
    with ape.reverts("price/book"):
        people.deployer.deploy(project.HubFeed, ZERO, USDC, "")
