"""Acceptance of signatures, equivocation, and the smallest bundle (LON T11, T13, T30)."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.oracle.support import DEPLOYMENT, accounts, attestation, member_set, signed
from zklink.oracle.aggregate import aggregate
from zklink.oracle.errors import EquivocationFound, InvalidSignatureMessage
from zklink.oracle.pool import Accepted, SignaturePool, Window
from zklink.oracle.store import SignedAttestation, Store
from zklink.protocol.attestation import check_attestation
from zklink.protocol.keys import SECP256K1_ORDER

KEYS = accounts(7)
MEMBERS = member_set(KEYS)


@pytest.fixture
def pool():
    store = Store(":memory:")
    pool = SignaturePool(store, MEMBERS, DEPLOYMENT)
    pool.set_window(Window.around(0, 200, 210, 1))
    yield pool
    store.close()


def test_new_then_known(pool: SignaturePool) -> None:
    item = signed(KEYS[0], attestation(205))
    assert pool.accept(item) is Accepted.NEW
    assert pool.accept(item) is Accepted.KNOWN


def invalid(pool: SignaturePool, item: SignedAttestation) -> str:
    with pytest.raises(InvalidSignatureMessage) as error:
        pool.accept(item)
    assert pool.store.newest() == []
    return error.value.field


@pytest.mark.parametrize("number", [99, 221])
def test_outside_the_window(pool: SignaturePool, number: int) -> None:
    assert invalid(pool, signed(KEYS[0], attestation(number))) == "message.blockNumber"


@pytest.mark.parametrize("number", [100, 220])
def test_edges_of_the_window(pool: SignaturePool, number: int) -> None:
    assert pool.accept(signed(KEYS[0], attestation(number))) is Accepted.NEW


def test_before_the_first_observation() -> None:
    pool = SignaturePool(Store(":memory:"), MEMBERS, DEPLOYMENT)
    assert invalid(pool, signed(KEYS[0], attestation(5))) == "message"


def test_other_generation(pool: SignaturePool) -> None:
    assert invalid(pool, signed(KEYS[0], attestation(205, generation=1))) == "message.generation"


def test_other_epoch(pool: SignaturePool) -> None:
    assert invalid(pool, signed(KEYS[0], attestation(205, epoch=2))) == "message.setEpoch"


def test_stranger(pool: SignaturePool) -> None:
    stranger = next(a for a in accounts(8) if a.address not in {k.address for k in KEYS})
    assert invalid(pool, signed(stranger, attestation(205))) == "signer"


def test_another_members_signature(pool: SignaturePool) -> None:
    item = signed(KEYS[0], attestation(205))
    forged = SignedAttestation(item.message, int(KEYS[1].address, 16), item.signature)
    assert invalid(pool, forged) == "sig"


def test_signature_of_another_deployment(pool: SignaturePool) -> None:
    assert invalid(pool, signed(KEYS[0], attestation(205), deployment=DEPLOYMENT + 1)) == "sig"


def test_high_s_twin(pool: SignaturePool) -> None:
    item = signed(KEYS[0], attestation(205))
    tail = int.from_bytes(item.signature[32:], "big")
    s, parity = tail & ((1 << 255) - 1), tail >> 255
    twin = item.signature[:32] + (((1 - parity) << 255) | (SECP256K1_ORDER - s)).to_bytes(32, "big")
    assert invalid(pool, SignedAttestation(item.message, item.signer, twin)) == "sig"


@pytest.mark.parametrize("changed", [{"root": 12}, {"sync": 23}])
def test_equivocation_is_kept_and_the_first_stays(pool: SignaturePool, changed: dict[str, int]) -> None:
    first, second = signed(KEYS[0], attestation(205)), signed(KEYS[0], attestation(205, **changed))
    pool.accept(first)
    for _ in range(2):
        with pytest.raises(EquivocationFound):
            pool.accept(second)
    (evidence,) = pool.store.evidence()
    assert evidence["block"] == 205 and evidence["first"] != evidence["second"]
    assert pool.store.at(0, 205) == [first]


def test_evidence_survives_pruning(pool: SignaturePool) -> None:
    pool.accept(signed(KEYS[0], attestation(205)))
    with pytest.raises(EquivocationFound):
        pool.accept(signed(KEYS[0], attestation(205, root=12)))
    pool.set_window(Window.around(0, 900, 900, 1))
    assert pool.store.newest() == []
    assert len(pool.store.evidence()) == 1


def test_own_signature_from_elsewhere_is_reported() -> None:
    seen = []
    pool = SignaturePool(Store(":memory:"), MEMBERS, DEPLOYMENT, int(KEYS[0].address, 16), seen.append)
    pool.set_window(Window.around(0, 0, 10, 1))
    pool.add_own(signed(KEYS[0], attestation(5)))
    assert pool.accept(signed(KEYS[0], attestation(5))) is Accepted.KNOWN
    assert seen == []
    other = signed(KEYS[0], attestation(6))
    pool.accept(other)
    conflicting = signed(KEYS[0], attestation(5, root=99))
    with pytest.raises(EquivocationFound):
        pool.accept(conflicting)
    assert seen == [other, conflicting]


def test_no_bundle_below_the_quorum(pool: SignaturePool) -> None:
    for key in KEYS[:4]:
        pool.accept(signed(key, attestation(205)))
    assert pool.bundle(0, 205) is None and pool.latest_bundle() is None
    pool.accept(signed(KEYS[6], attestation(205)))
    bundle = pool.latest_bundle()
    assert bundle is not None
    assert bundle.bitmap == 0b1001111
    assert bundle.weight == 5 and bundle.total == 7
    assert check_attestation(bundle.message, DEPLOYMENT, MEMBERS, bundle.bitmap, bundle.signatures) == 5


def test_different_contents_are_never_mixed(pool: SignaturePool) -> None:
    for i, key in enumerate(KEYS):
        pool.accept(signed(key, attestation(205, root=11 + i % 2)))
    assert pool.bundle(0, 205) is None


def test_latest_bundle_skips_numbers_without_quorum(pool: SignaturePool) -> None:
    for key in KEYS[:5]:
        pool.accept(signed(key, attestation(205)))
    pool.accept(signed(KEYS[0], attestation(207)))
    bundle = pool.latest_bundle()
    assert bundle is not None and bundle.message.block_number == 205


def test_aggregate_refuses_what_is_not_one_message_by_distinct_members() -> None:
    one = signed(KEYS[0], attestation(205))
    for items in ([one, one], [one, signed(KEYS[1], attestation(206))]):
        with pytest.raises(ValueError, match="distinct members"):
            aggregate(MEMBERS, items)
    assert aggregate(MEMBERS, []) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=7, max_size=7), st.sets(st.integers(0, 6)))
def test_bundle_is_minimal_ordered_and_accepted(weights: list[int], signers: set[int]) -> None:
    total = sum(weights)
    if any(3 * w >= total for w in weights):
        return
    members = member_set(KEYS, weights)
    message = attestation(205)
    bundle = aggregate(members, [signed(KEYS[i], message) for i in sorted(signers, reverse=True)])
    smallest = min(
        (n for n in range(8) for c in combinations(signers, n) if 3 * sum(weights[i] for i in c) > 2 * total),
        default=None,
    )
    assert (bundle is None) == (smallest is None)
    if bundle is not None:
        assert bundle.bitmap.bit_count() == smallest
        weight = check_attestation(message, DEPLOYMENT, members, bundle.bitmap, bundle.signatures)
        assert weight == bundle.weight and bundle.total == total
