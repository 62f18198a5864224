"""The key by which a signal is found again (mount `lookup`) gets a new version every year. Only the provisioner can do it.

A version stays while a hash of it is left: that of sealed signals until they are destroyed. Without its version a hash is
bytes that nobody can compare with anything.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import hvac

from shared.privileges import LOOKUP, LOOKUP_KEY

KEY = f"{LOOKUP}/keys/{LOOKUP_KEY}"
CHANGED = "kv/data/lookup-key"
"""When it was changed last: OpenBao does not say it of such a key."""


def renew(bao: hvac.Client, today: date, *, now: bool = False) -> int | None:
    """A new version when the newest is of an earlier year, or `now`; returns its number, None when there is no need. Of a key that
    is new this notes the year."""
    noted = bao.read(CHANGED)
    last = date.fromisoformat(noted["data"]["data"]["on"]) if noted else None
    if now or (last and last.year < today.year):
        bao.write(f"{KEY}/rotate")
    elif last:
        return None
    bao.write_data(CHANGED, data={"data": {"on": today.isoformat()}})
    return _newest(bao) if now or last else None


def _newest(bao: hvac.Client) -> int:
    return int(bao.read(KEY)["data"]["latest_version"])


def end_unused(bao: hvac.Client, used: Collection[int]) -> int:
    """End the versions before the oldest of `used`; returns the oldest that is left. The one before the newest stays: what
    was told under it may be on its way."""
    newest = _newest(bao)
    oldest = max(1, min({*used, newest - 1}))
    bao.write(f"{KEY}/config", min_decryption_version=oldest, min_encryption_version=oldest)
    if oldest > 1:
        bao.write(f"{KEY}/trim", min_available_version=oldest)
    return oldest
