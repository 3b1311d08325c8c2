// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "../../epilogue.circom";

component main {public [c_deployment, c_chain_count, c_number, c_timestamp, c_shape, c_old_root, c_z, c_u_chain, c_fee_token,
    in_root, in_sponge, in_y, in_counts, in_chain_power, in_data_power, in_fees, in_exit_active, in_exit_chain,
    in_exit_remaining, in_exit_debit, in_exit_token, in_exit_recipient]} = Epilogue(8, 16, 7, 4);
