"""Whose hand a mount of the privilege table is in: who reads there, makes keys there, and lets them be destroyed."""

from __future__ import annotations

from shared.privileges import BY_NAME, SERVICES


def reader_of(archive: str) -> str:
    """The one service that decrypts what lies in `archive`."""
    return next(service.name for service in SERVICES if archive in service.reads_archives)


def may_release(service: str, mount: str) -> bool:
    """Whether `service` is the hand that locks keys in `mount` and allows its deletion (design: two hands)."""
    row = BY_NAME.get(service)
    if row is None:
        return False
    return mount in row.released_mounts


def may_make(service: str, mount: str) -> bool:
    """Whether `service` makes keys of signals in `mount`: in its own room, and in the archives where it seals."""
    row = BY_NAME.get(service)
    return row is not None and mount in (row.room, *row.seals_archives)
