"""The attacker with OpenBao's files and its seal key: keys are carved out of raw bytes, also those that were deleted.

Nothing here knows how bbolt lays out its pages: an entry is its path and, right after it, what the barrier sealed. So it
is found in freed pages, in the raft log and in a file that was cut in two.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.security.search import files

UNSEAL = b"core/hsm/barrier-unseal-keys"
KEYRING = b"core/keyring"
# A transit key's entry: its name, what the raft log puts between, then term, version, nonce and ciphertext.
ENTRY = re.compile(rb"logical/[0-9a-f-]{36}/policy/([0-9a-zA-Z-]+?)(?:\x22.{1,3})?(\0\0\0[\x01-\x09]\x02)", re.DOTALL)
LONGEST = 1 << 14
Carved = dict[str, list[bytes]]
"""Name of a transit key to every material that was found of it."""


def carve(folder: Path, seal_key: bytes) -> Carved:
    """Every AES key of the transit engine in any file under `folder`."""
    raw = [file.read_bytes() for file in files(folder)]
    terms = next(keys for one in raw if (keys := _terms(one, seal_key)))
    found: Carved = {}
    for data in raw:
        for entry in ENTRY.finditer(data):
            policy = _opened(data[entry.start(2) : entry.start(2) + LONGEST], terms)
            for version in (policy or {}).get("keys", {}).values():
                if version["key"]:
                    found.setdefault(entry[1].decode(), []).append(base64.b64decode(version["key"]))
    return found


def opened_with(carved: Carved, key: str, ciphertext: str, associated_data: bytes | None = None) -> bytes | None:
    """What the ciphertext of OpenBao says, with what was carved of `key`; None when nothing opens it."""
    sealed = base64.b64decode(ciphertext.removeprefix("vault:v1:"))
    for material in carved.get(key, ()):
        try:
            return AESGCM(material).decrypt(sealed[:12], sealed[12:], associated_data)
        except InvalidTag:
            continue
    return None


def _terms(data: bytes, seal_key: bytes) -> dict[int, bytes]:
    """The barrier's keys by their term: the seal key opens the root key, that opens the keyring."""
    start = re.search(re.escape(UNSEAL) + rb"\n(.)", data, re.DOTALL)
    if start is None:
        return {}
    length = start[1][0]
    wrapped = data[start.end() : start.end() + length]
    nonce = data[start.end() + length + 2 : start.end() + length + 14]
    root = base64.b64decode(json.loads(AESGCM(seal_key).decrypt(nonce, wrapped, None))[0])
    for place in re.finditer(re.escape(KEYRING) + rb"(?=\0\0\0.\x02)", data, re.DOTALL):
        ring = _opened(data[place.end() : place.end() + LONGEST], {1: root})
        if ring:
            return {one["Term"]: base64.b64decode(one["Value"]) for one in ring["Keys"]}
    return {}


def _opened(blob: bytes, terms: dict[int, bytes]) -> dict[str, Any] | None:
    """The JSON that begins here; how long it is nobody says, so it is read as GCM's stream without its end."""
    key = terms.get(blob[3])
    if key is None:
        return None
    stream = Cipher(algorithms.AES(key), modes.CTR(blob[5:17] + b"\0\0\0\x02")).decryptor()
    try:
        found, _ = json.JSONDecoder().raw_decode(stream.update(blob[17:]).decode("latin-1"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
