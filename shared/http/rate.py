"""A bounded rate that stores no address: buckets in memory, keyed by a hash whose salt changes every minute.

Of several processes each has its share of it, so that together they let no more through, and none has to ask another: an
address, or what was made of one, leaves the memory of no process.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from shared.errors import TooMany


class Rate:
    """At most `per_minute` in a minute for everybody together, and a quarter of that for one visitor.

    `shared_by`: how many processes there are. Who always comes to the same one has the share of that one only.
    """

    def __init__(self, per_minute: int, shared_by: Callable[[], int] = lambda: 1) -> None:
        self._per_minute = per_minute
        self._shared_by = shared_by
        self._minute = -1
        self._salt = b""
        self._all = 0
        self._each: dict[bytes, int] = {}

    def take(self, visitor: Request) -> None:
        """Count one request of whoever sent it; raises TooMany."""
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._salt, self._all, self._each = minute, secrets.token_bytes(16), 0, {}
        share = self._per_minute / max(1, self._shared_by())
        key = hashlib.blake2b(_address(visitor).encode(), key=self._salt, digest_size=8).digest()
        self._each[key] = self._each.get(key, 0) + 1
        if self._each[key] > max(1, int(share / 4)):
            # What he asks beyond his share takes nothing from the others'.
            raise TooMany
        self._all += 1
        if self._all > max(1, int(share)):
            raise TooMany


def _address(visitor: Request) -> str:
    """Where it came from; of IPv6 the network, since one visitor has all of its addresses."""
    said = visitor.client.host if visitor.client else ""
    try:
        found = ip_address(said)
    except ValueError:
        return said
    return found.exploded[:19] if isinstance(found, IPv6Address) and not found.ipv4_mapped else said
