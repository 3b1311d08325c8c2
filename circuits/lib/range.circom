// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

// Forces 0 <= in < 2^n (n <= 253, so the decomposition is unique); the bits are given back.
template Range(n) {
    signal input in;
    signal output bits[n];
    assert(n <= 253);
    component decompose = Num2Bits(n);
    decompose.in <== in;
    bits <== decompose.out;
}

// Forces in != 0 where on = 1 (on boolean); free where on = 0.
template NonZeroWhere() {
    signal input on;
    signal input in;
    signal inverse <-- (on == 1 && in != 0) ? 1 / in : 0;
    in * inverse === on;
}

// Forces in != 0.
template NonZero() {
    signal input in;
    signal inverse <-- in != 0 ? 1 / in : 0;
    in * inverse === 1;
}

// One-hot form of a value out of codes[n] (distinct constants, none 0 unless `on` is always 1).
//   value  field element               on  boolean: 1 = value is one of the codes, 0 = value is 0 and nothing selected
//   out[n] boolean, sum = on, sum of codes[i] * out[i] = value
template OneHot(n, codes) {
    signal input value;
    signal input on;
    signal output out[n];
    var sum = 0;
    var weighted = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (on == 1 && value == codes[i]) ? 1 : 0;
        out[i] * (out[i] - 1) === 0;
        sum += out[i];
        weighted += codes[i] * out[i];
    }
    sum === on;
    weighted === value;
}
