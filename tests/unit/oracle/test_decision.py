"""The decision rule as a table: what each state of the chains allows (LON 6.4, T23)."""

from dataclasses import replace

import pytest

from zklink.oracle.decision import Verdict, candidate, decide, numbers_to_read
from zklink.oracle.view import BlockFact, ChainStatus, ChainView


def fact(number: int, root: int = 1, sync: int = 2) -> BlockFact:
    return BlockFact(number, root.to_bytes(32, "big"), (sync * 1000 + number).to_bytes(32, "big"))


def view(chain: int, committed: int = 6, proven: int = 5, attested: int = 3, **changes: object) -> ChainView:
    status = ChainStatus(chain, 50, "0x00", 1000, committed, proven, attested, attested, attested, 0, 1)
    return ChainView(replace(status, **changes), {n: fact(n) for n in range(1, 10)})


def test_signs_the_highest_number_proven_everywhere() -> None:
    decision = decide([view(1), view(2, committed=9, proven=9)], 2, 1)
    assert decision.verdict is Verdict.SIGN
    message = decision.message
    assert message is not None
    assert (message.set_epoch, message.generation, message.block_number) == (1, 0, 5)
    assert message.state_root == 1 and message.sync_hash == fact(5).sync_hash


@pytest.mark.parametrize(
    ("views", "interval", "reason"),
    [
        ([view(1, proven=0), view(2)], 1, "no checkpoint"),
        ([view(1), view(2, committed=0, proven=0)], 1, "no checkpoint"),
        ([view(1, attested=5), view(2, attested=5)], 1, "attested on every chain"),
        ([view(1), view(2)], 7, "no checkpoint"),
        ([view(1), view(2, generation=1)], 1, "different generations"),
        ([view(1), view(2, epoch=2)], 1, "different epochs"),
    ],
    ids=["unproven on one", "uncommitted on one", "done", "below the interval", "generation", "epoch"],
)
def test_waits(views: list[ChainView], interval: int, reason: str) -> None:
    decision = decide(views, 2, interval)
    assert decision.verdict is Verdict.WAIT
    assert decision.message is None
    assert reason in decision.reason


def test_unproven_block_is_not_signed_but_the_proven_one_below_is() -> None:
    decision = decide([view(1, proven=5), view(2, proven=4)], 2, 1)
    assert decision.message is not None and decision.message.block_number == 4


def test_signs_while_one_chain_has_not_got_it() -> None:
    assert decide([view(1, attested=5), view(2, attested=3)], 2, 1).verdict is Verdict.SIGN


@pytest.mark.parametrize("interval", [1, 2, 3, 5])
def test_only_multiples_of_the_interval(interval: int) -> None:
    views = [view(1, committed=9, proven=7, attested=0), view(2, committed=9, proven=8, attested=0)]
    decision = decide(views, 2, interval)
    assert decision.message is not None
    assert decision.message.block_number == 7 - 7 % interval == candidate([v.status for v in views], interval)


@pytest.mark.parametrize("changed", [{"sync": 3}, {"root": 9}], ids=["sync hash", "root"])
@pytest.mark.parametrize("number", [5, 6], ids=["at the candidate", "at an unproven block"])
def test_mismatch_is_never_signed(changed: dict[str, int], number: int) -> None:
    bad = view(2)
    bad.facts[number] = fact(number, **changed)
    decision = decide([view(1), bad, view(3)], 3, 1)
    assert decision.verdict is Verdict.MISMATCH
    assert decision.message is None
    (mismatch,) = decision.mismatches
    assert (mismatch.chain, mismatch.number) == (2, number)


def test_every_chain_must_be_there() -> None:
    with pytest.raises(ValueError, match=r"1\.\.3"):
        decide([view(1), view(2)], 3, 1)


def test_fact_that_was_asked_for_must_be_there() -> None:
    lacking = view(2)
    del lacking.facts[5]
    with pytest.raises(ValueError, match="was not read"):
        decide([view(1), lacking], 2, 1)


def test_numbers_to_read() -> None:
    assert numbers_to_read([view(1).status, view(2).status], 1) == (5, 6)
    assert numbers_to_read([view(1, committed=0, proven=0).status, view(2).status], 1) == ()


def test_order_of_the_views_does_not_matter() -> None:
    views = [view(1), view(2, committed=9, proven=9), view(3, proven=4)]
    assert decide(views, 3, 1).message == decide(views[::-1], 3, 1).message
