// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "circomlib/circuits/poseidon.circom";

// Poseidon over n field elements with a domain tag as the initial capacity: PoseidonEx(n, 1), initialState = tag.
//   inputs[n]  field elements          tag  field element (a constant, or the capacity of a sponge)
//   out        field element
template TaggedHash(n) {
    signal input inputs[n];
    signal input tag;
    signal output out;
    component core = PoseidonEx(n, 1);
    core.initialState <== tag;
    core.inputs <== inputs;
    out <== core.out[0];
}
