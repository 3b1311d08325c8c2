"""Effects of a block: every value that its proof needs, in the names of the circuits' inputs."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from zklink.protocol.block import Header
from zklink.protocol.words import StepWords
from zklink.state.tree import Path


@dataclass(frozen=True, slots=True)
class Access:
    """One read (and perhaps write) of an account leaf and one of its balances, as it was before the change.

    A leaf that does not exist has empty = 1, zeros, and the empty asset path and order root.
    """

    empty: int
    owner: int
    nonce: int
    key_x: int
    key_y: int
    order_root: int
    balance: int
    asset_children: Path
    account_children: Path


@dataclass(frozen=True, slots=True)
class StepEffects:
    """Private inputs of one universal step, its words, and the root after it. Unused inputs are 0."""

    op: int
    a: Access
    b: Access
    words: StepWords
    root_after: int
    chain: int = 0
    applied: int = 0
    account: int = 0
    sub: int = 0
    token: int = 0
    to_account: int = 0
    to_sub: int = 0
    units: int = 0
    """L1 units; mantissa of the amount for TRANSFER."""
    exponent: int = 0
    """Scale; decimal exponent of the amount for TRANSFER."""
    fee_mantissa: int = 0
    fee_exponent: int = 0
    ratio: int = 0
    ref_owner: int = 0
    """168 bits: (domain, address) of c0, or the signed target of a TRANSFER."""
    payee: int = 0
    debit: int = 0
    """Sum of all parts of a FULL_EXIT, in its first step."""
    key_x: int = 0
    key_y: int = 0
    sig_r8x: int = 0
    sig_r8y: int = 0
    sig_s: int = 0

    def inputs(self) -> dict[str, Any]:
        """Flat dictionary input name -> integer or nested lists (a_* and b_* for the accesses)."""
        values: dict[str, Any] = {name: getattr(self, name) for name in STEP_SCALARS}
        for prefix, access in (("a", self.a), ("b", self.b)):
            values |= {f"{prefix}_{name}": value for name, value in _access_values(access).items()}
        return values


@dataclass(frozen=True, slots=True)
class FeeCredit:
    """One fee token slot of the epilogue: `fee` joins account 0's balance; an unused slot has token 0, fee 0."""

    token: int
    fee: int
    balance: int
    """Before the credit."""
    asset_children: Path


@dataclass(frozen=True, slots=True)
class EpilogueEffects:
    """Account 0 as the epilogue finds it, its asset tree slot by slot, then its leaf's path."""

    credits: tuple[FeeCredit, ...]
    owner: int
    nonce: int
    key_x: int
    key_y: int
    order_root: int
    account_children: Path

    def inputs(self) -> dict[str, Any]:
        """Flat dictionary: fee_token, fee, fee_balance, fee_asset_children per slot; fee_owner .. of the leaf."""
        return {
            "fee_token": [credit.token for credit in self.credits],
            "fee": [credit.fee for credit in self.credits],
            "fee_balance": [credit.balance for credit in self.credits],
            "fee_asset_children": [_lists(credit.asset_children) for credit in self.credits],
            "fee_owner": self.owner,
            "fee_nonce": self.nonce,
            "fee_key_x": self.key_x,
            "fee_key_y": self.key_y,
            "fee_order_root": self.order_root,
            "fee_account_children": _lists(self.account_children),
        }


@dataclass(frozen=True, slots=True)
class BlockEffects:
    """Everything the witness of a block needs, and the public inputs it must end in."""

    header: Header
    fee_tokens: tuple[int, ...]
    """F slots; 0 = unused."""
    steps: tuple[StepEffects, ...]
    """As many as the shape has steps."""
    epilogue: EpilogueEffects
    z: int
    u: int
    h: int
    y: int

    def to_json(self) -> dict[str, Any]:
        """JSON object (integers of any size)."""
        return {
            "header": _record(self.header),
            "fee_tokens": list(self.fee_tokens),
            "steps": [_step_to_json(step) for step in self.steps],
            "epilogue": _record(self.epilogue) | {"credits": [_record(credit) for credit in self.epilogue.credits]},
            **{name: getattr(self, name) for name in ("z", "u", "h", "y")},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "BlockEffects":
        """Inverse of `to_json`; for our own records (KeyError or TypeError when malformed)."""
        epilogue = dict(data["epilogue"])
        epilogue["credits"] = tuple(
            FeeCredit(**{**credit, "asset_children": _path(credit["asset_children"])}) for credit in epilogue["credits"]
        )
        epilogue["account_children"] = _path(epilogue["account_children"])
        return cls(
            header=Header(**data["header"]),
            fee_tokens=tuple(data["fee_tokens"]),
            steps=tuple(_step_from_json(step) for step in data["steps"]),
            epilogue=EpilogueEffects(**epilogue),
            **{name: data[name] for name in ("z", "u", "h", "y")},
        )

    def to_bytes(self) -> bytes:
        """Compressed JSON for the journal."""
        return zlib.compress(json.dumps(self.to_json(), separators=(",", ":")).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "BlockEffects":
        """Inverse of `to_bytes`."""
        return cls.from_json(json.loads(zlib.decompress(data)))


STEP_SCALARS = tuple(field.name for field in fields(StepEffects) if field.name not in ("a", "b", "words", "root_after"))
"""Names of the step's inputs that are single integers."""


def _lists(path: Path) -> list[list[int]]:
    return [list(level) for level in path]


def _path(levels: list[list[int]]) -> Path:
    return tuple(tuple(level) for level in levels)


def _record(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _access_values(access: Access) -> dict[str, Any]:
    lists = {name: _lists(getattr(access, name)) for name in ("asset_children", "account_children")}
    return _record(access) | lists


def _access_from_json(data: Mapping[str, Any]) -> Access:
    paths = {name: _path(data[name]) for name in ("asset_children", "account_children")}
    return Access(**{**data, **paths})


def _step_to_json(step: StepEffects) -> dict[str, Any]:
    return {name: getattr(step, name) for name in STEP_SCALARS} | {
        "a": _access_values(step.a),
        "b": _access_values(step.b),
        "words": _record(step.words),
        "root_after": step.root_after,
    }


def _step_from_json(data: Mapping[str, Any]) -> StepEffects:
    words = data["words"]
    return StepEffects(
        a=_access_from_json(data["a"]),
        b=_access_from_json(data["b"]),
        words=StepWords(tuple(words["data"]), words["chain"], tuple(words["chain_words"])),
        root_after=data["root_after"],
        **{name: data[name] for name in STEP_SCALARS},
    )
