// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

// CHANGE_KEY: A gets a new key, signed for by that key itself. B is untouched.
//   on                      boolean
//   a_owner, ref_owner      owner of the leaf, owner in the stream
//   old_key[2], key[2]      key of the leaf, new key (0 unless on: its limbs are)
//   new_key[2]              the key A's leaf has after the step
//   limbs[4]                key_x high, low, key_y high, low; 0 unless on; 128 bits each by the caller (CHK-7), who
//                           lets them use decompositions that a CHANGE_KEY leaves idle
// Also: CHK-1, CHK-2, CHK-3 (signature of new_key over the leaf's nonce), CHK-4 (balance after), CHK-5 (A is never
// account 1), CHK-8 (fee), CHK-10 (chain): step.circom. CHK-9 (authority) and limbs below r: the contract.
template ChangeKey() {
    signal input on;
    signal input a_owner;
    signal input ref_owner;
    signal input old_key[2];
    signal input key[2];
    signal output new_key[2];
    signal output limbs[4];

    on * (ref_owner - a_owner) === 0; // CHK-6
    for (var i = 0; i < 2; i++) {
        new_key[i] <== old_key[i] + on * (key[i] - old_key[i]);
        limbs[2 * i] <-- key[i] >> 128;
        limbs[2 * i + 1] <-- key[i] & (2 ** 128 - 1);
        limbs[2 * i] * 2 ** 128 + limbs[2 * i + 1] === key[i]; // CHK-7
    }
    for (var i = 0; i < 4; i++) {
        limbs[i] * (1 - on) === 0; // an absent word is 0 (STM-3); key is 0 then too
    }
}
