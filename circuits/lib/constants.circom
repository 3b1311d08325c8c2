// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

// Domain tags of Poseidon (initial capacity) and the roots of empty trees (8-ary, empty leaf 0).
// tests/circuits compares every number here with the Python tree.

function TAG_ACCOUNT_LEAF() { return 1; }
function TAG_ACCOUNT_NODE() { return 2; }
function TAG_ASSET_NODE() { return 3; }
function TAG_ORDER_NODE() { return 4; }
function TAG_ORDER_LEAF() { return 5; }
function TAG_L2_MESSAGE() { return 6; }
function TAG_STATEMENT() { return 7; }

function OP_NOOP() { return 0; }
function OP_DEPOSIT() { return 1; }
function OP_TRANSFER() { return 2; }
function OP_WITHDRAW() { return 3; }
function OP_FULL_EXIT() { return 5; }
function OP_CHANGE_KEY() { return 6; }
function OP_EXIT_PART() { return 7; }

function RESERVE_ACCOUNT() { return 1; }

// Root of an empty asset tree of the given depth (the depths of the presets).
function EMPTY_ASSET_ROOT(depth) {
    assert(depth == 4 || depth == 7);
    if (depth == 4) {
        return 2467155958548201254072559010293841557539641660459956476384444632054896389978;
    }
    return 4883437339480093387595061172295857581670766554693175262350300962547617505670;
}

// Root of an empty order tree of the given depth (the depths of the presets).
function EMPTY_ORDER_ROOT(depth) {
    assert(depth == 3 || depth == 7);
    if (depth == 3) {
        return 5050802156670275920418633572029275452721257180804460701645536938510721355224;
    }
    return 19482085164704706116056557053961434885226535459469289757206644808991897381740;
}
