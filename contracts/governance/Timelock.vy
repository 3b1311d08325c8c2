# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Timelock: the governor of the other contracts
@notice Whoever proposes must announce a change `minimum_delay` seconds ahead; its own rules change only through itself.
        All of it is snekmate's timelock controller; this file only fixes that there is no administrator besides.
"""
from snekmate.auth import access_control
from snekmate.governance import timelock_controller

initializes: access_control
initializes: timelock_controller[access_control := access_control]

exports: timelock_controller.__interface__


@deploy
def __init__(minimum_delay: uint256, proposers: DynArray[address, 128], executors: DynArray[address, 128]):
    """
    @param minimum_delay s
    @param executors The zero address among them lets anybody execute what is due
    """
    assert minimum_delay != 0, "timelock/no_delay"
    access_control.__init__()
    timelock_controller.__init__(minimum_delay, proposers, executors, empty(address))
