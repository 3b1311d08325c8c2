// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "../../prologue.circom";

component main = Prologue(16, 4);
