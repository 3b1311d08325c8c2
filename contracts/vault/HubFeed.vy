# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title HubFeed: one price of the light oracle network as an AggregatorV3 feed
@notice For any protocol that reads Chainlink feeds. Spec: docs/spec/vault/price-book.md.
"""
from contracts.interfaces import IPriceBook

book: public(immutable(address))
feed_id: public(immutable(bytes32))
decimals: public(constant(uint8)) = 18
version: public(constant(uint256)) = 1
description: public(String[32])


@deploy
def __init__(book_: address, feed_id_: bytes32, description: String[32]):
    assert book_ != empty(address), "price/book"
    book = book_
    feed_id = feed_id_
    self.description = description


@external
@view
def latestRoundData() -> (uint80, int256, uint256, uint256, uint80):
    """
    @return (round, answer, started_at, updated_at, answered_in_round); reverts where no round named the feed
    """
    price: uint256 = 0
    observed_at: uint64 = 0
    round: uint64 = 0
    price, observed_at, round = staticcall IPriceBook(book).hub_price(feed_id)
    assert round != 0, "price/no_data"
    time: uint256 = convert(observed_at, uint256)
    id: uint80 = convert(round, uint80)
    return id, convert(price, int256), time, time, id
