"""Account leaves."""

from dataclasses import dataclass
from functools import cache

from zklink.protocol.constants import (
    RESERVE_ADDRESS,
    RESERVE_DOMAIN,
    TAG_ACCOUNT_LEAF,
    TAG_ASSET_NODE,
    TAG_ORDER_NODE,
)
from zklink.protocol.hashing import poseidon
from zklink.protocol.presets import Preset
from zklink.protocol.types import NO_KEY, Owner, PublicKey
from zklink.state.tree import empty_nodes

RESERVE_OWNER = Owner(RESERVE_DOMAIN, RESERVE_ADDRESS)
"""Owner of account 1; nobody controls it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A leaf of the account tree that exists."""

    owner: Owner
    nonce: int
    """Number of L2 operations done, below 2^32."""
    key: PublicKey
    """L2 key; (0, 0) until the first CHANGE_KEY."""
    asset_root: int
    order_root: int

    @property
    def leaf(self) -> int:
        """Leaf value: poseidon([owner, nonce, key_x, key_y, asset_root, order_root], 1)."""
        values = [self.owner.packed, self.nonce, self.key.x, self.key.y, self.asset_root, self.order_root]
        return poseidon(values, TAG_ACCOUNT_LEAF)


@cache
def empty_asset_root(preset: Preset) -> int:
    """EMPTY_ASSET_ROOT of a preset."""
    return empty_nodes(preset.asset_depth, TAG_ASSET_NODE)[-1]


@cache
def empty_order_root(preset: Preset) -> int:
    """EMPTY_ORDER_ROOT of a preset."""
    return empty_nodes(preset.order_depth, TAG_ORDER_NODE)[-1]


def new_account(owner: Owner, preset: Preset) -> Account:
    """The account as it is created: nonce 0, no key, empty roots (TRF-8, DEP-2)."""
    return Account(owner, 0, NO_KEY, empty_asset_root(preset), empty_order_root(preset))
