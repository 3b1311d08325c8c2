"""Clock, lease, limits, events, receipts: the parts that are wrong by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.actors import ALICE, ONE, new_context, new_ledger
from zklink.journal.progress import ProgressRow
from zklink.protocol.errors import FieldError
from zklink.sequencer import errors
from zklink.sequencer.api.events import MEMORY, EventHub, Listener
from zklink.sequencer.api.limits import MAX_CLIENTS, RateLimit
from zklink.sequencer.api.receipts import lowest, stage_of
from zklink.sequencer.api.rpc import parse_json
from zklink.sequencer.clock import AHEAD, BEHIND, Clock
from zklink.sequencer.errors import ApiError, from_field, from_rule
from zklink.sequencer.limits import MAX_KEY_CHANGES, MAX_OWN_WORDS, StreamRoom
from zklink.state.errors import RuleViolation
from zklink.state.transition import apply
from zklink.wire import MAX_DEPTH


@given(
    now=st.integers(0, 2**40),
    previous=st.integers(0, 2**40),
    primary=st.integers(0, 2**40),
    other=st.integers(0, 2**40),
)
def test_a_timestamp_is_acceptable_or_there_is_none(now: int, previous: int, primary: int, other: int) -> None:
    clock = Clock(1, lambda: now)
    clock.report(1, primary)
    clock.report(2, other)
    found = clock.timestamp(previous)
    if found is None:
        assert max(previous, primary - BEHIND) > max(primary, other) + AHEAD
    else:
        assert previous <= found <= max(primary, other) + AHEAD and found >= primary - BEHIND


def test_without_the_primarys_time_there_is_no_timestamp() -> None:
    clock = Clock(1, lambda: 5)
    clock.report(2, 5)
    assert clock.timestamp(0) is None


def test_words_of_a_block_stay_below_what_a_commit_takes() -> None:
    ledger, context, room = new_ledger(), new_context(), StreamRoom()
    op = ALICE.deposit(1, ONE)
    taken = 0
    while room.has_room(1):
        room.take(op, apply(ledger, op, context).steps)
        taken += 1
    assert MAX_OWN_WORDS - 6 < 3 * taken <= MAX_OWN_WORDS


def test_key_changes_of_a_block_are_bounded() -> None:
    room = StreamRoom()
    for _ in range(MAX_KEY_CHANGES):
        assert room.has_room(1)
        room.take(ALICE.change_key(2, 0), ())
    assert not room.has_room(1)


def test_the_rate_limit_refills_and_forgets_the_oldest() -> None:
    limit = RateLimit(0.0001, 2)
    assert limit.allow("a") and limit.allow("a") and not limit.allow("a")
    assert limit.allow("b", 2) and not limit.allow("b")
    for client in range(MAX_CLIENTS):
        limit.allow(str(client))
    assert len(limit._buckets) == MAX_CLIENTS and limit.allow("a")
    quick = RateLimit(1e9, 1)
    assert quick.allow("a") and quick.allow("a")


def test_events_are_numbered_and_kept_for_a_while() -> None:
    hub, listener = EventHub(), Listener()
    listener.topics.add("blocks")
    hub.join(listener)
    first = hub.next_offset
    hub.publish("blocks", {"n": 1})
    hub.publish("transactions", {"n": 2})
    assert [e["offset"] for e in hub.since("blocks", first)] == [first]
    assert listener.queue.qsize() == 1
    for _ in range(MEMORY):
        hub.publish("blocks", {})
    with pytest.raises(ApiError, match="are not kept"):
        hub.since("blocks", first)
    assert len(hub.since("blocks", first + 2)) == 1_000
    hub.leave(listener)
    assert EventHub().next_offset >= first


@pytest.mark.parametrize(
    ("counters", "stage"),
    [((0, 0, 0, 0), "sealed"), ((5, 4, 4, 4), "committed"), ((5, 5, 4, 4), "proven"), ((5, 5, 5, 4), "synced"),
     ((9, 9, 9, 9), "executed")],
)  # fmt: skip
def test_the_stage_of_a_block_on_a_chain(counters: tuple[int, int, int, int], stage: str) -> None:
    assert stage_of(ProgressRow(1, *counters, 0), 5) == stage
    assert stage_of(None, 5) == "sealed"


def test_the_network_is_as_far_as_its_slowest_chain() -> None:
    assert lowest(["executed", "committed", "synced"]) == "committed"
    assert lowest(["executed", "sealed"]) == "sealed"
    assert lowest(["executed"]) == "executed"


@pytest.mark.parametrize(
    "text", ["[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), '{"a":' * 33 + "1" + "}" * 33, "[" * 1_000_000]
)
def test_deep_json_is_refused_before_it_is_decoded(text: str) -> None:
    with pytest.raises(ApiError, match="nested deeper"):
        parse_json(text)


def test_brackets_in_strings_are_not_depth() -> None:
    assert parse_json('["' + "[" * 500 + '\\"{{"]') == ["[" * 500 + '"{{']
    assert parse_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@given(st.text(max_size=200))
def test_any_text_is_json_or_refused(text: str) -> None:
    try:
        parse_json(text)
    except ApiError as error:
        assert error.code == errors.NOT_JSON


@pytest.mark.parametrize(
    ("rule", "code"),
    [("TRF-1", 110), ("WDR-1", 110), ("CHK-2", 110), ("CHK-9", 109), ("TRF-2", 205), ("WDR-3", 206), ("CHK-4", 206),
     ("WDR-4", 208), ("WDR-10", 100), ("TRF-11", 215), ("TRF-7", 101), ("CHK-6", 101), ("unknown", 106)],
)  # fmt: skip
def test_rules_have_their_codes(rule: str, code: int) -> None:
    assert from_rule(RuleViolation(rule, "because")).code == code


@pytest.mark.parametrize(
    ("field", "code"), [("type", 105), ("signature.s", 110), ("eth_signature", 108), ("chain", 100), ("memo", 106)]
)
def test_fields_have_their_codes(field: str, code: int) -> None:
    answer = from_field(FieldError(field, "bad"))
    assert (answer.code, answer.to_json()["data"]["field"]) == (code, field)
