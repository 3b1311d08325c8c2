// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

// Adds the fee of a step to the accumulator of its token.
//   fee                 field element, at most 2047 * 10^31          token  token of the step
//   fee_token[n]        tokens of the block                         in_fees[n], out_fees[n]  accumulators
template CollectFee(n) {
    signal input fee;
    signal input token;
    signal input fee_token[n];
    signal input in_fees[n];
    signal output out_fees[n];
    signal pick[n];
    var picked = 0;
    for (var i = 0; i < n; i++) {
        pick[i] <-- (fee != 0 && picked == 0 && token == fee_token[i]) ? 1 : 0;
        pick[i] * (pick[i] - 1) === 0;
        pick[i] * (token - fee_token[i]) === 0; // WDR-6, TRF-4, CHK-8: the fee token is one of the block's
        picked += pick[i];
        out_fees[i] <== in_fees[i] + pick[i] * fee;
    }
    fee * (1 - picked) === 0; // WDR-6, TRF-4, CHK-8: a fee goes to exactly one accumulator
}
