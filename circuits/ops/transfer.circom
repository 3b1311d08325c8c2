// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "../lib/range.circom";

// TRANSFER: A is the sender, B the recipient, created when its leaf is empty.
//   on, b_empty                          boolean; b_empty is forced 0 unless on
//   account, sub, to_account, to_sub     cells, inside their widths; sub_bits is the width of sub and to_sub
//   b_owner, ref_owner                   owner of B's leaf (0 if empty), owner in the signed message
//   amount_excess                        0 exactly if the mantissa is below 2^35
//   created_owner                        owner written to B if it was empty, else 0
// Also: TRF-1, TRF-2 (signature over the leaf's nonce), TRF-3, TRF-9 (balances after), TRF-5 (A is never account 1),
// empty roots of TRF-8 (lib/account.circom), fee of TRF-4: step.circom.
template Transfer(sub_bits) {
    signal input on;
    signal input account;
    signal input sub;
    signal input to_account;
    signal input to_sub;
    signal input b_empty;
    signal input b_owner;
    signal input ref_owner;
    signal input amount_excess;
    signal output created_owner;

    on * amount_excess === 0; // TRF-4
    component not_reserve = NonZero(); // TRF-6
    not_reserve.in <== to_account - 1;
    b_empty * (1 - on) === 0;                          // TRF-8
    created_owner <== b_empty * ref_owner;             // TRF-8
    on * (b_owner + created_owner - ref_owner) === 0;  // TRF-7
    component has_target = NonZeroWhere(); // TRF-10
    has_target.on <== on;
    has_target.in <== ref_owner;
    component other_cell = NonZeroWhere(); // TRF-11
    other_cell.on <== on;
    other_cell.in <== (account - to_account) * 2 ** sub_bits + sub - to_sub;
}
