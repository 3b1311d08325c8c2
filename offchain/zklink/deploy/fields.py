"""Field types shared by manifest and registry, and parsing with errors that name the field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from eth_utils.address import is_checksum_address, is_hex_address, to_checksum_address
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from zklink.deploy.errors import ManifestError
from zklink.protocol.attestation import MemberSet

LOCAL_CHAIN_IDS = range(31337, 31401)
"""EVM chain ids of development chains: only there are development keys accepted."""
LOCAL = "local"


def _address(text: str) -> str:
    if not is_hex_address(text) or not text.startswith("0x"):
        raise ValueError("must be 0x and 40 hexadecimal digits")
    if text[2:].lower() != text[2:] and not is_checksum_address(text):
        raise ValueError("checksum is wrong")
    return to_checksum_address(text)


def _word(value: Any) -> Any:
    if isinstance(value, str):
        if not value.startswith("0x") or len(value) != 66:
            raise ValueError("must be 0x and 64 hexadecimal digits")
        return int(value, 16)
    return value


def _decimal(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


Address = Annotated[str, AfterValidator(_address)]
Word = Annotated[int, BeforeValidator(_word), Field(ge=0, lt=1 << 256)]
Count = Annotated[int, BeforeValidator(_decimal), Field(ge=0, lt=1 << 256)]
ChainNumber = Annotated[int, Field(ge=1, le=8)]
TokenNumber = Annotated[int, Field(ge=1, lt=1 << 16)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FinalityEntry(Model):
    """When a block of a chain counts as final; `depth` blocks behind the tag or the head."""

    policy: Literal["finalized", "depth", "instant"] = "finalized"
    depth: int = Field(default=0, ge=0, le=100_000)


def _finality(value: Any) -> Any:
    return {"policy": value} if isinstance(value, str) else value


AnyFinality = Annotated[FinalityEntry, BeforeValidator(_finality)]


class MemberEntry(Model):
    """A member of the oracle network; `url` of its public API."""

    address: Address
    weight: int = Field(ge=1, lt=1 << 32)
    url: Url | None = None


class OracleEntry(Model):
    """The member set the gates were given."""

    epoch: int = Field(default=1, ge=1)
    members: tuple[MemberEntry, ...] = Field(strict=False)

    @model_validator(mode="after")
    def _check(self) -> OracleEntry:
        if len({m.address for m in self.members}) != len(self.members):
            raise ValueError("members: one address is listed twice")
        _ = self.member_set
        return self

    @property
    def member_set(self) -> MemberSet:
        """Members sorted by address. Raises FieldError."""
        return MemberSet.of(self.epoch, {int(m.address, 16): m.weight for m in self.members})


_M = TypeVar("_M", bound=Model)


def parse(kind: type[_M], source: str, data: Any) -> _M:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = [
            (".".join(str(part) for part in e["loc"]) or kind.__name__.lower(), e["msg"].removeprefix("Value error, "))
            for e in error.errors()
        ]
        raise ManifestError(source, problems) from None
