"""Steps that the state machine would refuse, with everything else in order: real paths, real signatures.

`forge` does to the ledger exactly what the circuit's effects say, checks nothing, and puts the ledger back.
"""

from collections.abc import Callable
from typing import Any

from tests.circuits.scenario import SECRETS, World
from zklink.protocol.constants import FIELD_MODULUS, RESERVE_ACCOUNT
from zklink.protocol.hashing import poseidon
from zklink.protocol.types import Owner, PublicKey
from zklink.state.effects import STEP_SCALARS
from zklink.witness.running import NO_EXIT
from zklink_native import eddsa_sign

NOOP, DEPOSIT, TRANSFER, WITHDRAW, FULL_EXIT, CHANGE_KEY, EXIT_PART = 0, 1, 2, 3, 5, 6, 7
SIGNED = (TRANSFER, WITHDRAW, CHANGE_KEY)
Signer = Callable[[int], tuple[int, int, int]]


def signer(owner: Owner) -> Signer:
    """Signs as one of the actors."""
    return lambda message: eddsa_sign(SECRETS[owner], message)


def message_of(fields: dict[str, int], nonce: int, deployment: int) -> int:
    """M for any field values, in width or not."""
    place = (fields["account"] << 24) + (fields["sub"] << 16) + fields["token"]
    head = (fields["op"] << 120) + (fields["chain"] << 112) + (place << 56) + (nonce << 24)
    head += (fields["to_sub"] << 16) + fields["ratio"]
    amount = fields["units"] * 10 ** fields["exponent"]
    amounts = (amount << 16) + (fields["fee_mantissa"] << 5) + fields["fee_exponent"]
    values = (deployment, head, amounts, fields["ref_owner"])
    return poseidon([value % FIELD_MODULUS for value in values], 6)


def forge(
    world: World,
    op: int,
    *,
    sign: Signer | None = None,
    walk: dict[str, int] | None = None,
    shown: dict[str, int] | None = None,
    chain_count: int = 2,
    fee_token: tuple[int, int] = (1, 5),
    after_a: Callable[[World], None] | None = None,
    **given: int,
) -> dict[str, Any]:
    """Inputs of one step. `given` are its scalars; `shown` replaces some in inputs and message, not on the ledger.

    `walk`: exit_* values that the step finds. `after_a`: what else happens to the ledger between the accesses.
    """
    ledger = world.ledger
    real = dict.fromkeys(STEP_SCALARS, 0) | {"op": op} | given
    fields = real | (shown or {})
    amount, fee = real["units"] * 10 ** real["exponent"], real["fee_mantissa"] * 10 ** real["fee_exponent"]
    applied = real["applied"]
    reserve = applied + (op in (WITHDRAW, FULL_EXIT, EXIT_PART))
    before, root = ledger.snapshot(), ledger.root

    def change(index: int, sub: int, by: int) -> int:
        balance = ledger.balance(index, sub, real["token"])
        return (balance + by) % FIELD_MODULUS - balance

    a_change = amount * (applied - (op in (TRANSFER, WITHDRAW))) - fee - real["debit"]
    b_change = amount * (applied + (op == TRANSFER) - (op in (WITHDRAW, FULL_EXIT, EXIT_PART)))
    b_index = real["to_account"] + reserve * RESERVE_ACCOUNT
    b_sub = real["to_sub"] + reserve * (real["chain"] - 1)
    new_key = PublicKey(real["key_x"], real["key_y"])
    owner = Owner.unpack(real["ref_owner"])
    a = ledger.access(
        real["account"], real["sub"], real["token"], change=change(real["account"], real["sub"], a_change),
        bump_nonce=op in SIGNED and ledger.account(real["account"]) is not None,
        key=new_key if op == CHANGE_KEY and ledger.account(real["account"]) is not None else None,
        create=owner if applied else None,
    )  # fmt: skip
    if after_a:
        after_a(world)
    b = ledger.access(
        b_index, b_sub, real["token"], change=change(b_index, b_sub, b_change),
        create=owner if op == TRANSFER else None,
    )  # fmt: skip
    ledger.rollback(before)
    if sign:
        message = message_of(fields, a.nonce if op in SIGNED else 0, world.network.deployment_id)
        fields["sig_r8x"], fields["sig_r8y"], fields["sig_s"] = sign(message)
    inputs: dict[str, Any] = {name: value % FIELD_MODULUS for name, value in fields.items()}
    for prefix, access in (("a", a), ("b", b)):
        for name in access.__slots__:
            value = getattr(access, name)
            inputs[f"{prefix}_{name}"] = [list(level) for level in value] if isinstance(value, tuple) else value
    z, u = 1234567, 7654321
    return inputs | {
        "c_deployment": world.network.deployment_id,
        "c_chain_count": chain_count,
        "c_z": z,
        "c_u_chain": [pow(u, at, FIELD_MODULUS) for at in range(1, 9)],
        "c_u_data": pow(u, 9, FIELD_MODULUS),
        "c_fee_token": list(fee_token),
        "in_root": root,
        "in_sponge": 7,
        "in_y": 0,
        "in_counts": 0,
        "in_chain_power": [z] * 8,
        "in_data_power": z,
        "in_fees": [0, 0],
        **{f"in_{name}": value for name, value in (NO_EXIT | (walk or {})).items()},
    }
