"""EdDSA-Poseidon: laws, circomlibjs both ways, and each way a signature can be malformed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zklink_native as native
from tests.unit.native.peers import circomlib
from tests.unit.native.test_babyjub import GENERATOR, ORDER_TWO

ORDER = native.SUBGROUP_ORDER
SECRETS = st.integers(1, ORDER - 1)
MESSAGES = st.integers(0, native.FIELD_ORDER - 1)
SECRET, MESSAGE = 0x1234567890ABCDEF, 424242
KEY = native.eddsa_public_key(SECRET)
SIGNATURE = native.eddsa_sign(SECRET, MESSAGE)


@settings(max_examples=50)
@given(SECRETS, MESSAGES, MESSAGES)
def test_a_signature_holds_for_its_message_alone(secret: int, message: int, other: int) -> None:
    key, signature = native.eddsa_public_key(secret), native.eddsa_sign(secret, message)
    assert native.eddsa_sign(secret, message) == signature
    assert native.eddsa_verify(key, signature, message)
    assert native.eddsa_verify(key, signature, other) == (other == message)


def test_circomlibjs_accepts_ours() -> None:
    cases = [(pow(3, i + 1, ORDER), pow(7, 40 * i, native.FIELD_ORDER)) for i in range(8)]
    cases += [(1, 0), (ORDER - 1, native.FIELD_ORDER - 1)]
    queries = []
    for secret, message in cases:
        r8x, r8y, s = native.eddsa_sign(secret, message)
        key = list(map(str, native.eddsa_public_key(secret)))
        query = {"op": "verify", "key": key, "r8": [str(r8x), str(r8y)], "s": str(s), "message": str(message)}
        queries += [query, query | {"message": str((message + 1) % native.FIELD_ORDER)}]
    assert circomlib(queries) == [True, False] * len(cases)


def test_we_accept_circomlibjs() -> None:
    messages = [0, 1, native.FIELD_ORDER - 1, 10**40]
    queries = [{"op": "sign", "seed": f"{i:064x}", "message": str(message)} for i, message in enumerate(messages)]
    for message, answer in zip(messages, circomlib(queries), strict=True):
        key, signature = tuple(map(int, answer["key"])), (*map(int, answer["r8"]), int(answer["s"]))
        assert native.eddsa_verify(key, signature, message)
        assert not native.eddsa_verify(key, signature, (message + 1) % native.FIELD_ORDER)


def test_s_must_be_below_the_order() -> None:
    r8x, r8y, s = SIGNATURE
    assert not native.eddsa_verify(KEY, (r8x, r8y, s + ORDER), MESSAGE)
    assert not native.eddsa_verify(KEY, (r8x, r8y, (1 << 256) - 1), MESSAGE)


def test_r_must_be_on_the_curve() -> None:
    _, _, s = SIGNATURE
    assert not native.eddsa_verify(KEY, (1, 1, s), MESSAGE)


def test_r_outside_the_subgroup_fails_the_equation() -> None:
    r8x, r8y, s = SIGNATURE
    shifted = native.babyjub_add((r8x, r8y), ORDER_TWO)
    assert not native.eddsa_verify(KEY, (*shifted, s), MESSAGE)


def test_identity_key_is_refused() -> None:
    """S*B8 = R8 + h*identity would hold for anybody."""
    assert not native.eddsa_verify((0, 1), (*native.babyjub_mul_base8(5), 5), MESSAGE)


def test_low_order_key_is_refused() -> None:
    """8*h*A is the identity for A of order 2, so the equation would hold for anybody."""
    assert not native.eddsa_verify(ORDER_TWO, (*native.babyjub_mul_base8(5), 5), MESSAGE)


def test_key_with_a_low_order_part_is_refused() -> None:
    """The cofactor 8 in the equation would hide the part: only the subgroup check sees it."""
    key = native.babyjub_add(KEY, ORDER_TWO)
    r = 99
    r8 = native.babyjub_mul_base8(r)
    challenge = native.poseidon([*r8, *key, MESSAGE])
    s = (r + 8 * challenge * SECRET) % ORDER
    as_point = native.babyjub_mul(*native.babyjub_mul(*key, 8), challenge)
    assert native.babyjub_add(r8, as_point) == native.babyjub_mul_base8(s)
    assert not native.eddsa_verify(key, (*r8, s), MESSAGE)


def test_key_must_be_on_the_curve() -> None:
    assert not native.eddsa_verify((1, 1), SIGNATURE, MESSAGE)
    assert not native.eddsa_verify((0, 0), SIGNATURE, MESSAGE)
    assert not native.eddsa_verify(GENERATOR, SIGNATURE, MESSAGE)


def test_many_equals_one_by_one() -> None:
    wrong = (*SIGNATURE[:2], (SIGNATURE[2] + 1) % ORDER)
    cases = [(KEY, SIGNATURE, MESSAGE), (KEY, wrong, MESSAGE), (KEY, SIGNATURE, 1), (ORDER_TWO, SIGNATURE, MESSAGE)]
    assert native.eddsa_verify_many(cases) == [native.eddsa_verify(*case) for case in cases] == [True] + [False] * 3
    assert native.eddsa_verify_many([]) == []


def test_refuses_bad_input() -> None:
    for secret in (0, ORDER):
        with pytest.raises(ValueError, match="secret"):
            native.eddsa_public_key(secret)
        with pytest.raises(ValueError, match="secret"):
            native.eddsa_sign(secret, 1)
    with pytest.raises(ValueError, match="message: not below"):
        native.eddsa_sign(1, native.FIELD_ORDER)
    with pytest.raises(ValueError, match=r"signature.r8x: not below"):
        native.eddsa_verify(KEY, (native.FIELD_ORDER, 1, 1), MESSAGE)
    with pytest.raises(ValueError, match=r"signature.s: negative"):
        native.eddsa_verify(KEY, (0, 1, -1), MESSAGE)
    with pytest.raises(ValueError, match=r"cases\[1\].key: 1 coordinates"):
        native.eddsa_verify_many([(KEY, SIGNATURE, MESSAGE), ((1,), SIGNATURE, MESSAGE)])  # type: ignore[list-item]
