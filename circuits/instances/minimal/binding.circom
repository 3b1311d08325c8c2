// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "../../lib/stream.circom";

// The binding of one step alone: to measure it, not part of any block.
component main {public [data, chain, data_used, data_second, chain_on, two, three, six, z, u_chain, u_data, in_sponge, in_y,
    in_counts, in_chain_power, in_data_power]} = Absorb();
