// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "lib/constants.circom";
include "lib/range.circom";

// Fixes the constants of the block and every initial value of the running state.
//
//   deployment_id 248 bits, chain_count 1..8, number 64, timestamp 64, shape 32 bits, old_root field element
//   z, u           challenges, field elements          fee_tokens[fee_tokens]  token ids, token_bits each
//
//   | phase  | what                                                                                 |
//   | widths | BLK-4: fields of the header words do not run into each other                          |
//   | powers | u_chain[i] = u^(i+1), u_data = u^9 (STM-5)                                            |
//   | start  | root = old_root, sponge = tag (STM-1), y = counts = 0 (STM-2), powers = z (STM-3),      |
//   |        | fees = 0 (BLK-2), no walk open (BLK-1)                                                |
template Prologue(token_bits, fee_tokens) {
    signal input deployment_id;
    signal input chain_count;
    signal input number;
    signal input timestamp;
    signal input shape;
    signal input old_root;
    signal input z;
    signal input u;
    signal input fee_token[fee_tokens];

    signal output c_deployment;
    signal output c_chain_count;
    signal output c_number;
    signal output c_timestamp;
    signal output c_shape;
    signal output c_old_root;
    signal output c_z;
    signal output c_u_chain[8];
    signal output c_u_data;
    signal output c_fee_token[fee_tokens];
    signal output out_root;
    signal output out_sponge;
    signal output out_y;
    signal output out_counts;
    signal output out_chain_power[8];
    signal output out_data_power;
    signal output out_fees[fee_tokens];
    signal output out_exit_active;
    signal output out_exit_chain;
    signal output out_exit_remaining;
    signal output out_exit_debit;
    signal output out_exit_token;
    signal output out_exit_recipient;

    // widths
    component deployment_range = Range(248); // BLK-4
    deployment_range.in <== deployment_id;
    component chain_count_range = Range(3); // BLK-4
    chain_count_range.in <== chain_count - 1;
    component number_range = Range(64); // BLK-4
    number_range.in <== number;
    component timestamp_range = Range(64); // BLK-4
    timestamp_range.in <== timestamp;
    component shape_range = Range(32); // BLK-4
    shape_range.in <== shape;
    component fee_token_range[fee_tokens];
    for (var i = 0; i < fee_tokens; i++) {
        fee_token_range[i] = Range(token_bits); // BLK-3
        fee_token_range[i].in <== fee_token[i];
    }
    c_deployment <== deployment_id;
    c_chain_count <== chain_count;
    c_number <== number;
    c_timestamp <== timestamp;
    c_shape <== shape;
    c_old_root <== old_root;
    c_z <== z;
    c_fee_token <== fee_token;

    // powers
    c_u_chain[0] <== u;
    for (var i = 1; i < 8; i++) {
        c_u_chain[i] <== c_u_chain[i - 1] * u;
    }
    c_u_data <== c_u_chain[7] * u;

    // start
    out_root <== old_root;
    out_sponge <== TAG_STATEMENT(); // STM-1
    out_y <== 0;
    out_counts <== 0;
    for (var i = 0; i < 8; i++) {
        out_chain_power[i] <== z;
    }
    out_data_power <== z;
    for (var i = 0; i < fee_tokens; i++) {
        out_fees[i] <== 0; // BLK-2
    }
    out_exit_active <== 0; // BLK-1
    out_exit_chain <== 0;
    out_exit_remaining <== 0;
    out_exit_debit <== 0;
    out_exit_token <== 0;
    out_exit_recipient <== 0;
}
