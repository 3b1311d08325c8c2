// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "lib/account.circom";
include "lib/constants.circom";
include "lib/hash.circom";
include "lib/range.circom";

// Two canonical limbs of 128 bits: in = high * 2^128 + low over the integers, in < r.
template Limbs() {
    signal input in;
    signal output high;
    signal output low;
    component bits = Num2Bits_strict(); // STM-6
    bits.in <== in;
    var sum[2] = [0, 0];
    for (var i = 0; i < 254; i++) {
        sum[i \ 128] += 2 ** (i % 128) * bits.out[i];
    }
    low <== sum[0];
    high <== sum[1];
}

// Credits the fees to sub-account 0 of account 0, ends the statement, gives the public inputs.
//
//   fee_*   leaf of account 0 after the last step; fee_balance[i], fee_asset_children[i] as they are after the
//           credits 0..i-1; fee_account_children its path in the account tree
//   pub_z, pub_u, pub_h, pub_y   the public inputs of the proof, in this order
//
//   | phase  | what                                                                       |
//   | idle   | no walk is open (BLK-1)                                                     |
//   | fees   | one credit per token of the block, balances below 2^128 (BLK-2)              |
//   | header | the seven header words, roots as canonical limbs (BLK-4, STM-6)              |
//   | end    | h = sponge over the header words (STM-1), y_0 added to Y (STM-3, STM-5)        |
template Epilogue(account_depth, token_bits, asset_depth, fee_tokens) {
    signal input c_deployment;
    signal input c_chain_count;
    signal input c_number;
    signal input c_timestamp;
    signal input c_shape;
    signal input c_old_root;
    signal input c_z;
    signal input c_u_chain[8];
    signal input c_fee_token[fee_tokens];
    signal input in_root;
    signal input in_sponge;
    signal input in_y;
    signal input in_counts;
    signal input in_chain_power[8];
    signal input in_data_power;
    signal input in_fees[fee_tokens];
    signal input in_exit_active;
    signal input in_exit_chain;
    signal input in_exit_remaining;
    signal input in_exit_debit;
    signal input in_exit_token;
    signal input in_exit_recipient;

    signal input fee_owner;
    signal input fee_nonce;
    signal input fee_key_x;
    signal input fee_key_y;
    signal input fee_order_root;
    signal input fee_balance[fee_tokens];
    signal input fee_asset_children[fee_tokens][asset_depth][8];
    signal input fee_account_children[account_depth][8];

    signal output pub_z;
    signal output pub_u;
    signal output pub_h;
    signal output pub_y;

    // idle
    in_exit_active === 0; // BLK-1
    in_exit_chain === 0; // BLK-1
    in_exit_remaining === 0; // BLK-1
    in_exit_debit === 0; // BLK-1
    in_exit_token === 0; // BLK-1
    in_exit_recipient === 0; // BLK-1

    // fees
    component token_bits_of[fee_tokens];
    component balance_range[fee_tokens];
    component assets[fee_tokens];
    for (var i = 0; i < fee_tokens; i++) {
        token_bits_of[i] = Range(token_bits);
        token_bits_of[i].in <== c_fee_token[i];
        balance_range[i] = Range(128); // BLK-2
        balance_range[i].in <== fee_balance[i] + in_fees[i];
        assets[i] = Path8(asset_depth, TAG_ASSET_NODE());
        for (var j = 0; j < 3 * asset_depth; j++) {
            if (j < token_bits) {
                assets[i].bits[j] <== token_bits_of[i].bits[j];
            } else {
                assets[i].bits[j] <== 0;
            }
        }
        assets[i].old_leaf <== fee_balance[i];
        assets[i].new_leaf <== fee_balance[i] + in_fees[i]; // BLK-2
        assets[i].children <== fee_asset_children[i];
        if (i > 0) {
            assets[i].old_root === assets[i - 1].new_root;
        }
    }
    component leaf[2];
    for (var i = 0; i < 2; i++) {
        leaf[i] = AccountLeaf();
        leaf[i].empty <== 0;
        leaf[i].owner <== fee_owner;
        leaf[i].nonce <== fee_nonce;
        leaf[i].key_x <== fee_key_x;
        leaf[i].key_y <== fee_key_y;
        leaf[i].order_root <== fee_order_root;
        if (i == 0) {
            leaf[i].asset_root <== assets[0].old_root;
        } else {
            leaf[i].asset_root <== assets[fee_tokens - 1].new_root;
        }
    }
    component accounts = Path8(account_depth, TAG_ACCOUNT_NODE());
    for (var j = 0; j < 3 * account_depth; j++) {
        accounts.bits[j] <== 0;
    }
    accounts.old_leaf <== leaf[0].out;
    accounts.new_leaf <== leaf[1].out;
    accounts.children <== fee_account_children;
    accounts.old_root === in_root;

    // header
    component old_root = Limbs(); // STM-6
    old_root.in <== c_old_root;
    component new_root = Limbs(); // STM-6
    new_root.in <== accounts.new_root;
    signal words[7];
    words[0] <== c_deployment;
    words[1] <== c_number * 2 ** 104 + c_timestamp * 2 ** 40 + c_shape * 2 ** 8 + c_chain_count; // BLK-4
    words[2] <== old_root.high;
    words[3] <== old_root.low;
    words[4] <== new_root.high;
    words[5] <== new_root.low;
    words[6] <== in_counts;

    // end
    component end = TaggedHash(8); // STM-1
    end.tag <== in_sponge;
    end.inputs <== [words[0], words[1], words[2], words[3], words[4], words[5], words[6], 0];
    signal power[8];
    signal term[7];
    power[0] <== c_z;
    var header_y = 7;
    for (var i = 0; i < 7; i++) {
        term[i] <== words[i] * power[i];
        power[i + 1] <== power[i] * c_z;
        header_y += term[i];
    }
    pub_z <== c_z;
    pub_u <== c_u_chain[0];
    pub_h <== end.out;
    pub_y <== in_y + header_y; // STM-5: stream 0 has weight u^0
}
