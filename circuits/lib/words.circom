// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

// Packs a step into its word slots and its signed message; widths in bytes, big-endian, a word has 31 bytes.
//
//   d0   op1 chain1 account4 sub1 token2 to_account4 to_sub1 amount5 fee2 created1 zero9
//   d1   zero10 domain1 address20                                          (TRANSFER that creates)
//   c0   op1 applied1 account4 sub1 token2 scale1 domain1 address20
//   c1   zero9 ratio2 nonce4 units16
//   c2.. payee (DEPOSIT, FULL_EXIT) or four key limbs of 16 bytes (CHANGE_KEY)
//   head op1 chain1 account4 sub1 token2 nonce4 to_sub1 ratio2;  amounts amount16 fee2
//
// Every field is in its width and 0 where its operation has none (BLK-3, step.circom), so the packing is injective.
//   transfer, chain_words  boolean: the operation is a TRANSFER; it has chain words
//   amount_packed          units * 2^5 + exponent      fee_packed  mantissa * 2^5 + exponent
//   created_owner          owner of an account a TRANSFER creates, else 0
template Words() {
    signal input op;
    signal input chain;
    signal input applied;
    signal input account;
    signal input sub;
    signal input token;
    signal input to_account;
    signal input to_sub;
    signal input units;
    signal input amount;
    signal input amount_packed;
    signal input scale;
    signal input fee_packed;
    signal input ratio;
    signal input nonce;
    signal input owner;
    signal input created;
    signal input created_owner;
    signal input payee;
    signal input limbs[4];
    signal input transfer;
    signal input chain_words;
    signal output data[2];
    signal output chain_out[6];
    signal output head;
    signal output amounts;

    signal place <== account * 2 ** 24 + sub * 2 ** 16 + token; // account4 sub1 token2
    signal moved <== transfer * (place * 2 ** 176 + amount_packed * 2 ** 96);
    data[0] <== op * 2 ** 240 + chain * 2 ** 232 + moved + to_account * 2 ** 144 + to_sub * 2 ** 136
        + fee_packed * 2 ** 80 + created * 2 ** 72;
    data[1] <== created_owner;

    chain_out[0] <== chain_words * (op * 2 ** 240 + applied * 2 ** 232 + place * 2 ** 176 + scale * 2 ** 168 + owner);
    chain_out[1] <== chain_words * (ratio * 2 ** 160 + nonce * 2 ** 128 + units);
    chain_out[2] <== payee + limbs[0];
    for (var i = 1; i < 4; i++) {
        chain_out[2 + i] <== limbs[i];
    }

    head <== op * 2 ** 120 + chain * 2 ** 112 + place * 2 ** 56 + nonce * 2 ** 24 + to_sub * 2 ** 16 + ratio;
    amounts <== amount * 2 ** 16 + fee_packed;
}
