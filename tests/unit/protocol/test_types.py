"""Field checks name the field and the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zklink.protocol.chains import Network, TokenListing
from zklink.protocol.constants import FIELD_MODULUS, SUBGROUP_ORDER
from zklink.protocol.errors import FieldError
from zklink.protocol.ops import Deposit
from zklink.protocol.presets import MINIMAL, PRODUCTION, preset_by_name
from zklink.protocol.types import L2Signature, Owner, PublicKey, address_from_hex, address_to_hex

GOOD = {
    "chain": 1,
    "owner": Owner(0, 5),
    "sub_account": 0,
    "token": 1,
    "scale": 0,
    "units": 1,
    "depositor": 5,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chain", 0),  # DEP-7
        ("chain", 9),
        ("owner", 5),
        ("sub_account", 256),
        ("token", 1 << 16),
        ("scale", 19),
        ("units", 1 << 128),
        ("units", -1),
        ("units", "1"),
        ("units", True),
        ("depositor", 1 << 160),
    ],
)
def test_a_bad_field_is_named(field: str, value: object) -> None:
    with pytest.raises(FieldError) as caught:
        Deposit(**{**GOOD, field: value})  # type: ignore[arg-type]
    assert caught.value.field == field
    assert caught.value.value == value


@given(st.integers(0, 255), st.integers(0, (1 << 160) - 1))
def test_owner_packs_and_unpacks(domain: int, address: int) -> None:
    assert Owner.unpack(Owner(domain, address).packed) == Owner(domain, address)


@given(st.integers(0, (1 << 160) - 1))
def test_addresses_round_trip(address: int) -> None:
    text = address_to_hex(address)
    assert address_from_hex("a", text) == address == address_from_hex("a", text.lower())


@pytest.mark.parametrize(
    "text", ["", "0x12", "1" * 42, "0x" + "g" * 40, "0x" + " " * 40, "0X" + "1" * 40, None, 5, "0x" + "é" * 40]
)
def test_bad_addresses_are_refused(text: object) -> None:
    with pytest.raises(FieldError, match="payee"):
        address_from_hex("payee", text)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Owner(256, 0), "domain"),
        (lambda: Owner(0, 1 << 160), "address"),
        (lambda: Owner.unpack(1 << 168), "owner"),
        (lambda: PublicKey(FIELD_MODULUS, 0), "key_x"),
        (lambda: PublicKey(0, FIELD_MODULUS), "key_y"),
        (lambda: L2Signature(FIELD_MODULUS, 0, 0), "r8x"),
        (lambda: L2Signature(0, FIELD_MODULUS, 0), "r8y"),
        (lambda: L2Signature(0, 0, SUBGROUP_ORDER), "s"),
        (lambda: Network(MINIMAL, 1 << 248, 1, 1, 0), "deployment_id"),
        (lambda: Network(MINIMAL, 0, 9, 1, 0), "chain_count"),
        (lambda: Network(MINIMAL, 0, 2, 3, 0), "primary"),
        (lambda: Network(MINIMAL, 0, 1, 1, 1 << 160), "fee_address"),
        (lambda: TokenListing({0: {}}), "token"),
        (lambda: TokenListing({1: {9: 18}}), "chain"),
        (lambda: TokenListing({1: {1: 19}}), "decimals"),
        (lambda: preset_by_name("huge"), "preset"),
        (lambda: MINIMAL.shape(99), "shape"),
        (lambda: MINIMAL.asset_index(16, 0), "sub_account"),
        (lambda: MINIMAL.asset_index(0, 64), "token"),
    ],
)
def test_ranges(make: object, field: str) -> None:
    with pytest.raises(FieldError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.field == field


def test_presets_fit_their_trees() -> None:
    for preset in (MINIMAL, PRODUCTION):
        assert preset.account_bits <= 3 * preset.account_depth
        assert preset.sub_account_bits + preset.token_bits <= 3 * preset.asset_depth
        assert preset.sub_account_bits + preset.slot_bits <= 3 * preset.order_depth
        assert preset.max_sub_accounts >= 16  # the reserve account uses sub-accounts 0..15
        assert preset_by_name(preset.name) is preset


def test_a_listing_is_append_only() -> None:
    listing = TokenListing().with_token(1, 1, 6).with_token(1, 2, 18)
    assert (listing.scale(1, 1), listing.scale(1, 2)) == (12, 0)
    assert listing.with_token(1, 1, 6) == listing
    with pytest.raises(FieldError, match="decimals"):
        listing.with_token(1, 1, 8)
    with pytest.raises(FieldError, match="not listed"):
        listing.scale(2, 1)
