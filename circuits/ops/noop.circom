// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

// NOOP: fills a block up to its shape. Its word is 0 and is not part of the stream.
//   on                      boolean
//   token, ref_owner        of the step; every other field is 0 already because NOOP does not use it (step.circom)
template Noop() {
    signal input on;
    signal input token;
    signal input ref_owner;
    on * token === 0;      // NOP-1
    on * ref_owner === 0;  // NOP-1
}
