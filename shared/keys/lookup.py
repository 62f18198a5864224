"""Keyed hashes of things (shared/finding), by which a signal is found again without being read.

One HMAC key in OpenBao, which no service gets; its kind stands in what is hashed, so that a name never is an address. Who may
make hashes holds none of another's signals, and who keeps them all may make none. Every year the key gets a new version: what
is asked for is hashed under each that is in use.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.openbao import OpenBao
from shared.privileges import LOOKUP, LOOKUP_KEY

HASHES_AT_ONCE = 450
"""OpenBao takes at most 1,000 JSON strings per request, two per hash."""
_BYTES = 16
"""Of each hash so many count: two things share one by chance in no city."""


@dataclass(frozen=True)
class Hashed:
    """Hashes of one version of the key, in an order that says nothing."""

    version: int
    hashes: tuple[str, ...]


class Lookup:
    """Makes hashes, for a service that may."""

    def __init__(self, bao: OpenBao) -> None:
        self._bao = bao

    async def versions(self) -> range:
        """The versions of the key that are in use, the newest last. Raises PartDown."""
        found = (await self._bao.call("GET", f"{LOOKUP}/keys/{LOOKUP_KEY}"))["data"]
        first = max(1, found.get("min_decryption_version", 1), found.get("min_available_version", 1))
        return range(first, found["latest_version"] + 1)

    async def newest(self, forms: Iterable[str]) -> Hashed:
        """The hashes of `forms` under the newest version. Raises PartDown."""
        version = (await self.versions())[-1]
        found = await self._under(version, sorted(forms))
        return Hashed(version, tuple(sorted(found.values())))

    async def each(self, forms: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Of every form its hash under each version that is in use, the newest first. Raises PartDown."""
        ordered = sorted(forms)
        versions = [await self._under(one, ordered) for one in reversed(await self.versions())]
        return {form: tuple(found[form] for found in versions) for form in ordered}

    async def _under(self, version: int, forms: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(forms), HASHES_AT_ONCE):
            some = forms[start : start + HASHES_AT_ONCE]
            batch = [{"input": base64.b64encode(one.encode("utf-8", "surrogatepass")).decode()} for one in some]
            body = {"batch_input": batch, "key_version": version}
            answer = await self._bao.call("POST", f"{LOOKUP}/hmac/{LOOKUP_KEY}", body)
            results = answer["data"]["batch_results"]
            found |= {form: _short(one["hmac"], version) for form, one in zip(some, results, strict=True)}
        return found


def _short(hmac: str, version: int) -> str:
    """Of `vault:v3:…` the part that is kept; raises ValueError for what another version made."""
    head, _, value = hmac.rpartition(":")
    if head != f"vault:v{version}":
        raise ValueError("a hash of another version than was asked for")
    return base64.urlsafe_b64encode(base64.b64decode(value)[:_BYTES]).rstrip(b"=").decode()
