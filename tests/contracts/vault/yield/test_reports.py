"""harvest, trip, exit_strategy: gains unlock, losses are recognised, by the book."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.vault.conftest import DAY, WAD
from tests.contracts.vault.desk_numbers import FEE, START, UNIT

STRAT = 750 * UNIT
SIX_HOURS = 6 * 3600
MOST = STRAT * 2_000 // 10**6  # a day's largest gain


def price(desk):
    return (desk.worth() + 1) / (desk.book().shares + desk.virtual())


def test_a_gain_is_locked_and_the_fee_is_taken_at_the_old_price(placed, people, earn, later):
    later(DAY)
    earn(UNIT)
    before = placed.book()
    receipt = placed.harvest(sender=people.stranger)
    gain = placed.report().gain
    assert gain == pytest.approx(UNIT, abs=3)
    fee = gain * FEE // 10**6
    shares = fee * (before.shares + 10**12) // (before.assets + 1)
    assert receipt.events.filter(placed.Harvested) == [placed.Harvested(bucket=3, gain=gain, fee_shares=shares)]
    book = placed.book()
    assert (book.assets, book.strat) == (before.assets + gain, before.strat + gain)
    assert (book.shares, book.lam) == (before.shares + shares, WAD)
    assert (book.locked, book.end - book.start) == (gain - fee, DAY)


def test_locked_profit_unlocks_linearly(placed, people, earn, later, chain):
    later(DAY)
    earn(UNIT)
    placed.harvest(sender=people.stranger)
    book = placed.book()
    for part, rest in ((0, 4), (1, 3), (2, 2), (4, 0), (5, 0)):
        if part:
            chain.mine(timestamp=book.start + DAY * part // 4)
            assert placed.locked() == -(-book.locked * rest // 4)


def test_a_second_gain_averages_the_time_left(placed, people, earn, later, chain):
    later(DAY)
    earn(UNIT)
    placed.harvest(sender=people.stranger)
    first = placed.book()
    later(DAY // 2)
    earn(UNIT // 2)
    receipt = placed.harvest(sender=people.stranger)
    now = chain.blocks[receipt.block_number].timestamp
    rest = -(-first.locked * (first.end - now) // DAY)
    book = placed.book()
    fresh = placed.report().gain - placed.report().gain * FEE // 10**6
    assert book.locked == rest + fresh
    assert book.end - now == -(-(fresh * DAY + rest * (first.end - now)) // book.locked)


def test_the_share_price_never_jumps_by_a_report(placed, people, earn, later):
    later(DAY)
    earn(UNIT)
    before = price(placed)
    placed.harvest(sender=people.stranger)
    assert before <= price(placed) <= before * (1 + 1e-6)
    later(DAY)
    assert price(placed) == pytest.approx(before * (1 + 0.9 / 1000), rel=1e-5)


def test_refuses_a_gain_beyond_the_cap(placed, people, earn, later):
    later(DAY)
    earn(MOST + 100)
    with ape.reverts("vault/gain_odd"):
        placed.harvest(sender=people.stranger)
    later(DAY)  # two days may gain twice as much
    placed.harvest(sender=people.stranger)


def test_waits_six_hours_between_reports(placed, people, earn, later, chain):
    later(DAY)
    placed.harvest(sender=people.stranger)
    last = chain.blocks.head.timestamp
    chain.mine(timestamp=last + SIX_HOURS - 10)
    with ape.reverts("vault/interval"):
        placed.harvest(sender=people.stranger)
    chain.mine(timestamp=last + SIX_HOURS)
    placed.harvest(sender=people.stranger)


def test_nothing_earned_reports_nothing(placed, people, later):
    later(DAY)
    assert placed.harvest(sender=people.stranger).events == []
    assert tuple(placed.report()) == (0, 0, 0, 0)


def test_a_loss_lowers_price_and_factor_alike(placed, strategy, people, later):
    later(DAY)
    before = price(placed)
    strategy.lose(80 * UNIT, sender=people.deployer)  # of 800
    (event,) = placed.harvest(sender=people.stranger).events.filter(placed.StrategyLoss)
    book, report = placed.book(), placed.report()
    assert report.loss == report.uncovered == event.loss == pytest.approx(75 * UNIT, abs=3)
    assert (book.assets, book.strat) == (START - report.loss, STRAT - report.loss)
    assert book.lam == event.lam == WAD * (START - report.loss + 1) // (START + 1)
    assert price(placed) / before == pytest.approx(book.lam / WAD, rel=1e-12)


def test_locked_profit_bears_a_loss_first(placed, strategy, people, earn, later):
    later(DAY)
    earn(UNIT)
    placed.harvest(sender=people.stranger)
    worth, locked = placed.worth(), placed.locked()
    strategy.lose(UNIT // 2, sender=people.deployer)
    placed.trip(sender=people.stranger)
    assert placed.report().uncovered == 0
    assert placed.book().lam == WAD
    assert placed.worth() == pytest.approx(worth, abs=200)
    assert placed.locked() < locked
    strategy.lose(10 * UNIT, sender=people.deployer)
    placed.trip(sender=people.stranger)
    report = placed.report()
    assert 0 < report.uncovered < report.loss
    assert placed.locked() == 0
    assert placed.book().lam < WAD


def test_trip_needs_a_loss_and_no_interval(placed, strategy, people, later):
    with ape.reverts("vault/no_loss"):
        placed.trip(sender=people.stranger)
    strategy.lose(UNIT, sender=people.deployer)
    assert placed.shortfall() > 0
    placed.trip(sender=people.stranger)
    assert placed.shortfall() == 0


def test_a_loss_needs_no_interval_from_trip_but_from_harvest(placed, strategy, people, later):
    later(DAY)
    placed.harvest(sender=people.stranger)
    strategy.lose(UNIT, sender=people.deployer)
    with ape.reverts("vault/interval"):
        placed.harvest(sender=people.stranger)
    placed.trip(sender=people.stranger)


def test_two_units_of_rounding_are_no_loss(placed, habits, people):
    live = STRAT
    habits(lie_bps=9_999)  # 750 USD * 1 bp: far beyond two units
    assert placed.shortfall() == pytest.approx(live // 10_000, abs=3)
    habits()
    assert placed.shortfall() == 0


def test_the_worse_answer_counts(placed, habits, people, later):
    """A strategy that converts well and redeems badly."""
    habits(preview_bps=9_000)
    assert placed.shortfall() == pytest.approx(STRAT // 10, abs=3)


def test_a_strategy_that_reverts_is_not_taken_for_empty(placed, habits, people):
    habits(fails=True)
    with ape.reverts("strategy/fails"):
        placed.trip(sender=people.stranger)


def test_harvest_without_strategy(project, people, coin):
    bare = people.deployer.deploy(project.DeskVault, coin, 6)
    assert bare.shortfall() == 0
    with ape.reverts("vault/no_strategy"):
        bare.harvest(sender=people.stranger)


def test_exit_brings_everything_home(placed, strategy, coin, people):
    receipt = placed.exit_strategy(sender=people.deployer)
    (event,) = receipt.events.filter(placed.StrategyExited)
    assert (event.received, event.shares_left) == (STRAT, 0)
    assert (placed.book().strat, placed.book().assets, placed.owned()) == (0, START, 0)
    assert coin.balanceOf(placed) == START


def test_exit_with_a_loss_recognises_it(placed, strategy, people):
    strategy.lose(80 * UNIT, sender=people.deployer)
    receipt = placed.exit_strategy(sender=people.deployer)
    (event,) = receipt.events.filter(placed.StrategyLoss)
    assert event.loss == placed.uncovered() == START - placed.book().assets
    assert placed.book().lam == event.lam < WAD
    assert placed.book().strat == 0


def test_exit_with_a_gain_locks_it(placed, people, earn):
    earn(100 * UNIT)  # any size: an exit is never refused
    placed.exit_strategy(sender=people.deployer)
    book = placed.book()
    assert book.assets - START == book.locked == pytest.approx(100 * UNIT, abs=3)
    assert book.lam == WAD


def test_exit_takes_what_can_be_had(placed, strategy, coin, people, habits):
    habits(limit=100 * UNIT)
    placed.exit_strategy(sender=people.deployer)
    assert placed.book().strat == pytest.approx(650 * UNIT, abs=2)
    assert placed.owned() == strategy.balanceOf(placed) > 0
    assert placed.book().assets == START
    habits(limit=0)
    with ape.reverts("vault/liquidity"):
        placed.exit_strategy(sender=people.deployer)
