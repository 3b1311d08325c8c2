// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "constants.circom";
include "hash.circom";
include "tree8.circom";

// Leaf of the account tree: 0 if the account does not exist, else the hash of its fields.
//   empty  boolean (the caller's duty); all others field elements
template AccountLeaf() {
    signal input empty;
    signal input owner;
    signal input nonce;
    signal input key_x;
    signal input key_y;
    signal input asset_root;
    signal input order_root;
    signal output out;
    component hash = TaggedHash(6);
    hash.tag <== TAG_ACCOUNT_LEAF();
    hash.inputs <== [owner, nonce, key_x, key_y, asset_root, order_root];
    out <== (1 - empty) * hash.out;
}

// Reads and rewrites one account and one of its balances.
//
//   account_bits[3*account_depth], asset_bits[3*asset_depth]  boolean (the caller's duty), least significant first
//   empty, owner, nonce, key_x, key_y, order_root, balance    the leaf as it is; empty is forced boolean here
//   new_empty (boolean by the caller), new_*                  the leaf as it becomes; the order root stays
//   asset_children, account_children                          nodes of both paths before the change
//   old_root, new_root                                        of the account tree
//
//   | phase   | what                                                                      |
//   | empty   | an empty account has no owner, nonce, key, orders or assets (DEP-2, TRF-8) |
//   | balance | asset root before and after, one leaf changed                             |
//   | leaf    | account leaf before and after                                             |
//   | account | account root before and after, one leaf changed                           |
template AccountAccess(account_depth, asset_depth, order_depth) {
    signal input account_bits[3 * account_depth];
    signal input asset_bits[3 * asset_depth];
    signal input empty;
    signal input owner;
    signal input nonce;
    signal input key_x;
    signal input key_y;
    signal input order_root;
    signal input balance;
    signal input new_empty;
    signal input new_owner;
    signal input new_nonce;
    signal input new_key_x;
    signal input new_key_y;
    signal input new_balance;
    signal input asset_children[asset_depth][8];
    signal input account_children[account_depth][8];
    signal output old_root;
    signal output new_root;

    component assets = Path8(asset_depth, TAG_ASSET_NODE());
    assets.bits <== asset_bits;
    assets.old_leaf <== balance;
    assets.new_leaf <== new_balance;
    assets.children <== asset_children;

    empty * (empty - 1) === 0;
    empty * owner === 0;                                              // TRF-8, DEP-2
    empty * nonce === 0;                                              // TRF-8, DEP-2
    empty * key_x === 0;                                              // TRF-8, DEP-2
    empty * key_y === 0;                                              // TRF-8, DEP-2
    empty * (order_root - EMPTY_ORDER_ROOT(order_depth)) === 0;       // TRF-8, DEP-2
    empty * (assets.old_root - EMPTY_ASSET_ROOT(asset_depth)) === 0;  // TRF-8, DEP-2

    component old_leaf = AccountLeaf();
    old_leaf.empty <== empty;
    old_leaf.owner <== owner;
    old_leaf.nonce <== nonce;
    old_leaf.key_x <== key_x;
    old_leaf.key_y <== key_y;
    old_leaf.asset_root <== assets.old_root;
    old_leaf.order_root <== order_root;

    component new_leaf = AccountLeaf();
    new_leaf.empty <== new_empty;
    new_leaf.owner <== new_owner;
    new_leaf.nonce <== new_nonce;
    new_leaf.key_x <== new_key_x;
    new_leaf.key_y <== new_key_y;
    new_leaf.asset_root <== assets.new_root;
    new_leaf.order_root <== order_root;

    component accounts = Path8(account_depth, TAG_ACCOUNT_NODE());
    accounts.bits <== account_bits;
    accounts.old_leaf <== old_leaf.out;
    accounts.new_leaf <== new_leaf.out;
    accounts.children <== account_children;
    old_root <== accounts.old_root;
    new_root <== accounts.new_root;
}
