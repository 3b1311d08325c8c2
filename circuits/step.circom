// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "lib/account.circom";
include "lib/amounts.circom";
include "lib/constants.circom";
include "lib/eddsa.circom";
include "lib/fees.circom";
include "lib/range.circom";
include "lib/stream.circom";
include "lib/words.circom";
include "ops/noop.circom";
include "ops/deposit.circom";
include "ops/transfer.circom";
include "ops/withdraw.circom";
include "ops/full_exit.circom";
include "ops/change_key.circom";

// The universal step: one operation (or one part of a FULL_EXIT), two accesses A then B, eight word slots.
//
// Boundary: c_* constants of the block, in_* / out_* running state (same names as prologue and epilogue).
// Private:  the fields of the step and the two leaves with their paths; every field is inside its width (phase widths)
//           and 0 where its operation has none (phase unused), so nothing free reaches a word, a message or a leaf.
//
// One template of this length on purpose: half of it names the wires, and the order of its phases is the argument.
//
//   | phase   | what                                                                         |
//   | select  | op and chain one-hot (BLK-5, DEP-7, WDR-10, CHK-10)                            |
//   | unused  | fields that the operation does not have are 0                                 |
//   | widths  | BLK-3; the bits of A's and B's tree indices                                   |
//   | amounts | amount = units * 10^exponent, fee = mantissa * 10^exponent                     |
//   | balances | both balances after the step, below 2^128; the nonce after it, below 2^32    |
//   | ops     | one template per operation: its rules, gated by its selector                  |
//   | fee     | to the accumulator of its token                                              |
//   | access  | in_root -> (A) -> (B) -> out_root                                             |
//   | words   | packing, signed message                                                      |
//   | sign    | EdDSA by A's key after the step: TRANSFER, WITHDRAW the leaf's, CHANGE_KEY the new |
//   | streams | sponge, evaluation, counts                                                   |
template Step(account_depth, token_bits, sub_bits, asset_depth, order_depth, fee_tokens) {
    signal input c_deployment;
    signal input c_chain_count;
    signal input c_z;
    signal input c_u_chain[8];
    signal input c_u_data;
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

    signal input op;
    signal input chain;
    signal input applied;
    signal input account;
    signal input sub;
    signal input token;
    signal input to_account;
    signal input to_sub;
    signal input units;
    signal input exponent;
    signal input fee_mantissa;
    signal input fee_exponent;
    signal input ratio;
    signal input ref_owner;
    signal input payee;
    signal input debit;
    signal input key_x;
    signal input key_y;
    signal input sig_r8x;
    signal input sig_r8y;
    signal input sig_s;

    signal input a_empty;
    signal input a_owner;
    signal input a_nonce;
    signal input a_key_x;
    signal input a_key_y;
    signal input a_order_root;
    signal input a_balance;
    signal input a_asset_children[asset_depth][8];
    signal input a_account_children[account_depth][8];
    signal input b_empty;
    signal input b_owner;
    signal input b_nonce;
    signal input b_key_x;
    signal input b_key_y;
    signal input b_order_root;
    signal input b_balance;
    signal input b_asset_children[asset_depth][8];
    signal input b_account_children[account_depth][8];

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

    // select
    var codes[7] = [OP_NOOP(), OP_DEPOSIT(), OP_TRANSFER(), OP_WITHDRAW(), OP_FULL_EXIT(), OP_CHANGE_KEY(), OP_EXIT_PART()];
    component op_on = OneHot(7, codes); // BLK-5
    op_on.value <== op;
    op_on.on <== 1;
    signal is_noop <== op_on.out[0];
    signal is_deposit <== op_on.out[1];
    signal is_transfer <== op_on.out[2];
    signal is_withdraw <== op_on.out[3];
    signal is_full_exit <== op_on.out[4];
    signal is_change_key <== op_on.out[5];
    signal is_exit_part <== op_on.out[6];
    signal is_signed <== is_transfer + is_withdraw + is_change_key;

    component chain_on = OneHot(8, [1, 2, 3, 4, 5, 6, 7, 8]); // DEP-7, WDR-10, CHK-10
    chain_on.value <== chain;
    chain_on.on <== 1 - is_noop - is_transfer;
    component chain_known = Range(3); // DEP-7, WDR-10, CHK-10: at most chain_count
    chain_known.in <== chain_on.on * (c_chain_count - chain);

    // unused
    (is_noop + is_exit_part + is_deposit - applied) * account === 0; // DEP-6, NOP-1
    (is_noop + is_exit_part) * sub === 0;
    (1 - is_transfer) * to_account === 0;
    (1 - is_transfer) * to_sub === 0;
    (is_noop + is_change_key) * units === 0;
    (is_noop + is_change_key) * exponent === 0;
    (1 - is_signed) * fee_mantissa === 0;
    (1 - is_signed) * fee_exponent === 0;
    (1 - is_withdraw) * ratio === 0;
    (1 - is_deposit - is_full_exit) * payee === 0;
    (1 - is_full_exit) * debit === 0; // FEX-5

    // new key
    component change_key = ChangeKey();
    change_key.on <== is_change_key;
    change_key.a_owner <== a_owner;
    change_key.ref_owner <== ref_owner;
    change_key.old_key <== [a_key_x, a_key_y];
    change_key.key <== [key_x, key_y];

    // widths (BLK-3); a CHANGE_KEY has no units, no payee, no walk and leaves B as it is: its limbs use those bits (CHK-7)
    signal b_reserve <== applied + is_withdraw + is_full_exit + is_exit_part; // B is the chain's reserve cell
    component account_bits = Range(3 * account_depth); // BLK-3
    component sub_range = Range(sub_bits); // BLK-3
    component token_range = Range(token_bits); // BLK-3
    component b_account_bits = Range(3 * account_depth); // BLK-3
    component b_sub_range = Range(sub_bits); // BLK-3
    component units_range = Range(128); // BLK-3
    component fee_range = Range(11); // BLK-3
    component owner_range = Range(168); // BLK-3
    component payee_range = Range(160); // BLK-3
    account_bits.in <== account;
    sub_range.in <== sub;
    token_range.in <== token;
    b_account_bits.in <== to_account + b_reserve * RESERVE_ACCOUNT();
    b_sub_range.in <== to_sub + b_reserve * (chain - 1);
    units_range.in <== units + change_key.limbs[3];
    fee_range.in <== fee_mantissa;
    owner_range.in <== ref_owner;
    payee_range.in <== payee + change_key.limbs[0];
    var high_limb_excess = 0;
    for (var i = 128; i < 160; i++) { high_limb_excess += payee_range.bits[i]; }
    is_change_key * high_limb_excess === 0; // CHK-7
    component not_reserve = NonZero(); // DEP-1, TRF-5, WDR-7, FEX-1, CHK-5
    not_reserve.in <== account - RESERVE_ACCOUNT();

    // amounts
    component amount = Decimal();
    amount.mantissa <== units;
    amount.exponent <== exponent;
    component fee = Decimal();
    fee.mantissa <== fee_mantissa;
    fee.exponent <== fee_exponent;

    // balances
    signal a_gain <== (applied - is_transfer - is_withdraw) * amount.value; // DEP-5, WDR-5
    signal a_after <== a_balance + a_gain - fee.value - debit;
    component a_range = Range(128); // DEP-3, TRF-3, WDR-3, CHK-4, FEX-5
    a_range.in <== a_after;
    signal b_gain <== (applied + is_transfer - is_withdraw - is_full_exit - is_exit_part) * amount.value; // DEP-5
    signal b_after <== b_balance + b_gain;
    component b_range = Range(128); // DEP-4, WDR-4, FEX-4, TRF-9
    b_range.in <== b_after + is_change_key * (change_key.limbs[2] - b_after);
    component nonce_range = Range(32); // TRF-2, WDR-2, CHK-3: the nonce after stays below 2^32
    nonce_range.in <== a_nonce + is_signed;

    // ops
    var amount_excess = 0;
    for (var i = 35; i < 128; i++) { amount_excess += units_range.bits[i]; }
    var recipient_domain = 0;
    for (var i = 160; i < 168; i++) { recipient_domain += owner_range.bits[i]; }
    var reserve_excess = 0;
    for (var i = 116; i < 128; i++) { reserve_excess += b_range.bits[i]; }

    component noop = Noop();
    noop.on <== is_noop;
    noop.token <== token;
    noop.ref_owner <== ref_owner;

    component deposit = Deposit();
    deposit.on <== is_deposit;
    deposit.applied <== applied;
    deposit.a_empty <== a_empty;
    deposit.a_owner <== a_owner;
    deposit.ref_owner <== ref_owner;
    deposit.reserve_excess <== reserve_excess;

    component transfer = Transfer(sub_bits);
    transfer.on <== is_transfer;
    transfer.account <== account;
    transfer.sub <== sub;
    transfer.to_account <== to_account;
    transfer.to_sub <== to_sub;
    transfer.b_empty <== b_empty;
    transfer.b_owner <== b_owner;
    transfer.ref_owner <== ref_owner;
    transfer.amount_excess <== amount_excess;

    component withdraw = Withdraw();
    withdraw.on <== is_withdraw;
    withdraw.ratio <== ratio;
    withdraw.recipient <== ref_owner;
    withdraw.recipient_domain <== recipient_domain;

    component full_exit = FullExit();
    full_exit.first <== is_full_exit;
    full_exit.part <== is_exit_part;
    full_exit.chain <== chain;
    full_exit.token <== token;
    full_exit.ref_owner <== ref_owner;
    full_exit.payee <== payee;
    full_exit.chain_count <== c_chain_count;
    full_exit.a_owner <== a_owner;
    full_exit.a_balance <== a_balance;
    full_exit.debit <== debit;
    full_exit.paid <== amount.value;
    full_exit.unit <== amount.power;
    full_exit.b_before <== b_balance;
    full_exit.b_after <== b_after;
    full_exit.in_active <== in_exit_active;
    full_exit.in_chain <== in_exit_chain;
    full_exit.in_remaining <== in_exit_remaining;
    full_exit.in_debit <== in_exit_debit;
    full_exit.in_token <== in_exit_token;
    full_exit.in_recipient <== in_exit_recipient;
    out_exit_active <== full_exit.out_active;
    out_exit_chain <== full_exit.out_chain;
    out_exit_remaining <== full_exit.out_remaining;
    out_exit_debit <== full_exit.out_debit;
    out_exit_token <== full_exit.out_token;
    out_exit_recipient <== full_exit.out_recipient;

    component walk_range = Range(128); // FEX-2, FEX-4
    walk_range.in <== full_exit.after + change_key.limbs[1];

    // fee
    component collect = CollectFee(fee_tokens);
    collect.fee <== fee.value;
    collect.token <== token;
    collect.fee_token <== c_fee_token;
    collect.in_fees <== in_fees;
    out_fees <== collect.out_fees;

    // access
    component a = AccountAccess(account_depth, asset_depth, order_depth);
    component b = AccountAccess(account_depth, asset_depth, order_depth);
    a.account_bits <== account_bits.bits;
    b.account_bits <== b_account_bits.bits;
    for (var i = 0; i < 3 * asset_depth; i++) {
        if (i < token_bits) {
            a.asset_bits[i] <== token_range.bits[i];
            b.asset_bits[i] <== token_range.bits[i];
        } else if (i < token_bits + sub_bits) {
            a.asset_bits[i] <== sub_range.bits[i - token_bits];
            b.asset_bits[i] <== b_sub_range.bits[i - token_bits];
        } else {
            a.asset_bits[i] <== 0;
            b.asset_bits[i] <== 0;
        }
    }
    a_empty * (1 - applied - is_full_exit) === 0; // DEP-2, CHK-6: only a creation or an exit of nothing names an empty leaf
    a.empty <== a_empty;
    a.owner <== a_owner;
    a.nonce <== a_nonce;
    a.key_x <== a_key_x;
    a.key_y <== a_key_y;
    a.order_root <== a_order_root;
    a.balance <== a_balance;
    a.new_empty <== a_empty - deposit.creates;
    a.new_owner <== a_owner + deposit.created_owner;
    a.new_nonce <== a_nonce + is_signed;
    a.new_key_x <== change_key.new_key[0];
    a.new_key_y <== change_key.new_key[1];
    a.new_balance <== a_after;
    a.asset_children <== a_asset_children;
    a.account_children <== a_account_children;
    a.old_root === in_root;
    b.empty <== b_empty;
    b.owner <== b_owner;
    b.nonce <== b_nonce;
    b.key_x <== b_key_x;
    b.key_y <== b_key_y;
    b.order_root <== b_order_root;
    b.balance <== b_balance;
    b.new_empty <== 0; // b_empty only where TRANSFER creates (TRF-8)
    b.new_owner <== b_owner + transfer.created_owner;
    b.new_nonce <== b_nonce;
    b.new_key_x <== b_key_x;
    b.new_key_y <== b_key_y;
    b.new_balance <== b_after;
    b.asset_children <== b_asset_children;
    b.account_children <== b_account_children;
    b.old_root === a.new_root;
    out_root <== b.new_root;

    // words
    signal two_words <== is_withdraw + full_exit.has_words;
    signal three_words <== is_deposit + is_full_exit;
    component words = Words();
    words.op <== op;
    words.chain <== chain;
    words.applied <== applied;
    words.account <== account;
    words.sub <== sub;
    words.token <== token;
    words.to_account <== to_account;
    words.to_sub <== to_sub;
    words.units <== units;
    words.amount <== amount.value;
    words.amount_packed <== units * 2 ** 5 + exponent;
    words.scale <== exponent;
    words.fee_packed <== fee_mantissa * 2 ** 5 + fee_exponent;
    words.ratio <== ratio;
    words.nonce <== is_signed * a_nonce;
    words.owner <== ref_owner;
    words.created <== b_empty;
    words.created_owner <== transfer.created_owner;
    words.payee <== payee;
    words.limbs <== change_key.limbs;
    words.transfer <== is_transfer;
    words.chain_words <== two_words + three_words + is_change_key;

    // sign
    component message = TaggedHash(4);
    message.tag <== TAG_L2_MESSAGE();
    message.inputs <== [c_deployment, words.head, words.amounts, ref_owner];
    component signature = Signature(); // TRF-1, TRF-2, WDR-1, WDR-2, CHK-1, CHK-2, CHK-3
    signature.on <== is_signed;
    signature.key_x <== change_key.new_key[0];
    signature.key_y <== change_key.new_key[1];
    signature.r8_x <== sig_r8x;
    signature.r8_y <== sig_r8y;
    signature.s <== sig_s;
    signature.message <== message.out;

    // streams
    component absorb = Absorb();
    absorb.data <== words.data;
    absorb.chain <== words.chain_out;
    absorb.data_used <== 1 - is_noop;
    absorb.data_second <== b_empty;
    absorb.chain_on <== chain_on.out;
    absorb.two <== two_words;
    absorb.three <== three_words;
    absorb.six <== is_change_key;
    absorb.z <== c_z;
    absorb.u_chain <== c_u_chain;
    absorb.u_data <== c_u_data;
    absorb.in_sponge <== in_sponge;
    absorb.in_y <== in_y;
    absorb.in_counts <== in_counts;
    absorb.in_chain_power <== in_chain_power;
    absorb.in_data_power <== in_data_power;
    out_sponge <== absorb.out_sponge;
    out_y <== absorb.out_y;
    out_counts <== absorb.out_counts;
    out_chain_power <== absorb.out_chain_power;
    out_data_power <== absorb.out_data_power;
}
