"""Random gains, losses, deposits and time: the laws of a bucket's book."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import DAY, WAD
from tests.contracts.vault.desk_numbers import START, UNIT
from tests.support.isolation import isolated

events = st.one_of(
    st.tuples(st.just("earn"), st.integers(0, 3 * UNIT // 2)),
    st.tuples(st.just("lose"), st.integers(3, 60 * UNIT)),
    st.tuples(st.just("deposit"), st.integers(1, START)),
)


@settings(max_examples=15, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(events, st.integers(DAY, 3 * DAY)), min_size=2, max_size=6))
def test_the_share_price_falls_by_losses_alone_and_the_factor_with_it(desk, strategy, coin, people, chain, steps):
    with isolated(chain):
        desk.allocate(sender=people.stranger)
        for (kind, amount), wait in steps:
            chain.mine(timestamp=chain.blocks.head.timestamp + wait)
            before, worth = desk.book(), desk.worth()
            if kind == "deposit":
                desk.deposit(amount, sender=people.alice)
            elif kind == "earn":
                coin.mint(strategy, amount, sender=people.deployer)
                desk.harvest(sender=people.stranger)
            else:
                strategy.lose(amount, sender=people.deployer)
                if desk.shortfall():
                    desk.trip(sender=people.stranger)
            book, virtual, now = desk.book(), desk.virtual(), desk.worth()
            report = desk.report()
            # (E + 1) / (N + u), compared crosswise
            left, right = (now + 1) * (before.shares + virtual), (worth + 1) * (book.shares + virtual)
            if kind == "lose" and report.uncovered:
                assert left < right
                # seconds of unlocking lie between the two readings
                assert book.lam / before.lam == pytest.approx(left / right, rel=1e-6)
                assert book.lam < before.lam
            else:
                assert left >= right
                assert book.lam == before.lam
            assert book.strat <= book.assets
            assert book.locked <= book.assets
            assert 0 < book.lam <= WAD
            assert coin.balanceOf(desk) == book.assets - book.strat
            assert desk.shortfall() == 0
