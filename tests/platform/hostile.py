"""Requests that nobody in his right mind sends, made from what a service says of itself: its OpenAPI document.

Every parameter and every field of every body is replaced by every hostile value, one at a time; whole bodies too.
"""

from __future__ import annotations

import base64
import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI

from shared.http.operators import HEALTH
from shared.pages import Keyset

Json = Any
TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "x" * 6000,
    "-1",
    "0",
    str(2**31),
    str(2**63),
    "9" * 5000,
    "1e400",
    "NaN",
    "٣",
    "²",
    "0001-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31",
    "9999-12-31T23:59:59-14:00",
    "-000001-01-01T00:00:00Z",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "../../etc/passwd",
    "%00",
    "%s%n{}{0}",
    "'; DROP TABLE dossier; --",
    "\u202e\u0000\ufeff\uffff",
    "🙈" * 50,
    "S-7K3MQ-9XD4T\n",
)
NUMBERS = (-1, 0, 2**31 - 1, 2**31, 2**63, 10**400, -(10**400), 1e308, -0.0, float("nan"), float("inf"))
NESTED: tuple[Json, ...] = ([], {}, [[]], {"": None}, [None] * 3000, {str(n): n for n in range(3000)}, [{"\0": "\0"}])
VALUES: tuple[Json, ...] = (None, True, *NUMBERS, *NESTED, *TEXTS)
DEEP = ("[" * 90_000, '{"a":' * 30_000, "[" * 40_000 + "]" * 40_000, '{"a":' * 900 + "1" + "}" * 900)
RAW = (
    b"",
    b"\xff\xfe",
    b"\x00",
    b"null",
    b"[]",
    b'"text"',
    b"1" * 5000,
    b'{"a":1,"a":2}',
    *(one.encode() for one in DEEP),
)
TOKENS = (
    b"Bearer " + b"a" * 60_000,
    b"Bearer \xff\xfe\x00",
    b"Bearer a.b.c",
    b"Bearer ...",
    b"Bearer e30.e30.e30",
    *(
        b"Bearer " + b".".join(base64.urlsafe_b64encode(one.encode()).rstrip(b"=") for one in parts)
        for deep in (
            *DEEP,
            '{"cert":' + "[" * 900 + "]" * 900 + "}",
            '{"cert":{"a":1}}',
            '{"cert":"a.b.c","iat":1e400}',
        )
        for parts in ((deep, "{}", "x"), ("{}", deep, "x"), ("{}", "{}", deep))
    ),
)
ODD_HEADERS = (
    "X-Purpose",
    "Idempotency-Key",
    "Content-Type",
    "Accept",
    "traceparent",
    "X-Forwarded-For",
    "Cookie",
    "Host",
)
USUAL = "as usual"
_UUID = "11111111-1111-4111-8111-111111111111"


@dataclass
class Sent:
    """One request. `says`: what is odd about it, for the message of a test that fails."""

    method: str
    path: str
    says: str
    query: str = ""
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes = b""


Bodies = dict[str, list[Json]]
"""By the path of an address, bodies that it accepts."""


def requests(app: FastAPI, bodies: Bodies, one_in: int = 1) -> Iterator[Sent]:
    """Every hostile request to every address of `app`: what writes first, so that what reads meets what was written.

    `one_in`: of the values for one place only so many are tried, at each place others, so that each is tried somewhere.
    What is not attacked of a path stands there as `{number}`; the test says which. Raises KeyError for an address that
    takes a body and has none in `bodies`.
    """
    service = app.state.platform.name
    found = [(method, path, one) for path, of in app.openapi()["paths"].items() for method, one in of.items()]
    for method, path, operation in sorted(found, key=lambda one: one[0] != "post"):
        yield from _some(_of_one(service, method.upper(), f"/v1{path}", operation, bodies), one_in)
    for path in HEALTH:
        yield from _of_one(service, "GET", path, {}, bodies)


def _some(found: Iterator[Sent], one_in: int) -> Iterator[Sent]:
    """All that is as usual, and of the rest one in so many."""
    # The number of values for a place and `one_in` have no factor in common, so that the next place has its next ones.
    return (one for n, one in enumerate(found) if one.says == USUAL or n % one_in == 0)


def _of_one(service: str, method: str, path: str, operation: Json, bodies: Bodies) -> Iterator[Sent]:
    inside = {one["name"]: one["in"] for one in operation.get("parameters", [])}
    kind = next((one.encode() for one in operation.get("requestBody", {}).get("content", {})), b"")
    fine = Sent(method, path, USUAL, headers={"X-Purpose": b"weging"})
    if kind:
        fine.headers["Content-Type"] = kind
        for usual in bodies[path.removeprefix("/v1")]:
            for says, body in _bodies(usual, kind):
                yield _changed(fine, says=says, body=body)
        fine.body = _written(bodies[path.removeprefix("/v1")][0], kind)
    yield fine
    for name, where in inside.items():
        for text in TEXTS:
            yield from _with(fine, name, where, text)
    if "cursor" in inside:
        for cursor in _cursors(service):
            yield _changed(fine, says=f"cursor {cursor}", query=urlencode({"cursor": cursor}))
    for header in ODD_HEADERS:
        for value in (b"", b"\xff\xfe", b"x" * 9000, b"application/json; charset=utf-7"):
            yield _changed(fine, says=f"{header} {value[:40]!r}", headers=fine.headers | {header: value})
    yield _changed(fine, method="PATCH", says="another method")


def _with(fine: Sent, name: str, where: str, text: str) -> Iterator[Sent]:
    encoded = text.encode("utf-8", "surrogatepass")
    says = f"{name} {text[:40]!r}"
    if where == "path":
        path = fine.path.replace(f"{{{name}}}", quote(encoded, safe=""))
        yield _changed(fine, says=says, path=path)
    elif where == "query":
        yield _changed(fine, says=says, query=f"{quote(name)}={quote(encoded, safe='')}")
    else:
        yield _changed(fine, says=says, headers=fine.headers | {name: encoded})


def _bodies(usual: Json, kind: bytes) -> Iterator[tuple[str, bytes]]:
    yield USUAL, _written(usual, kind)
    for place in _places(usual):
        for value in VALUES:
            yield f"{'.'.join(map(str, place))} = {repr(value)[:40]}", _written(_replaced(usual, place, value), kind)
    if kind == b"application/json":
        for deep in DEEP:
            for place in _places(usual):
                text = json.dumps(_replaced(usual, place, "HERE")).replace('"HERE"', deep)
                yield f"{'.'.join(map(str, place))} is deep", text.encode()
        yield "an unknown field", _written(usual | {"\0": "\ud800"}, kind)
    for raw in RAW:
        yield f"all of it {raw[:20]!r}", raw


def _places(value: Json, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*here, key)
        yield from _places(one, (*here, key))


def _replaced(value: Json, place: tuple[Any, ...], new: Json) -> Json:
    if not place:
        return new
    found = dict(value) if isinstance(value, dict) else list(value)
    found[place[0]] = _replaced(value[place[0]], place[1:], new)
    return found


def _written(value: Json, kind: bytes) -> bytes:
    if kind == b"application/json":
        return json.dumps(value).encode()
    pairs = {name: one if isinstance(one, str) else json.dumps(one) for name, one in value.items()}
    return urlencode({name: one.encode("utf-8", "surrogatepass") for name, one in pairs.items()}).encode()


def _lists(service: str) -> list[Keyset]:
    """The orders of the lists that a service has."""
    ours = [one for name, one in sys.modules.items() if name.startswith((f"services.{service}.", "shared.engine."))]
    named = [one for module in ours for one in vars(module).values()]
    named += [one for kind in named if isinstance(kind, type) for one in vars(kind).values()]
    return list({id(one): one for one in named if isinstance(one, Keyset)}.values())


def _cursors(service: str) -> Iterator[str]:
    """Cursors of every list of a service, with hostile values in the place of its keys."""
    odd: list[Json] = [*NUMBERS, None, [], {}, *(one for one in TEXTS if len(one) < 60)]
    nearly = ("2026-11-25T12:00:00+00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1, _UUID)
    for keyset in _lists(service):
        count = len(keyset._columns)
        keys: list[Json] = [[value] * count for value in odd]
        if count < 3:
            keys += itertools.product(nearly, repeat=count)
        for key in keys:
            yield base64.urlsafe_b64encode(json.dumps([keyset._name, *key]).encode()).decode().rstrip("=")
    yield from ("", "=", "%%%", "W10", "bnVsbA", base64.urlsafe_b64encode(b"[" * 250).decode(), "x" * 5000, "é")


def _changed(fine: Sent, **more: Any) -> Sent:
    return Sent(**(vars(fine) | more))
