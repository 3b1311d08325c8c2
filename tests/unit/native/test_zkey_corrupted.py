"""Damaged key files: each is refused for its own reason."""

import struct
from pathlib import Path

import pytest

import zklink_native as native


def sections(content: bytes) -> dict[int, tuple[int, int]]:
    """type -> (offset of the content, size)"""
    out, at = {}, 12
    for _ in range(struct.unpack_from("<I", content, 8)[0]):
        kind, size = struct.unpack_from("<IQ", content, at)
        out[kind] = (at + 12, size)
        at += 12 + size
    return out


def patched(content: bytes, at: int, data: bytes) -> bytes:
    return content[:at] + data + content[at + len(data) :]


def test_corrupted_keys_are_refused(zkey: Path, tmp_path: Path) -> None:
    content, path = zkey.read_bytes(), tmp_path / "bad.zkey"
    at = {kind: offset for kind, (offset, _) in sections(content).items()}
    cases = {
        "file: wrong magic": b"y" + content[1:],
        "file: version 2": patched(content, 4, b"\x02"),
        "truncated": content[:-1],
        "zkey protocol: not Groth16": patched(content, at[1], b"\x02"),
        "zkey header: written for another field": patched(content, at[2] + 4, b"\0"),
        "zkey header: 7 wires, 3 public, domain of 9": patched(content, at[2] + 80, b"\x09"),
        "zkey A: point 1 is not on the curve": patched(content, at[5] + 64, b"\x05"),
        "zkey B2: coordinate not below": patched(content, at[7], b"\xff" * 32),
        "zkey coefficients: matrix 2": patched(content, at[4] + 4, b"\x02"),
        "zkey coefficients: row 6 is not the row of public wire 3": patched(content, at[5] - 12 - 36, b"\x02"),
    }
    for reason, bad in cases.items():
        path.write_bytes(bad)
        with pytest.raises(ValueError, match=reason):
            native.ProvingKey.read_zkey(path)


def test_unchecked_reading_still_checks_the_verifying_key(zkey: Path, tmp_path: Path) -> None:
    content = zkey.read_bytes()
    at = {kind: offset for kind, (offset, _) in sections(content).items()}
    (tmp_path / "a.zkey").write_bytes(patched(content, at[5] + 64, b"\x05"))
    assert native.ProvingKey.read_zkey(tmp_path / "a.zkey", checked=False)
    (tmp_path / "b.zkey").write_bytes(patched(content, at[3], b"\x05"))
    with pytest.raises(ValueError, match="zkey IC: point 0"):
        native.ProvingKey.read_zkey(tmp_path / "b.zkey", checked=False)
