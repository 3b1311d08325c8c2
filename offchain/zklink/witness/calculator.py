"""Runs circom 2 witness calculators (wasm). One `Program` per circuit file, one `Calculator` per thread.

ABI: circom's `code_producers/src/wasm_elements`; a signal is named by the FNV-1a hash of its name, values are 32 bytes
little-endian in the module's shared window. A helper module copies all inputs in and the witness out in one call each.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

import wasmtime

from zklink.crypto.groth16 import Witness
from zklink.protocol.constants import FIELD_MODULUS
from zklink.witness.errors import ArtefactError, ConstraintError, InputError

_LIMBS: Final = 8
_BYTES: Final = 4 * _LIMBS
_PAGE: Final = 1 << 16
_CODES: Final = {
    1: "signal not found",
    2: "too many signals set",
    3: "signal already set",
    4: "constraint does not hold",
    5: "not enough memory",
    6: "input array access exceeds its size",
}

_HELPER: Final = """(module
  (import "circuit" "memory" (memory 1))
  (import "circuit" "setInputSignal" (func $set (param i32 i32 i32)))
  (import "circuit" "getWitness" (func $get (param i32)))
  ;; records of 44 bytes: hash high, hash low, position, value
  (func (export "fill") (param $count i32) (param $at i32) (param $window i32)
    (block $end (loop $next
      (br_if $end (i32.eqz (local.get $count)))
      (memory.copy (local.get $window) (i32.add (local.get $at) (i32.const 12)) (i32.const 32))
      (call $set (i32.load (local.get $at)) (i32.load offset=4 (local.get $at)) (i32.load offset=8 (local.get $at)))
      (local.set $at (i32.add (local.get $at) (i32.const 44)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $next))))
  (func (export "dump") (param $count i32) (param $at i32) (param $window i32) (local $wire i32)
    (block $end (loop $next
      (br_if $end (i32.eq (local.get $wire) (local.get $count)))
      (call $get (local.get $wire))
      (memory.copy (local.get $at) (local.get $window) (i32.const 32))
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (local.set $wire (i32.add (local.get $wire) (i32.const 1)))
      (br $next)))))"""


def name_hash(name: str) -> tuple[int, int]:
    """(high, low) 32-bit halves of the 64-bit FNV-1a hash of a signal's name."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value >> 32, value & 0xFFFFFFFF


def flatten(value: Any) -> Iterator[int]:
    """Integers of a nested list, row by row."""
    if isinstance(value, int):
        yield int(value)
        return
    for item in value:
        yield from flatten(item)


def wtns(values: bytes) -> bytes:
    """The iden3 wtns file (version 2) around 32-byte little-endian values."""
    count = len(values) // _BYTES
    header = _BYTES.to_bytes(4, "little") + FIELD_MODULUS.to_bytes(_BYTES, "little") + count.to_bytes(4, "little")
    sections = b"".join(
        number.to_bytes(4, "little") + len(body).to_bytes(8, "little") + body
        for number, body in ((1, header), (2, values))
    )
    return b"wtns" + (2).to_bytes(4, "little") + (2).to_bytes(4, "little") + sections


class Program:
    """A compiled calculator; translated once per machine (wasmtime's own cache), shared by all threads."""

    def __init__(self, path: Path) -> None:
        """Raises ArtefactError when the file is missing or is no circom 2 calculator over BN254."""
        config = wasmtime.Config()
        config.cache = True
        self.path = path
        self.engine = wasmtime.Engine(config)
        try:
            self.module = wasmtime.Module.from_file(self.engine, str(path))
        except (OSError, wasmtime.WasmtimeError) as error:
            raise ArtefactError(f"{path.name}: {error}") from None
        self.helper = wasmtime.Module(self.engine, _HELPER)


class Calculator:
    """One instance of a program. Not for two threads at once."""

    def __init__(self, program: Program) -> None:
        """Raises ArtefactError for another ABI version or field."""
        self._store = wasmtime.Store(program.engine)
        self._messages: list[str] = []
        linker = wasmtime.Linker(program.engine)
        nothing = wasmtime.FuncType([], [])
        code = wasmtime.FuncType([wasmtime.ValType.i32()], [])
        linker.define_func("runtime", "exceptionHandler", code, self._fail)
        linker.define_func("runtime", "printErrorMessage", nothing, self._read_message)
        linker.define_func("runtime", "writeBufferMessage", nothing, self._read_message)
        linker.define_func("runtime", "showSharedRWMemory", nothing, lambda: None)
        instance = linker.instantiate(self._store, program.module)
        self._exports = instance.exports(self._store)
        if self._call("getVersion") != 2 or self._call("getFieldNumLen32") != _LIMBS:
            raise ArtefactError(f"{program.path.name}: not a circom 2 calculator over a field of {_BYTES} bytes")
        linker.define_instance(self._store, "circuit", instance)
        helper = linker.instantiate(self._store, program.helper).exports(self._store)
        self._fill: Any = helper["fill"]
        self._dump: Any = helper["dump"]
        self._memory = cast(Any, self._exports["memory"])
        self._window = self._call("getSharedRWMemoryStart")
        self._inputs = self._call("getInputSize")
        self._wires = self._call("getWitnessSize")
        room = max(self._wires * _BYTES, self._inputs * (12 + _BYTES))
        self._at = self._memory.size(self._store) * _PAGE
        self._memory.grow(self._store, -(-room // _PAGE))

    def run(self, inputs: Mapping[str, Any], where: str) -> Witness:
        """The witness for inputs by name (integers in [0, r) or nested lists). `where` names the piece in errors.

        Raises InputError when the names or lengths are not the circuit's, ConstraintError when a constraint fails.
        """
        records = self._records(inputs)
        self._messages.clear()
        self._call("init", 1)
        self._memory.write(self._store, records, self._at)
        try:
            self._fill(self._store, self._inputs, self._at, self._window)
        except _CircuitFailureError as failure:
            raise ConstraintError(where, "; ".join([str(failure), *self._messages])) from None
        self._dump(self._store, self._wires, self._at, self._window)
        return Witness.from_wtns(wtns(bytes(self._memory.read(self._store, self._at, self._at + self._wires * _BYTES))))

    def _records(self, inputs: Mapping[str, Any]) -> bytes:
        records, count = bytearray(), 0
        for name, value in inputs.items():
            high, low = name_hash(name)
            values = list(flatten(value))
            size = self._call("getInputSignalSize", _signed(high), _signed(low))
            if size <= 0:
                raise InputError(name, "the circuit has no such input")
            if size != len(values):
                raise InputError(name, f"has {len(values)} values, the circuit takes {size}")
            head = high.to_bytes(4, "little") + low.to_bytes(4, "little")
            for position, number in enumerate(values):
                if not 0 <= number < FIELD_MODULUS:
                    raise InputError(name, "is not a field element")
                records += head + position.to_bytes(4, "little") + number.to_bytes(_BYTES, "little")
            count += len(values)
        if count != self._inputs:
            raise InputError("*", f"{count} values given, the circuit takes {self._inputs}")
        return bytes(records)

    def _call(self, name: str, *arguments: int) -> int:
        function: Callable[..., int] = self._exports[name]  # type: ignore[assignment]
        return function(self._store, *arguments)

    def _read_message(self) -> None:
        text = bytearray()
        while byte := self._call("getMessageChar"):
            text.append(byte)
        self._messages.append(text.decode(errors="replace").strip())

    def _fail(self, code: int) -> None:
        raise _CircuitFailureError(_CODES.get(code, f"code {code}"))


class _CircuitFailureError(Exception):
    """What the calculator reported; turned into ConstraintError with its place."""


def _signed(value: int) -> int:
    return value - (1 << 32) if value >> 31 else value
