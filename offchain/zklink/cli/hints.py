"""What to do next after an error."""

from __future__ import annotations

from zklink.chain.errors import ChainError
from zklink.config import ConfigError as ServiceConfigError
from zklink.deploy.errors import ManifestError
from zklink.journal.errors import JournalError
from zklink.oracle.errors import EXIT_CONFIG, ConfigError, KeystoreError, OracleError, ProtectionDatabaseError
from zklink.protocol.errors import NotPackable, ProtocolError
from zklink.sdk.errors import ApiError, SdkError
from zklink.sequencer.errors import SequencerHalted

KNOWN = (
    SdkError, ChainError, OracleError, ProtocolError, ManifestError, ServiceConfigError, JournalError, SequencerHalted,
    OSError,
)  # fmt: skip
"""Errors that are an answer to the user, not a fault of this program."""

OPERATOR_MUST_ACT = (
    ProtectionDatabaseError,
    ConfigError,
    KeystoreError,
    ManifestError,
    ServiceConfigError,
    JournalError,
    SequencerHalted,
)

BY_CODE = {
    201: "no account yet: deposit first, `zlk deposit AMOUNT TOKEN --chain N`",
    203: "a deposit appears when its chain counts it as final; check the hash, then try again",
    204: "the account has no L2 key yet: `zlk key activate --token TOKEN`",
    205: "another transaction of this account came first; try again",
    206: "see what you have: `zlk account`",
    207: "raise --fee; without it the smallest accepted fee is taken",
    208: "that chain holds too little of the token now; withdraw less, or to another chain (`zlk chains`)",
    214: "see the newest block: `zlk chains`",
    429: "wait a moment and try again",
    503: "wait a moment and try again",
}


def hint_for(error: BaseException) -> str:
    """One line of advice, empty when the message says it all."""
    if isinstance(error, ApiError):
        return BY_CODE.get(error.code, "")
    if isinstance(error, NotPackable):
        return "use fewer significant digits: an amount keeps about 10, a fee 3"
    if isinstance(error, ChainError):
        return "check the chain's `rpc` in the registry, then `zlk chains`"
    return ""


def exit_code_for(error: BaseException) -> int:
    """78 when an operator must act before a service may start, else 1."""
    return EXIT_CONFIG if isinstance(error, OPERATOR_MUST_ACT) else 1
