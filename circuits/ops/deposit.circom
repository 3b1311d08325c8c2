// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

// DEPOSIT: A is the target, B the reserve of the chain; both gain units * 10^scale (DEP-5) if applied, or nothing.
//   on, a_empty             boolean           applied   forced boolean, and 0 unless on
//   a_owner, ref_owner      owner of the leaf (0 if empty), owner in the request
//   reserve_excess          0 exactly if B's balance after the step is below 2^116
//   creates                 boolean: A is created              created_owner  owner written then, else 0
// Also: DEP-1 (A is never account 1), DEP-3 (A's balance after), DEP-7 (chain): step.circom.
template Deposit() {
    signal input on;
    signal input applied;
    signal input a_empty;
    signal input a_owner;
    signal input ref_owner;
    signal input reserve_excess;
    signal output creates;
    signal output created_owner;
    applied * (applied - 1) === 0;
    applied * (1 - on) === 0;                               // DEP-6
    creates <== applied * a_empty;                          // DEP-2
    created_owner <== creates * ref_owner;                  // DEP-2
    applied * (a_owner + created_owner - ref_owner) === 0;  // DEP-2
    applied * reserve_excess === 0;                         // DEP-4
}
