"""A log of which nothing can be changed or cut unseen: the Merkle tree of RFC 6962 and its signed checkpoints.

A checkpoint is a few lines of text (C2SP tlog-checkpoint, a C2SP signed note): whose log, how many entries, the root
over them, and an Ed25519 signature. Whoever keeps them outside every database can tell later, with the entries alone
(`Witnessed`), that nothing before them was changed or cut.
Hashes are 32 bytes of SHA-256. Nothing here reads or writes anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.errors import MeldpuntError

EMPTY = hashlib.sha256(b"").digest()
ED25519 = b"\x01"
"""What a signed note calls this kind of key."""
KEY_ID = 4


class NotACheckpoint(MeldpuntError):
    """It has not the form of a checkpoint, or nobody whom we know signed it."""


def leaf(entry: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of what two hashes stand for."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over the entries so far, of which only the whole subtrees are kept: one hash per bit of its size."""

    def __init__(self, size: int = 0, whole: Sequence[bytes] = ()) -> None:
        """Empty, or over `size` entries of which only what `whole` gave is still known. Raises ValueError for a number of
        subtrees that no tree of that size has."""
        if size.bit_count() != len(whole):
            raise ValueError(f"{len(whole)} subtrees are not those of {size} entries")
        self.size = size
        self._whole = list(whole)

    @property
    def whole(self) -> tuple[bytes, ...]:
        """Its whole subtrees, the largest first: all that has to be kept of the entries for the tree to go on."""
        return tuple(self._whole)

    def add(self, entry: bytes) -> None:
        found, rest = leaf(entry), self.size
        while rest & 1:
            found, rest = node(self._whole.pop(), found), rest >> 1
        self._whole.append(found)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self._whole:
            return EMPTY
        found = self._whole[-1]
        for left in reversed(self._whole[:-1]):
            found = node(left, found)
        return found


class Witnessed(Tree):
    """A tree that is compared with what was noted of it: by the number of entries the root."""

    def __init__(self, noted: Mapping[int, bytes], size: int = 0, whole: Sequence[bytes] = ()) -> None:
        super().__init__(size, whole)
        self._noted = noted

    @property
    def holds(self) -> bool:
        """Whether the root is the noted one, where one of so many entries was noted."""
        return self.size not in self._noted or self._noted[self.size] == self.root

    @property
    def is_cut(self) -> bool:
        """Whether more entries were noted than there are."""
        return self.size < max(self._noted, default=0)


@dataclass(frozen=True)
class Checkpoint:
    """`size` entries of the log `origin` have `root`."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def note(checkpoint: Checkpoint, key: Ed25519PublicKey, signature: bytes) -> str:
    """The checkpoint as a signed note, under the name of its origin; `signature` is that of `key` over its text."""
    signed = base64.b64encode(_key_id(checkpoint.origin, key) + signature).decode()
    return f"{checkpoint.text}\n\u2014 {checkpoint.origin} {signed}\n"


def opened(signed: str, origin: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint of `origin` that `key` signed; signatures of others beside it are passed by. Raises NotACheckpoint."""
    text, between, signatures = signed.rpartition("\n\n")
    lines = text.split("\n")
    if not between or len(lines) < 3 or lines[0] != origin:
        raise NotACheckpoint
    known, name = _key_id(origin, key), f"\u2014 {origin} "
    for line in signatures.splitlines():
        try:
            found = base64.b64decode(line.removeprefix(name), validate=True) if line.startswith(name) else b""
            if found[:KEY_ID] != known:
                continue
            key.verify(found[KEY_ID:], f"{text}\n".encode())
            checkpoint = Checkpoint(origin, int(lines[1]), base64.b64decode(lines[2], validate=True))
        except (ValueError, InvalidSignature) as problem:
            raise NotACheckpoint from problem
        if not f"{text}\n".startswith(checkpoint.text):
            raise NotACheckpoint
        return checkpoint
    raise NotACheckpoint


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key.public_bytes_raw()).digest()[:KEY_ID]
