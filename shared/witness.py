"""A witness outside every database: a folder that gets one signed note per chain and day, and is read before every next one.

It is small enough to be kept anywhere: in another's mailbox, on paper, on a disk that is written once. Who puts back
yesterday's rows, oversight's own signed checkpoint with them, cannot put back what lies there.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.keys.signing import certify_bytes, public_keys
from shared.openbao import OpenBao
from shared.transparency import Checkpoint, NotACheckpoint, note, opened

CUT_KIND = "meldpunt-audit-cut"
"""The kind of oversight's statement that the lines of a producer up to one had their term; its claims: `producer`, `seq`, `head`
(the chain's value there), `whole` (the subtrees over them, in hex), `through` (the moment of the last) and `madeAt`."""


def origin_of(producer: str) -> str:
    """The name of the log of one producer, as its notes carry it."""
    return f"meldpunt/audit/{producer}"


@dataclass
class Noted:
    """What a witness has of one chain: the root by the number of lines, and how many notes cannot be believed."""

    roots: dict[int, bytes] = field(default_factory=dict)
    unreadable: int = 0


def read(folder: Path, producer: str, keys: Sequence[str]) -> Noted:
    """The notes on one chain that one of `keys` (base64, Ed25519) signed; raises OSError for a folder that is not there or
    cannot be read: that is not the same as one without notes."""
    found = Noted()
    publics = [Ed25519PublicKey.from_public_bytes(base64.b64decode(key)) for key in keys]
    named = (one for one in sorted(os.listdir(folder)) if one.startswith(f"{producer}-") and one.endswith(".txt"))
    for file in map(folder.joinpath, named):
        checkpoint = _opened(file.read_text(errors="replace"), origin_of(producer), publics)
        if checkpoint is None or found.roots.setdefault(checkpoint.size, checkpoint.root) != checkpoint.root:
            found.unreadable += 1
    return found


def write(folder: Path, producer: str, size: int, text: str) -> None:
    """Add a note; raises OSError, also where there is no folder. One that is there already stays as it is."""
    file = folder / f"{producer}-{size:010}.txt"
    if not file.exists():
        unfinished = file.with_suffix(".new")
        unfinished.write_text(text)
        unfinished.rename(file)


async def signed_note(bao: OpenBao, checkpoint: Checkpoint) -> str:
    """The checkpoint signed with oversight's own key in OpenBao; raises PartDown."""
    text = checkpoint.text.encode()
    signature = await certify_bytes(bao, "oversight", text)
    for key in await public_keys(bao, "oversight"):
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
        try:
            public.verify(signature, text)
        except InvalidSignature:
            continue
        return note(checkpoint, public, signature)
    raise NotACheckpoint


def _opened(text: str, origin: str, keys: Sequence[Ed25519PublicKey]) -> Checkpoint | None:
    for key in keys:
        try:
            return opened(text, origin, key)
        except NotACheckpoint:
            continue
    return None
