"""Golden vectors of Poseidon and EdDSA, as circomlibjs answers (not the native library, which is held against them)."""

from typing import Any

from tests.unit.native.peers import circomlib

ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041  # of Baby Jubjub's subgroup
FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617
LOW_ORDER_KEY = ("0", str(FIELD - 1))


def h32(value: int | str) -> str:
    return f"0x{int(value):064x}"


def poseidon() -> dict[str, Any]:
    """`hash` of `inputs` under each initial state `tag`: every arity, small, large and spread values."""
    cases = []
    for arity in range(1, 17):
        spread = [pow(5, 31 * arity + index, FIELD) for index in range(arity)]
        cases += [(list(range(1, arity + 1)), 0), (spread, 0), (spread, arity), ([FIELD - 1] * arity, FIELD - 1)]
    answers = circomlib(
        [{"op": "poseidon", "inputs": list(map(str, inputs)), "tag": str(tag)} for inputs, tag in cases]
    )
    return {
        "cases": [
            {"tag": h32(tag), "inputs": list(map(h32, inputs)), "hash": h32(answer)}
            for (inputs, tag), answer in zip(cases, answers, strict=True)
        ]
    }


def eddsa() -> dict[str, Any]:
    """Signatures of circomlibjs, and the same spoiled in one way each (`valid` false, `fault` says how)."""
    messages = [0, 1, FIELD - 1, pow(7, 77, FIELD)]
    queries = [{"op": "sign", "seed": f"{index + 1:064x}", "message": str(m)} for index, m in enumerate(messages)]
    cases = []
    for message, answer in zip(messages, circomlib(queries), strict=True):
        key, (r8x, r8y), s = answer["key"], answer["r8"], answer["s"]
        good = (key, (r8x, r8y), s, message)
        cases.append(_case("none", *good))
    key, r8, s, message = good
    cases += [
        _case("another message", key, r8, s, (message + 1) % FIELD),
        _case("s plus the subgroup's order", key, r8, str(int(s) + ORDER), message),
        _case("r8 off the curve", key, ("1", "1"), s, message),
        _case("key is the identity", ("0", "1"), r8, s, message),
        _case("key of order 2", LOW_ORDER_KEY, r8, s, message),
        _case("key off the curve", ("1", "1"), r8, s, message),
    ]
    return {"cases": cases}


def _case(fault: str, key: Any, r8: Any, s: str, message: int) -> dict[str, Any]:
    return {
        "fault": fault,
        "key": list(map(h32, key)),
        "r8": list(map(h32, r8)),
        "s": h32(s),
        "message": h32(message),
        "valid": fault == "none",
    }
