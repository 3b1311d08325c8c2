// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "hash.circom";

// The child at the index given by three boolean bits (least significant first): 7 rows.
template Select8() {
    signal input bits[3];
    signal input children[8];
    signal output out;
    signal low[4];
    for (var i = 0; i < 4; i++) {
        low[i] <== children[2 * i] + bits[0] * (children[2 * i + 1] - children[2 * i]);
    }
    signal middle[2];
    for (var i = 0; i < 2; i++) {
        middle[i] <== low[2 * i] + bits[1] * (low[2 * i + 1] - low[2 * i]);
    }
    out <== middle[0] + bits[2] * (middle[1] - middle[0]);
}

// delta at the index given by three boolean bits, 0 elsewhere: 7 rows.
template Place8() {
    signal input bits[3];
    signal input delta;
    signal output out[8];
    signal high[2];
    high[1] <== delta * bits[2];
    high[0] <== delta - high[1];
    signal middle[4];
    for (var i = 0; i < 2; i++) {
        middle[2 * i + 1] <== high[i] * bits[1];
        middle[2 * i] <== high[i] - middle[2 * i + 1];
    }
    for (var i = 0; i < 4; i++) {
        out[2 * i + 1] <== middle[i] * bits[0];
        out[2 * i] <== middle[i] - out[2 * i + 1];
    }
}

// Replaces one leaf of an 8-ary tree; the siblings are shared by the old and the new path, so nothing else can change.
//
//   bits[3*depth]       boolean (the caller's duty), least significant first; digit 0 is nearest the leaf
//   old_leaf, new_leaf  field elements
//   children[depth][8]  children of each node of the path before the change, level 0 nearest the leaf
//   old_root, new_root  field elements
//
//   | phase  | per level                                        | rows |
//   | select | the child on the path is the old node            | 8    |
//   | place  | new child = old child, changed at the digit only | 7    |
//   | hash   | old and new node, Poseidon(8) with the tree's tag | 804 |
template Path8(depth, tag) {
    signal input bits[3 * depth];
    signal input old_leaf;
    signal input new_leaf;
    signal input children[depth][8];
    signal output old_root;
    signal output new_root;

    component select[depth];
    component place[depth];
    component old_hash[depth];
    component new_hash[depth];
    signal old_node[depth + 1];
    signal new_node[depth + 1];
    old_node[0] <== old_leaf;
    new_node[0] <== new_leaf;
    for (var level = 0; level < depth; level++) {
        select[level] = Select8();
        place[level] = Place8();
        old_hash[level] = TaggedHash(8);
        new_hash[level] = TaggedHash(8);
        for (var i = 0; i < 3; i++) {
            select[level].bits[i] <== bits[3 * level + i];
            place[level].bits[i] <== bits[3 * level + i];
        }
        select[level].children <== children[level];
        select[level].out === old_node[level];
        place[level].delta <== new_node[level] - old_node[level];
        for (var i = 0; i < 8; i++) {
            old_hash[level].inputs[i] <== children[level][i];
            new_hash[level].inputs[i] <== children[level][i] + place[level].out[i];
        }
        old_hash[level].tag <== tag;
        new_hash[level].tag <== tag;
        old_node[level + 1] <== old_hash[level].out;
        new_node[level + 1] <== new_hash[level].out;
    }
    old_root <== old_node[depth];
    new_root <== new_node[depth];
}
