"""A log of which nothing can be changed or cut unseen: the Merkle tree of RFC 6962 and its signed checkpoints.

A checkpoint is a few lines of text (C2SP tlog-checkpoint, a C2SP signed note): whose log, how many entries, the root
over them, and an Ed25519 signature. Whoever keeps them outside every database can tell later, with the entries alone
(`check`) or with a few hashes (`verify_consistency`), that nothing before them was changed or cut.
Hashes are 32 bytes of SHA-256. Nothing here reads or writes anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.errors import MeldpuntError

EMPTY = hashlib.sha256(b"").digest()
ED25519 = b"\x01"
"""What a signed note calls this kind of key."""
KEY_ID = 4


class NotConsistent(MeldpuntError):
    """What is shown is no log that begins with what was signed."""


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

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []

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


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    at = _split(len(leaves))
    return node(root_of(leaves[:at]), root_of(leaves[at:]))


def consistency(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """The hashes that prove that the first `size` (1 up to all) of these leaf hashes are what they were (RFC 6962, 2.1.2)."""
    if not 0 < size <= len(leaves):
        raise ValueError(size)
    return _subproof(leaves, size, known=True)


def _subproof(leaves: Sequence[bytes], size: int, *, known: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if known else [root_of(leaves)]
    at = _split(len(leaves))
    if size <= at:
        return [*_subproof(leaves[:at], size, known=known), root_of(leaves[at:])]
    return [*_subproof(leaves[at:], size - at, known=False), root_of(leaves[:at])]


def _split(size: int) -> int:
    """The largest power of two below `size`, which is at least 2."""
    return int(1 << (size - 1).bit_length() - 1)


@dataclass(frozen=True)
class Checkpoint:
    """`size` entries of the log `origin` have `root`."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def verify_consistency(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raises NotConsistent unless `proof` shows that the log of `new` begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if old.origin != new.origin or not 0 < old.size <= new.size:
        raise NotConsistent
    if old.size == new.size:
        if proof or old.root != new.root:
            raise NotConsistent
        return
    left = list(proof) if old.size & (old.size - 1) else [old.root, *proof]
    if not left:
        raise NotConsistent
    first, last = old.size - 1, new.size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    before = after = left[0]
    for one in left[1:]:
        if last == 0:
            raise NotConsistent
        if first & 1 or first == last:
            before, after = node(one, before), node(one, after)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            after = node(after, one)
        first, last = first >> 1, last >> 1
    if last or before != old.root or after != new.root:
        raise NotConsistent


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The checkpoint as a signed note, under the name of its origin."""
    signature = _key_id(checkpoint.origin, key.public_key()) + key.sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n\u2014 {checkpoint.origin} {base64.b64encode(signature).decode()}\n"


def opened(note: str, origin: str, key: Ed25519PublicKey) -> Checkpoint:
    """The checkpoint of `origin` that `key` signed; signatures of others beside it are passed by. Raises NotACheckpoint."""
    text, between, signatures = note.rpartition("\n\n")
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


def check(entries: Iterable[bytes], checkpoints: Iterable[Checkpoint]) -> Checkpoint | None:
    """The first checkpoint that does not hold for `entries`: something before it was changed or cut. None: all hold."""
    tree, left = Tree(), iter(entries)
    for checkpoint in sorted(checkpoints, key=lambda one: one.size):
        while tree.size < checkpoint.size:
            entry = next(left, None)
            if entry is None:
                return checkpoint
            tree.add(entry)
        if tree.size != checkpoint.size or tree.root != checkpoint.root:
            return checkpoint
    return None
