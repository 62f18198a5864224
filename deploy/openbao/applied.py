"""Which version of this was set up last, kept in OpenBao beside the rights that it made: nobody but the set-up reads it.

The set-up of an older version would take rights away from a newer one that runs beside it, so it refuses, until it is told to go back.
"""

from __future__ import annotations

import re

import hvac
from hvac.exceptions import InvalidPath

APPLIED = "kv/data/set-up"
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class NewerIsThere(Exception):
    """A newer version was set up here; nothing was changed."""

    def __init__(self, newer: str, own: str) -> None:
        super().__init__(
            f"{newer} was set up here last, and this is {own}: its set-up would take rights away from what runs of {newer}, so nothing"
            f" was changed. To run {own} beside it or after it, leave the set-up out; when nothing of {newer} runs any more, and is not"
            " to, give --go-back"
        )


def claim(bao: hvac.Client, own: str, *, back: bool = False) -> None:
    """Say that `own` is set up here from now on, before anything of it is done: what stops half-way has given rights already.

    Raises NewerIsThere, unless told to go `back`, and hvac's InvalidRequest when another set-up said so at the same moment. Where OpenBao
    is empty there is nowhere to say it yet, and nothing to take away: it is said again afterwards.
    """
    if "kv/" not in bao.sys.list_mounted_secrets_engines()["data"]:
        return
    last, written = _last(bao)
    if last is not None and not back and _is_newer(last, own):
        raise NewerIsThere(last, own)
    if last != own:
        bao.write_data(APPLIED, data={"options": {"cas": written}, "data": {"version": own}})


def _last(bao: hvac.Client) -> tuple[str | None, int]:
    """The version that was set up last, and how often one was written. None where none was, or where it was deleted: whoever may do
    that may give himself every right."""
    try:
        return str(bao.read(APPLIED)["data"]["data"].get("version", "")), _written(bao)
    except (InvalidPath, TypeError, AttributeError):
        return None, _written(bao)


def _written(bao: hvac.Client) -> int:
    try:
        return int(bao.read(APPLIED.replace("/data/", "/metadata/"))["data"]["current_version"])
    except (InvalidPath, TypeError):
        return 0


def _is_newer(last: str, own: str) -> bool:
    """What is called in a way that is not known here is newer than that."""
    return _VERSION.fullmatch(last) is None or _numbers(last) > _numbers(own)


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version} is no version")
    return tuple(map(int, found.groups()))
