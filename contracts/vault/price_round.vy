# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Prices of the light oracle network, taken over round by round
@notice One message carries any subset of the feeds. A feed is known by the last 20 bytes of its id.

        | slot   | bits                                                    |
        |--------|---------------------------------------------------------|
        | _feeds | price 127..0, observed_at 191..128, round 255..192      |
"""
from contracts.interfaces import IPriceBook

interface Gate:
    def check_prices(
        epoch: uint64, round: uint64, observed_at: uint64, prices_hash: bytes32, bitmap: uint256, signatures: Bytes[8192]
    ) -> bool: view

LOW_128: constant(uint256) = 2**128 - 1
LOW_64: constant(uint256) = 2**64 - 1
PPM: constant(uint256) = 10**6
MOVE_MAX: constant(uint256) = 10**4  # ppm a round

gate: public(immutable(address))  # OracleGate of this chain
last_round: public(uint64)
last_observed_at: public(uint64)
_feeds: HashMap[uint256, uint256]


@deploy
def __init__(gate_: address):
    assert gate_ != empty(address), "price/gate"
    gate = gate_


@external
def post_prices(
    epoch: uint64, round: uint64, observed_at: uint64, feed_ids: DynArray[bytes32, 16], prices: DynArray[uint256, 16],
    bitmap: uint256, signatures: Bytes[8192],
):
    # CHECKS
    assert len(feed_ids) != 0 and len(feed_ids) == len(prices), "price/feeds"
    assert round > self.last_round, "price/round"
    assert convert(observed_at, uint256) <= block.timestamp, "price/future"
    assert observed_at >= self.last_observed_at, "price/older"
    veto: bool = staticcall Gate(gate).check_prices(
        epoch, round, observed_at, keccak256(abi_encode(feed_ids, prices)), bitmap, signatures
    )
    # EFFECTS
    self.last_round = round
    self.last_observed_at = observed_at
    stamp: uint256 = convert(round, uint256) << 192 | convert(observed_at, uint256) << 128
    for i: uint256 in range(len(feed_ids), bound=16):
        price: uint256 = prices[i]
        assert 0 < price and price <= LOW_128, "price/range"
        feed: uint256 = self._key(feed_ids[i])
        word: uint256 = self._feeds[feed]
        assert convert(word >> 192, uint64) != round, "price/twice"  # else 16 moves in one round
        last: uint256 = word & LOW_128
        if last != 0 and not veto:
            assert PPM * max(price, last) <= PPM * min(price, last) + MOVE_MAX * last, "price/move"
        self._feeds[feed] = stamp | price
    log IPriceBook.PricesPosted(round=round, observed_at=observed_at, feed_ids=feed_ids, prices=prices)


@external
@view
def hub_price(feed_id: bytes32) -> (uint256, uint64, uint64):
    word: uint256 = self._feeds[self._key(feed_id)]
    return word & LOW_128, convert((word >> 128) & LOW_64, uint64), convert(word >> 192, uint64)


@internal
@view
def _latest(feed: uint256) -> (uint256, uint256):
    """
    @return (price, observed_at), zeros where no round named the feed
    """
    word: uint256 = self._feeds[feed]
    return word & LOW_128, (word >> 128) & LOW_64


@internal
@pure
def _key(feed_id: bytes32) -> uint256:
    return convert(feed_id, uint256) & (2**160 - 1)
