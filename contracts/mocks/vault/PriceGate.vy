# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title The part of an oracle gate that vouches for prices: for those it was told of
"""
REFUSED: constant(uint256) = 0
QUORUM: constant(uint256) = 1
VETO: constant(uint256) = 2  # a quorum, with a veto member

answers: HashMap[bytes32, uint256]


@external
def accept(epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32, answer: uint256):
    self.answers[keccak256(abi_encode(epoch, round, observed_at, prices_hash))] = answer


@external
@view
def check_prices(
    epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32, bitmap: uint256, signatures: Bytes[8192]
) -> bool:
    answer: uint256 = self.answers[keccak256(abi_encode(epoch, round, observed_at, prices_hash))]
    assert answer != REFUSED, "oracle/quorum"
    return answer == VETO
