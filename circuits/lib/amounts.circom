// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "range.circom";

// value = mantissa * 10^exponent, over the integers: mantissa < 2^128 and exponent < 2^5 give less than 2^231 < r.
//   mantissa   field element, its range is the caller's        exponent  forced below 2^5
//   value      field element                                   power     10^exponent
template Decimal() {
    signal input mantissa;
    signal input exponent;
    signal output value;
    signal output power;
    component bits = Range(5); // BLK-3
    bits.in <== exponent;
    signal partial[5];
    partial[0] <== 1 + 9 * bits.bits[0];
    for (var i = 1; i < 5; i++) {
        partial[i] <== partial[i - 1] * (1 + (10 ** (2 ** i) - 1) * bits.bits[i]);
    }
    power <== partial[4];
    value <== mantissa * power;
}
