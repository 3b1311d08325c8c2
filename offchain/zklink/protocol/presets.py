"""Sizes of the ledger. A deployment has one preset; circuits are built per preset."""

from dataclasses import dataclass
from typing import Final

from zklink.protocol.errors import FieldError


@dataclass(frozen=True, slots=True)
class Shape:
    """A registered sequence of circuit pieces: prologue, `steps` universal steps, epilogue."""

    id: int
    """Number of the shape in the deployment, 1..2^32-1."""
    steps: int
    """Steps of a block of this shape; the sealer fills with NOOP."""


@dataclass(frozen=True, slots=True)
class Preset:
    """Sizes of trees and of a block."""

    name: str
    account_bits: int
    account_depth: int
    """Levels of the 8-ary account tree; 3 * depth index bits."""
    sub_account_bits: int
    token_bits: int
    asset_depth: int
    """Levels of the 8-ary asset tree of one account; the index uses sub_account_bits + token_bits bits."""
    slot_bits: int
    order_depth: int
    fee_tokens: int
    """Fee token slots F of a block."""
    shapes: tuple[Shape, ...]

    @property
    def max_accounts(self) -> int:
        """Accounts the tree has room for; an index is below it."""
        return 1 << self.account_bits

    @property
    def max_sub_accounts(self) -> int:
        """Sub-accounts of an account; an index is below it."""
        return 1 << self.sub_account_bits

    @property
    def max_tokens(self) -> int:
        """Token ids are below it."""
        return 1 << self.token_bits

    def asset_index(self, sub_account: int, token: int) -> int:
        """Leaf of (sub-account, token) in an account's asset tree. Raises FieldError outside the preset."""
        if not 0 <= sub_account < self.max_sub_accounts:  # BLK-3
            raise FieldError("sub_account", f"must be below {self.max_sub_accounts}", sub_account)
        if not 0 <= token < self.max_tokens:  # BLK-3
            raise FieldError("token", f"must be below {self.max_tokens}", token)
        return (sub_account << self.token_bits) | token

    def shape(self, shape_id: int) -> Shape:
        """The shape of that id. Raises FieldError when it is not registered."""
        for shape in self.shapes:
            if shape.id == shape_id:
                return shape
        raise FieldError("shape", f"not registered in preset {self.name}", shape_id)


PRODUCTION: Final = Preset("production", 24, 8, 5, 16, 7, 16, 7, 4, (Shape(1, 64), Shape(2, 256), Shape(3, 1024)))
MINIMAL: Final = Preset("minimal", 12, 4, 4, 6, 4, 4, 3, 2, (Shape(1, 8), Shape(2, 16)))
PRESETS: Final = {preset.name: preset for preset in (PRODUCTION, MINIMAL)}


def preset_by_name(name: str) -> Preset:
    """The preset called `name`. Raises FieldError when there is none."""
    try:
        return PRESETS[name]
    except KeyError:
        raise FieldError("preset", f"unknown, expected one of {sorted(PRESETS)}", name) from None
