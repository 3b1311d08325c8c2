// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "hash.circom";

// Binds the eight word slots of one step to the block's streams (STM-1 sponge, STM-2 counts, STM-3 evaluation).
//
//   data[2], chain[6]        words; a slot that is absent must hold 0 (the caller's duty)
//   data_used, data_second   boolean: one data word, and a second one (second implies used)
//   chain_on[8]              boolean, at most one set: the chain stream that gets this step's chain words
//   two, three, six          boolean, at most one set, only where one of chain_on is: the number of chain words
//   z, u_chain[8], u_data    challenges: z, u^1..u^8, u^9
//   in_* / out_*             sponge capacity; y; counts (16 bits per stream, stream s at bit 16 s);
//                            chain_power[8], data_power: z^(words so far in that stream + 1)
//
//   | phase  | what                                                                     | rows |
//   | sponge | capacity = Poseidon of the eight slots under the old capacity             | 402  |
//   | data   | y += u_data * sum(1 + word * power), the power advances by the words used | 8    |
//   | chain  | the same for the selected chain                                           | 41   |
//   | counts | counts += words * 2^(16 s)                                                | 2    |
template Absorb() {
    signal input data[2];
    signal input chain[6];
    signal input data_used;
    signal input data_second;
    signal input chain_on[8];
    signal input two;
    signal input three;
    signal input six;
    signal input z;
    signal input u_chain[8];
    signal input u_data;
    signal input in_sponge;
    signal input in_y;
    signal input in_counts;
    signal input in_chain_power[8];
    signal input in_data_power;
    signal output out_sponge;
    signal output out_y;
    signal output out_counts;
    signal output out_chain_power[8];
    signal output out_data_power;

    // STM-1
    component sponge = TaggedHash(8);
    sponge.tag <== in_sponge;
    sponge.inputs <== [data[0], data[1], chain[0], chain[1], chain[2], chain[3], chain[4], chain[5]];
    out_sponge <== sponge.out;

    // STM-3, data stream
    signal data_next <== in_data_power * z;
    signal data_after <== data_next * z;
    signal data_term[2];
    data_term[0] <== data[0] * in_data_power;
    data_term[1] <== data[1] * data_next;
    signal data_advanced <== in_data_power + data_used * (data_next - in_data_power);
    out_data_power <== data_advanced + data_second * (data_after - data_next);
    signal data_y <== u_data * (data_used + data_second + data_term[0] + data_term[1]);

    // STM-3, chain stream
    signal power_pick[8];
    signal u_pick[8];
    var power = 0;
    var u = 0;
    var weight = 0;
    for (var i = 0; i < 8; i++) {
        power_pick[i] <== chain_on[i] * in_chain_power[i];
        u_pick[i] <== chain_on[i] * u_chain[i];
        power += power_pick[i];
        u += u_pick[i];
        weight += 2 ** (16 * (i + 1)) * chain_on[i];
    }
    signal powers[7];
    powers[0] <== power;
    signal chain_term[6];
    var words = 2 * two + 3 * three + 6 * six;
    var terms = words;
    for (var i = 0; i < 6; i++) {
        powers[i + 1] <== powers[i] * z;
        chain_term[i] <== chain[i] * powers[i];
        terms += chain_term[i];
    }
    signal by_two <== two * (powers[2] - powers[0]);
    signal by_three <== three * (powers[3] - powers[0]);
    signal by_six <== six * (powers[6] - powers[0]);
    for (var i = 0; i < 8; i++) {
        out_chain_power[i] <== in_chain_power[i] + chain_on[i] * (by_two + by_three + by_six);
    }
    signal chain_y <== u * terms;
    out_y <== in_y + data_y + chain_y;

    // STM-2: no field of counts can overflow, a shape has at most 8192 steps of at most 6 words
    signal chain_count <== weight * words;
    out_counts <== in_counts + chain_count + 2 ** (16 * 9) * (data_used + data_second);
}
