"""Sealed letters: how anything gets into a room.

The sender seals locally with the addressee's public letterbox key (compact JWE, RSA-OAEP-256 and A256GCM)
and needs no right in the addressee's room. Only the addressee can open, through OpenBao.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe
from joserfc.jwk import RSAKey
from pydantic import BaseModel, ValidationError

from shared.batch import Batcher
from shared.contracts.common import Letter
from shared.errors import CannotSucceed, PartDown
from shared.openbao import BaoError, BaoRefused, OpenBao
from shared.privileges import BY_NAME

# RSA-OAEP-256 is not among the library's recommended algorithms, so it is named.
SEALING_ALGORITHMS = ["RSA-OAEP-256", "A256GCM"]
_KID = re.compile(r"^(?P<service>[a-z][a-z-]*)\.(?P<box>\d{8}-[0-9a-f]{8})$")
_keys: dict[str, RSAKey] = {}
_Content = TypeVar("_Content", bound=BaseModel)


def new_kid(service: str, day: date) -> str:
    """The name of a new letterbox key: whose, for which day, and something random."""
    return f"{service}.{day:%Y%m%d}-{secrets.token_hex(4)}"


def split_kid(kid: str) -> tuple[str, str]:
    """Owner and key name in the owner's letterbox mount; raises CannotSucceed for anything else.

    Strict, because the name becomes part of a path: `x.1/../y` would reach another key.
    """
    found = _KID.match(kid)
    if found is None or found["service"] not in BY_NAME:
        raise CannotSucceed("a letter names a key that no letterbox has")
    return found["service"], found["box"]


def seal(content: bytes, kid: str, public_pem: str) -> str:
    """Seal `content`; the result is ASCII and about 1.4 times as long."""
    key = _keys.get(public_pem)
    if key is None:
        key = _keys[public_pem] = RSAKey.import_key(public_pem)
    header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid}
    return jwe.encrypt_compact(header, content, key, algorithms=SEALING_ALGORITHMS)


def kid_of(letter: str) -> str:
    """The letterbox key that `letter` was sealed with; raises CannotSucceed when it is no letter."""
    return str(_header(letter).get("kid", ""))


def _header(letter: str) -> dict[str, Any]:
    try:
        header = json.loads(_bytes(letter.split(".")[0]))
    except (ValueError, RecursionError) as problem:
        raise CannotSucceed("this is not a letter") from problem
    if not isinstance(header, dict) or header.get("alg") != "RSA-OAEP-256" or header.get("enc") != "A256GCM":
        raise CannotSucceed("this is not a letter")
    return header


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class Opener:
    """Opens letters to `service`, through OpenBao; letters that come together are opened in one call."""

    def __init__(self, bao: OpenBao, service: str) -> None:
        self._bao = bao
        self._service = BY_NAME[service]
        self._unwrap: Batcher[tuple[str, str], bytes] = Batcher(self._unwrap_all, most=8)

    async def open(self, letter: str) -> bytes:
        """The content of `letter`.

        Raises CannotSucceed when it is for somebody else, was altered, or its key is gone; PartDown when
        OpenBao is away.
        """
        owner, box = split_kid(str(_header(letter).get("kid", "")))
        if owner != self._service.name:
            raise CannotSucceed("this letter is for another service")
        try:
            protected, wrapped, nonce, ciphertext, tag = letter.split(".")
            key = await self._unwrap((box, "vault:v1:" + base64.b64encode(_bytes(wrapped)).decode()))
            return AESGCM(key).decrypt(_bytes(nonce), _bytes(ciphertext) + _bytes(tag), protected.encode())
        except (BaoError, InvalidTag, ValueError) as problem:
            raise CannotSucceed("this letter cannot be opened") from problem

    async def content(self, letter: Letter, kind: type[_Content]) -> tuple[_Content, str, str]:
        """Open a letter of one part: its content, its word, and the letterbox key that carried it; raises as `open`."""
        if len(letter.letters) != 1:
            raise CannotSucceed("a letter of this kind has one part")
        text = letter.letters[0]
        try:
            opened = json.loads(await self.open(text))
            return kind.model_validate(opened["content"]), str(opened["word"]), kid_of(text)
        except (ValidationError, KeyError, TypeError, ValueError) as problem:
            raise CannotSucceed("the content of a letter is not what its kind says") from problem

    async def _unwrap_all(self, wanted: Sequence[tuple[str, str]]) -> list[bytes | Exception]:
        """The content keys of several letters; OpenBao refuses a batch for one bad item, so then one by one."""
        boxes = {box for box, _ in wanted}
        if len(wanted) > 1 and len(boxes) == 1:
            with contextlib.suppress(BaoError, KeyError):
                items = [{"ciphertext": wrapped} for _, wrapped in wanted]
                answer = await self._call(boxes.pop(), {"batch_input": items})
                return [base64.b64decode(one["plaintext"]) for one in answer["batch_results"]]
        return list(await asyncio.gather(*(self._unwrap_one(*one) for one in wanted)))

    async def _unwrap_one(self, box: str, wrapped: str) -> bytes | Exception:
        try:
            return base64.b64decode((await self._call(box, {"ciphertext": wrapped}))["plaintext"])
        except (BaoError, BaoRefused, PartDown) as problem:
            return problem

    async def _call(self, box: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._bao.call("POST", f"{self._service.letterbox}/decrypt/{box}", body)
        return dict(answer["data"])
