"""Numbers of the protocol that no preset changes. Twin page: docs/spec/types.md."""

from typing import Final

FIELD_MODULUS: Final = 21888242871839275222246405745257275088548364400416034343698204186575808495617
"""Order r of the BN254 scalar field; every root, hash and claim is below it."""
SUBGROUP_ORDER: Final = 2736030358979909402780800718157159386076813972158567259200215660948447373041
"""Order of the prime subgroup of Baby Jubjub; secrets and signature scalars are below it."""

WORD_BYTES: Final = 31
"""Bytes of a stream word; a word is below 2^248, hence a field element."""
WORD_LIMIT: Final = 1 << (8 * WORD_BYTES)

# Poseidon domain tags (the initial state of the sponge's capacity element).
TAG_ACCOUNT_LEAF: Final = 1
TAG_ACCOUNT_NODE: Final = 2
TAG_ASSET_NODE: Final = 3
TAG_ORDER_NODE: Final = 4
TAG_ORDER_LEAF: Final = 5
TAG_L2_MESSAGE: Final = 6
TAG_STATEMENT: Final = 7

# Operation codes: first byte of d0 and c0.
OP_NOOP: Final = 0
OP_DEPOSIT: Final = 1
OP_TRANSFER: Final = 2
OP_WITHDRAW: Final = 3
OP_FULL_EXIT: Final = 5
OP_CHANGE_KEY: Final = 6
OP_EXIT_PART: Final = 7

TREE_ARITY: Final = 8
MAX_CHAINS: Final = 8
"""Chains of a deployment carry the ids 1..8."""
STREAM_HEADER: Final = 0
STREAM_DATA: Final = 9
"""Stream ids: 0 header, 1..8 the chains, 9 data availability."""

FEE_ACCOUNT: Final = 0
"""Account that collects the fees, in its sub-account 0."""
RESERVE_ACCOUNT: Final = 1
"""Account whose sub-account c-1 holds what the bridge of chain c holds, c+7 the shifts in transit to c."""
FIRST_USER_ACCOUNT: Final = 2
RESERVE_DOMAIN: Final = 255
RESERVE_ADDRESS: Final = (1 << 160) - 1

L2_DECIMALS: Final = 18
BALANCE_LIMIT: Final = 1 << 128
"""A balance is below it (18 decimals for every token)."""
RESERVE_LIMIT: Final = 1 << 116
"""A reserve after a deposit is below it: 16 cells, so the total of a token is at most 2^120."""
NONCE_LIMIT: Final = 1 << 32
MAX_FAST_RATIO: Final = 10_000
"""Largest fast-withdrawal ratio, in 1/10000 of the amount."""


def reserve_sub_account(chain: int) -> int:
    """Sub-account of the reserve account that mirrors the bridge of `chain` (1..8)."""
    return chain - 1


def transit_sub_account(chain: int) -> int:
    """Sub-account of the reserve account for shifts on their way to `chain` (1..8)."""
    return chain + 7
