"""LP tokens and ERC-4626 shares: weakest part, fast down, slow up."""

from __future__ import annotations

import math

import ape
import pytest

from tests.contracts.vault.conftest import DAY, WAD, ZERO
from tests.contracts.vault.prices.conftest import FEED, LP, SHARE, source
from tests.support.isolation import isolated

TAU = 6 * 3600
RATE = 1_020_000 * 10**12


@pytest.fixture
def pool(project, book, people, make_feed):
    """An LP entry 3 of two coins, entries 8 and 9, without staleness."""
    pool = people.deployer.deploy(project.Pool)
    pool.set_virtual_price(RATE, sender=people.deployer)
    for entry in (8, 9):
        book.set_sources(entry, [source(FEED, make_feed(), max_age=2**24 - 1)], 1, 50_000, sender=people.governor)
    book.set_wrapper(3, LP, pool, [8, 9], sender=people.governor)
    return pool


def low(price):
    return price * 997_500 // 10**6


def test_an_lp_token_is_its_rate_times_its_parts(book, pool):
    assert tuple(book.prices(3)) == (True, low(WAD) * RATE // WAD, RATE, RATE, RATE)


def test_the_weakest_part_prices_it(book, people, pool, make_feed):
    book.set_sources(9, [source(FEED, make_feed(0.98))], 1, 50_000, sender=people.governor)
    price = 98 * 10**16
    assert tuple(book.prices(3)) == (
        True,
        low(price) * RATE // WAD,
        price * RATE // WAD,
        (price * RATE + WAD - 1) // WAD,
        RATE,
    )


def test_a_part_without_price_leaves_the_target(book, people, pool, make_feed):
    book.set_sources(9, [source(FEED, make_feed(2.0))], 1, 50_000, sender=people.governor)
    assert tuple(book.prices(3)) == (False, 0, 0, 0, RATE)


def test_a_part_that_became_a_wrapper_is_no_price(book, people, pool):
    book.set_wrapper(9, LP, pool, [8], sender=people.governor)
    assert tuple(book.prices(3)) == (False, 0, 0, 0, RATE)


@pytest.mark.parametrize("rate", [0, 2**112])
def test_a_rate_that_is_none_leaves_the_last_target(book, people, pool, rate):
    pool.set_virtual_price(rate, sender=people.deployer)
    assert tuple(book.prices(3)) == (False, 0, 0, 0, RATE)
    with ape.reverts("price/rate"):
        book.poke(3, sender=people.stranger)


def test_a_locked_pool_is_no_price(book, people, pool):
    pool.set_fails(True, sender=people.deployer)
    assert tuple(book.prices(3)) == (False, 0, 0, 0, RATE)


def test_falls_at_once(book, people, pool):
    pool.set_virtual_price(RATE * 9 // 10, sender=people.deployer)
    assert book.prices(3)[4] == RATE * 9 // 10


def test_rises_slowly_and_by_no_more_than_one_percent(book, people, pool, chain):
    pool.set_virtual_price(RATE * 2, sender=people.deployer)
    ok, _, middle, high, target = book.prices(3)
    assert (ok, middle, target) == (True, RATE, RATE)
    assert high == RATE * 2  # the exit looks at now
    receipt = book.poke(3, sender=people.stranger)
    assert receipt.events == [book.TargetPoked(entry=3, spot=RATE * 2, average=RATE)]
    poked = chain.blocks[receipt.block_number].timestamp
    for after in (TAU // 2, TAU, 30 * DAY):
        with isolated(chain):
            chain.mine(timestamp=poked + after)
            expected = RATE + RATE // 100 * (1 - math.exp(-after / TAU))
            assert book.prices(3)[4] == pytest.approx(expected, rel=1e-9)


def test_what_was_blown_up_for_a_moment_is_not_used(book, people, pool, chain):
    pool.set_virtual_price(RATE * 2, sender=people.deployer)
    book.poke(3, sender=people.stranger)
    pool.set_virtual_price(RATE, sender=people.deployer)
    chain.mine(timestamp=chain.blocks.head.timestamp + DAY)
    assert tuple(book.prices(3))[2:] == (RATE, RATE, RATE)


@pytest.mark.parametrize(("asset_decimals", "share_decimals"), [(6, 6), (6, 18), (18, 18)])
def test_a_share_of_an_erc4626_vault(project, book, people, make_feed, asset_decimals, share_decimals):
    coin = people.deployer.deploy(project.Token, "USD", asset_decimals)
    vault = people.deployer.deploy(project.Strategy, coin, share_decimals)
    unit = 10**asset_decimals
    coin.mint(people.alice, 1_000 * unit, sender=people.alice)
    coin.approve(vault, 1_000 * unit, sender=people.alice)
    book.set_sources(8, [source(FEED, make_feed())], 1, 50_000, sender=people.governor)
    vault.deposit(1_000 * unit, people.alice, sender=people.alice)
    receipt = book.set_wrapper(4, SHARE, vault, [8], sender=people.governor)
    assert receipt.events == [book.WrapperSet(entry=4, kind=SHARE, wrapper=vault, parts=[8])]
    rate = vault.convertToAssets(10**share_decimals) * 10 ** (18 - asset_decimals)
    assert book.prices(4)[4] == rate
    coin.mint(vault, 100 * unit, sender=people.alice)
    assert book.prices(4)[4] == rate  # slow up
    assert book.prices(4)[3] == pytest.approx(rate * 1.1, rel=1e-5)


def test_poke_refuses_what_is_not_wrapped(book, pool, people):
    for entry in (8, 20):
        with ape.reverts("price/not_wrapped"):
            book.poke(entry, sender=people.stranger)


def test_set_wrapper_refuses(project, book, people, pool):
    def refuse(reason, *arguments):
        with ape.reverts(reason):
            book.set_wrapper(*arguments, sender=people.governor)

    refuse("price/entry", 32, LP, pool, [8])
    refuse("price/kind", 3, 1, pool, [8])
    refuse("price/kind", 3, 4, pool, [8])
    refuse("price/parts", 3, LP, pool, [])
    refuse("price/parts", 3, SHARE, pool, [8, 9])
    refuse("price/part", 3, LP, pool, [8, 32])
    refuse("price/part", 3, LP, pool, [8, 10])
    refuse("price/part", 8, LP, pool, [8])
    refuse("price/rate", 3, LP, ZERO, [8])
    odd = people.deployer.deploy(project.Feed, 19)
    share = people.deployer.deploy(project.Strategy, odd, 18)
    refuse("price/decimals", 3, SHARE, share, [8])
