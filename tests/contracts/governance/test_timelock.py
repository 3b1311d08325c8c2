"""The timelock as governor of a bridge: announced changes only, after the delay."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.conftest import LISTER
from tests.support.snapshots import check_snapshot

DELAY = 3 * 86400
NONE = bytes(32)


@pytest.fixture
def timelock(project, actors):
    return actors.deployer.deploy(project.Timelock, DELAY, [actors.alice], [ape.utils.ZERO_ADDRESS])


@pytest.fixture
def bridge(deploy_bridge, timelock):
    return deploy_bridge(governor=timelock.address)


def test_a_change_waits_for_the_delay(timelock, bridge, actors, chain):
    call = (bridge, 0, bridge.set_role.encode_input(actors.lister, LISTER, True), NONE, NONE)
    timelock.schedule(*call, DELAY, sender=actors.alice)
    with ape.reverts("timelock_controller: operation is not ready"):
        timelock.execute(*call, sender=actors.stranger)
    assert not bridge.has_role(actors.lister, LISTER)
    chain.mine(timestamp=chain.pending_timestamp + DELAY)
    timelock.execute(*call, sender=actors.stranger)
    assert bridge.has_role(actors.lister, LISTER)


def test_nothing_is_done_unannounced_or_too_soon(timelock, bridge, actors):
    call = (bridge, 0, bridge.set_role.encode_input(actors.stranger, LISTER, True), NONE, NONE)
    with ape.reverts("timelock_controller: operation is not ready"):
        timelock.execute(*call, sender=actors.alice)
    with ape.reverts("access_control: account is missing role"):
        timelock.schedule(*call, DELAY, sender=actors.stranger)
    with ape.reverts("timelock_controller: insufficient delay"):
        timelock.schedule(*call, DELAY - 1, sender=actors.alice)


def test_nobody_administers_it_but_itself(timelock, actors):
    admin = timelock.DEFAULT_ADMIN_ROLE()
    assert timelock.hasRole(admin, timelock)
    for account in (actors.deployer, actors.alice, ape.utils.ZERO_ADDRESS):
        assert not timelock.hasRole(admin, account)
    with ape.reverts("timelock_controller: caller must be timelock"):
        timelock.update_delay(0, sender=actors.alice)


def test_refuses_to_have_no_delay(project, actors):
    with ape.reverts("timelock/no_delay"):
        actors.deployer.deploy(project.Timelock, 0, [actors.alice], [])


def test_size_is_recorded(project):
    check_snapshot("sizes", "Timelock", len(project.Timelock.contract_type.get_runtime_bytecode()))
