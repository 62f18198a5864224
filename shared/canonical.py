"""One spelling of facts as bytes, for what is signed or has a MAC: the same facts give the same bytes, however they came.

A moment is written in UTC, a value of a database row as its JSON, keys in their order; so what was in memory before a
commit and what is read back afterwards are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID


def canonical(facts: Mapping[str, Any]) -> bytes:
    """`facts` as JSON in UTF-8: mappings, lists, text, numbers, dates, aware moments, ids and bytes' hex.

    Raises TypeError for anything else, and for a moment without a time zone.
    """
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def digest(facts: Mapping[str, Any]) -> str:
    """The SHA-256 in hex of `facts`: what a statement about rows holds."""
    return hashlib.sha256(canonical(facts)).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)
