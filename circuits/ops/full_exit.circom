// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "../lib/range.circom";

// FULL_EXIT and its continuation EXIT_PART: one walk over the chains, one step each (FEX-3), nothing between (FEX-8).
//   first, part                    boolean: this step opens the walk; continues it
//   chain, token, ref_owner, payee fields of the step (payee is 0 in a continuation)
//   chain_count                    of the deployment, 1..8
//   a_owner, a_balance             the named account, before
//   debit                          what the first step takes from it (0 in a continuation)
//   paid, unit                     units * 10^scale paid on this chain; 10^scale
//   b_before, b_after              reserve of the chain, b_after = b_before - paid, forced below 2^128 by step.circom
//   in_* / out_*                   walk state: active, next chain, remaining, debit not yet paid, token, recipient;
//                                  all 0 while no walk is open
//   after                          remaining after this step, 0 outside a walk; forced below 2^128 by step.circom
//   has_words                      boolean: a continuation that pays a chain with something to pay (2 chain words)
// Also: FEX-1 (A is never account 1), FEX-7 (nonce and key stay): step.circom.
template FullExit() {
    signal input first;
    signal input part;
    signal input chain;
    signal input token;
    signal input ref_owner;
    signal input payee;
    signal input chain_count;
    signal input a_owner;
    signal input a_balance;
    signal input debit;
    signal input paid;
    signal input unit;
    signal input b_before;
    signal input b_after;
    signal input in_active;
    signal input in_chain;
    signal input in_remaining;
    signal input in_debit;
    signal input in_token;
    signal input in_recipient;
    signal output out_active;
    signal output out_chain;
    signal output out_remaining;
    signal output out_debit;
    signal output out_token;
    signal output out_recipient;
    signal output after;
    signal output has_words;

    signal any <== first + part;
    part === in_active;                       // FEX-8
    part * (chain - in_chain) === 0;          // FEX-3
    part * (token - in_token) === 0;          // FEX-9: the walk stays on its token
    part * (ref_owner - in_recipient) === 0;  // FEX-9

    // FEX-2: another owner's balance is not there to be paid, so nothing can be debited either (FEX-4, FEX-5)
    component same_owner = IsEqual();
    same_owner.in[0] <== a_owner;
    same_owner.in[1] <== ref_owner;
    signal effective <== first * same_owner.out;
    signal opened <== effective * a_balance;
    signal before <== opened + in_remaining;

    // FEX-4: paid <= remaining, paid <= reserve (b_after), and one of the two rests is below one unit
    signal walked <== any * paid;
    after <== before - walked;
    signal by_remaining <-- any == 1 && after < unit ? 1 : 0;
    by_remaining * (by_remaining - 1) === 0;
    signal rest <== b_after + by_remaining * (after - b_after);
    component rest_range = Range(60); // FEX-4
    rest_range.in <== any * (unit - 1 - rest);

    // FEX-6
    component finished = IsZero();
    finished.in <== after;
    component at_last = IsEqual();
    at_last.in[0] <== chain;
    at_last.in[1] <== chain_count;
    signal last <== part * at_last.out;
    signal unfinished <== any * (1 - finished.out);
    signal active <== unfinished * (1 - last);

    signal debit_after <== in_debit + debit - walked;
    (1 - active) * debit_after === 0; // FEX-5

    out_active <== active;
    out_chain <== active * (in_chain + 1); // FEX-3: the asked chain, then 1, 2, ...
    out_remaining <== active * after;
    out_debit <== debit_after;
    out_token <== active * token;
    out_recipient <== active * (in_recipient + payee); // FEX-9

    component reserve_empty = IsZero();
    reserve_empty.in <== b_before;
    has_words <== part * (1 - reserve_empty.out);
}
