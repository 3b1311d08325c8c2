# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Prices of the light oracle network: what the gate checks for others
@notice The gate keeps no price. It answers whether a quorum of its members signed one, and whether a veto member was among them.
        Spec: docs/spec/vault/price-book.md.
"""
from contracts.codec import typed_data
from contracts.oracle import member_set

uses: member_set


@internal
@view
def _check_prices(
    domain: bytes32, epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32,
    bitmap: uint256, signatures: Bytes[8192], vetoers: uint256
) -> bool:
    """
    @notice Reverts unless the quorum of `epoch` signed PricesV1. The caller has compared `epoch` with the one in force.
    @param domain The oracle domain
    @param vetoers Bit set of the members of `epoch` that hold a veto
    @return A veto member signed
    """
    digest: bytes32 = typed_data._prices_digest(domain, epoch, round, observed_at, prices_hash)
    member_set._check_quorum(epoch, digest, bitmap, signatures)
    return bitmap & vetoers != 0
