// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "../lib/range.circom";

// WITHDRAW: A is the user, B the reserve of the chain; both lose units * 10^scale (WDR-5), A pays the fee too.
//   on                      boolean
//   ratio                   fast-withdrawal ratio, 0..10000 (0 unless on: step.circom)
//   recipient               (domain, address) in the message and the stream
//   recipient_domain        0 exactly if the domain is 0
// Also: WDR-1, WDR-2 (signature over the leaf's nonce), WDR-3, WDR-4 (balances after), WDR-6 (fee), WDR-7 (A is never
// account 1), WDR-10 (chain): step.circom.
template Withdraw() {
    signal input on;
    signal input ratio;
    signal input recipient;
    signal input recipient_domain;
    component ratio_low = Range(14); // BLK-3
    ratio_low.in <== ratio;
    component ratio_high = Range(14); // WDR-8
    ratio_high.in <== 10000 - ratio;
    on * recipient_domain === 0; // WDR-9: a recipient is a plain address
    component has_recipient = NonZeroWhere(); // WDR-9
    has_recipient.on <== on;
    has_recipient.in <== recipient;
}
