"""JSON-RPC 2.0: envelopes in, envelopes out. Malformed input gets an answer that names what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from zklink import wire
from zklink.sequencer import errors
from zklink.sequencer.errors import ApiError

log = structlog.get_logger(__name__)
MAX_BATCH = 100
MISSING = object()


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: `parse(name, value)` raises ApiError; without `default` it is required."""

    name: str
    parse: Callable[[str, Any], Any]
    default: Any = MISSING


@dataclass(frozen=True, slots=True)
class Method:
    """A method and its parameters in order."""

    call: Callable[..., Awaitable[Any]]
    params: tuple[Param, ...] = ()

    def bind(self, given: Any) -> list[Any]:
        """Parsed arguments from a list or an object. Raises ApiError -32602."""
        values = self._by_name(given)
        arguments = []
        for param in self.params:
            value = values.get(param.name, MISSING)
            if value is MISSING or (value is None and param.default is not MISSING):
                if param.default is MISSING:
                    raise ApiError(errors.BAD_PARAMS, "is missing", param.name)
                arguments.append(param.default)
            else:
                arguments.append(param.parse(param.name, value))
        return arguments

    def _by_name(self, given: Any) -> dict[str, Any]:
        names = [param.name for param in self.params]
        if given is None:
            return {}
        if isinstance(given, list):
            if len(given) > len(names):
                raise ApiError(errors.BAD_PARAMS, f"takes at most {len(names)} parameters", "params")
            return dict(zip(names, given, strict=False))
        if isinstance(given, dict):
            for name in given:
                if name not in names:
                    raise ApiError(errors.BAD_PARAMS, "is unknown", str(name)[:40])
            return given
        raise ApiError(errors.BAD_PARAMS, "must be a list or an object", "params")


def parse_json(raw: bytes | str) -> Any:
    """Strict JSON (zklink.wire). Raises ApiError -32700."""
    try:
        return wire.parse_json(raw)
    except ValueError as error:
        raise ApiError(errors.NOT_JSON, f"is no JSON: {str(error)[:80]}", "body") from None


class Dispatcher:
    """Runs requests against a table of methods."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self.methods = methods

    async def handle(self, raw: bytes | str, allow: Callable[[int], bool]) -> Any:
        """The answer to one message: an envelope, a list of them, or None when nothing is to be answered.

        `allow(number of requests)` is asked before anything runs.
        """
        try:
            message = parse_json(raw)
        except ApiError as error:
            return failure(None, error)
        if not allow(len(message) if isinstance(message, list) else 1):
            return failure(_id_of(message), ApiError(errors.TOO_MANY, "too many requests"))
        if not isinstance(message, list):
            return await self._one(message)
        if not message or len(message) > MAX_BATCH:
            return failure(None, ApiError(errors.NOT_A_REQUEST, f"a batch has 1 to {MAX_BATCH} requests", "body"))
        answers = await asyncio.gather(*(self._one(item) for item in message))  # begun in order
        return [answer for answer in answers if answer is not None] or None

    async def _one(self, request: Any) -> dict[str, Any] | None:
        request_id, wants_answer = None, True
        try:
            method, request_id, wants_answer = self._check(request)
            result = await method.call(*method.bind(request.get("params")))
            answer = {"jsonrpc": "2.0", "id": request_id, "result": result}
        except ApiError as error:
            answer = failure(_id_of(request), error)
        except Exception:
            log.exception("request_failed")
            answer = failure(_id_of(request), ApiError(errors.INTERNAL, "internal error"))
        return answer if wants_answer else None

    def _check(self, request: Any) -> tuple[Method, Any, bool]:
        if not isinstance(request, dict):
            raise ApiError(errors.NOT_A_REQUEST, "must be an object", "request")
        if request.get("jsonrpc") != "2.0":
            raise ApiError(errors.NOT_A_REQUEST, "must be 2.0", "jsonrpc")
        if not isinstance(request.get("id"), str | int | None) or isinstance(request.get("id"), bool):
            raise ApiError(errors.NOT_A_REQUEST, "must be a string, an integer or null", "id")
        name = request.get("method")
        if not isinstance(name, str):
            raise ApiError(errors.NOT_A_REQUEST, "must be a string", "method")
        if name not in self.methods:
            raise ApiError(errors.NO_METHOD, f"{name[:60]!r} does not exist", "method")
        return self.methods[name], request.get("id"), "id" in request


def _id_of(request: Any) -> Any:
    found = request.get("id") if isinstance(request, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def failure(request_id: Any, error: ApiError) -> dict[str, Any]:
    """The envelope of an error."""
    return {"jsonrpc": "2.0", "id": request_id, "error": error.to_json()}


def as_int(limit: int, code: int = errors.BAD_PARAMS, low: int = 0) -> Callable[[str, Any], int]:
    """Parser of an integer low..limit-1; `code` answers what is out of range."""

    def parse(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ApiError(errors.BAD_PARAMS, "must be an integer", name)
        if not low <= value < limit:
            raise ApiError(code, f"must be at least {low} and below {limit}", name)
        return value

    return parse


def as_bool(name: str, value: Any) -> bool:
    """Parser of true or false."""
    if not isinstance(value, bool):
        raise ApiError(errors.BAD_PARAMS, "must be true or false", name)
    return value


def as_hash(name: str, value: Any) -> bytes:
    """Parser of 0x and 64 hexadecimal digits."""
    if not isinstance(value, str) or len(value) != 66 or not value.startswith("0x"):
        raise ApiError(errors.BAD_PARAMS, "must be 0x and 64 hexadecimal digits", name)
    try:
        return bytes.fromhex(value[2:])
    except ValueError:
        raise ApiError(errors.BAD_PARAMS, "must be 0x and 64 hexadecimal digits", name) from None


def as_choice(*choices: str) -> Callable[[str, Any], str]:
    """Parser of one of some words."""

    def parse(name: str, value: Any) -> str:
        if value not in choices or not isinstance(value, str):
            raise ApiError(errors.BAD_PARAMS, f"must be one of {', '.join(choices)}", name)
        return value

    return parse


def anything(_: str, value: Any) -> Any:
    """No parsing here: the method looks at the value itself."""
    return value


Methods = dict[str, Method]
Params = Sequence[Param]
