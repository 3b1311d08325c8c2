"""Hypothesis strategies for the records of the protocol."""

from hypothesis import strategies as st

from zklink.protocol.amounts import PackedAmount, PackedFee
from zklink.protocol.constants import FIELD_MODULUS, SUBGROUP_ORDER
from zklink.protocol.ops import ChangeKey, Deposit, ExitPart, FullExit, Noop, Transfer, Withdraw
from zklink.protocol.types import L2Signature, Owner, PublicKey


def uint(bits: int) -> st.SearchStrategy[int]:
    """Integers of that many bits, edges included often."""
    return st.integers(0, (1 << bits) - 1)


owners = st.builds(Owner, uint(8), uint(160))
elements = st.integers(0, FIELD_MODULUS - 1)
public_keys = st.builds(PublicKey, elements, elements)
signatures = st.none() | st.builds(L2Signature, elements, elements, st.integers(0, SUBGROUP_ORDER - 1))
amounts = st.builds(PackedAmount, uint(35), st.integers(0, 27))
fees = st.builds(PackedFee, uint(11), st.integers(0, 31))
chains = st.integers(1, 8)
scales = st.integers(0, 18)

noops = st.just(Noop())
deposits = st.builds(Deposit, chains, owners, uint(8), uint(16), scales, uint(128), uint(160))
full_exits = st.builds(FullExit, chains, uint(32), uint(8), uint(16), scales, owners, uint(160))
exit_parts = st.builds(ExitPart, chains, uint(16), scales, uint(160), uint(128))
transfers = st.builds(Transfer, uint(32), uint(8), uint(16), amounts, fees, uint(32), owners, uint(8), signatures)
withdraws = st.builds(
    Withdraw,
    uint(32),
    uint(8),
    uint(16),
    chains,
    uint(128),
    fees,
    uint(32),
    uint(160),
    st.integers(0, 10_000),
    signatures,
)
change_keys = st.builds(
    ChangeKey,
    uint(32),
    uint(8),
    uint(16),
    chains,
    uint(32),
    owners,
    public_keys,
    fees,
    signatures,
    st.none() | st.binary(min_size=65, max_size=65),
)
operations = st.one_of(noops, deposits, full_exits, transfers, withdraws, change_keys)
