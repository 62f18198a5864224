"""Rooms, archives and letterboxes in OpenBao's transit engine.

Every item is one JSON document, encrypted with associated data that says where it belongs, so that a
ciphertext cannot be moved to another signal, item or version, nor be taken for another category.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from shared.errors import CannotSucceed
from shared.openbao import KEY_ABSENT, LOCKED, TIMEOUT_SECONDS, BaoError, OpenBao

BATCH = 249  # OpenBao takes at most 1,000 JSON strings per request, four per item with associated data

# OpenBao 2.7's exact answers; nothing less counts as gone. `tests/platform/test_openbao.py` asks it for each.
ALTERED = "cipher: message authentication failed"
NO_CIPHERTEXT = ("invalid ciphertext: no prefix", "invalid ciphertext length", "invalid ciphertext: version is too new")


def gone_at_config(key: str) -> str:
    """What OpenBao says when the configuration of an absent key is changed."""
    return f"no existing key named {key} could be found"


def gone_at_delete(key: str) -> str:
    """What OpenBao says when an absent key is deleted."""
    return f"error deleting policy {key}: could not delete key; not found"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def key_name(made_for: UUID, mount: str) -> str:
    """A name for the key that `made_for` (a random id) leads to.

    The same id gives the same name, so that a message handled again after a crash finds its key instead
    of leaving an orphan behind; nobody who does not know the id can guess it.
    """
    return hashlib.sha256(f"{mount}/{made_for}".encode()).hexdigest()[:40]


def moved_by(closing: UUID) -> UUID:
    """The id of the clock's move of a case that the decision `closing` closed: who knows that, knows its keys."""
    return uuid5(closing, "move-case")


@dataclass(frozen=True)
class Place:
    """What an item's ciphertext is bound to; in an archive without its category, which is nobody's to know there."""

    mount: str
    number: str
    item: str
    version: int
    category: str = ""

    @property
    def associated_data(self) -> str:
        return _b64(f"{self.mount}|{self.number}|{self.item}|{self.version}|{self.category}".encode())


class Transit:
    """One transit mount, as far as the service's policy permits."""

    def __init__(self, bao: OpenBao, mount: str) -> None:
        self.bao = bao
        self.mount = mount

    async def make(self, key: str, key_type: str = "aes256-gcm96", *, seconds: float = TIMEOUT_SECONDS) -> None:
        """Make `key`, within so many `seconds`; one that exists already is left as it is."""
        await self.bao.call("POST", f"{self.mount}/keys/{key}", {"type": key_type}, seconds=seconds)

    async def encrypt(self, key: str, items: Sequence[tuple[Place, bytes]]) -> list[str]:
        """Ciphertexts in the order of `items`; raises BaoError when the key is locked, BaoRefused when it is not there."""
        found: list[str] = []
        for start in range(0, len(items), BATCH):
            batch = [
                {"plaintext": _b64(data), "associated_data": place.associated_data}
                for place, data in items[start : start + BATCH]
            ]
            answer = await self.bao.call("POST", f"{self.mount}/encrypt/{key}", {"batch_input": batch})
            found += [result["ciphertext"] for result in answer["data"]["batch_results"]]
        return found

    async def decrypt(self, key: str, items: Sequence[tuple[Place, str]]) -> list[bytes]:
        """Plaintexts in the order of `items`.

        Raises CannotSucceed when the key is locked or gone, or a ciphertext does not belong where it lies.
        """
        found: list[bytes] = []
        for start in range(0, len(items), BATCH):
            batch = [
                {"ciphertext": ciphertext, "associated_data": place.associated_data}
                for place, ciphertext in items[start : start + BATCH]
            ]
            try:
                answer = await self.bao.call("POST", f"{self.mount}/decrypt/{key}", {"batch_input": batch})
            except BaoError as problem:
                if problem.is_only(KEY_ABSENT, LOCKED, ALTERED, *NO_CIPHERTEXT):
                    raise CannotSucceed("this cannot be decrypted any more") from problem
                raise
            found += [base64.b64decode(result["plaintext"]) for result in answer["data"]["batch_results"]]
        return found

    async def lock(self, key: str) -> None:
        """Soft-delete: the key opens nothing from now on; only break-glass brings it back. One that is gone is fine."""
        await self.bao.call("DELETE", f"{self.mount}/keys/{key}/soft-delete")

    async def allow_deletion(self, key: str) -> None:
        """The owner's hand of the two that destroying takes. A key that is gone is fine."""
        try:
            await self.bao.call("POST", f"{self.mount}/keys/{key}/config", {"deletion_allowed": True})
        except BaoError as problem:
            if not problem.is_only(gone_at_config(key)):
                raise

    async def delete(self, key: str) -> None:
        """Retention's hand; raises BaoError until the owner has allowed it. A key that is gone is fine."""
        try:
            await self.bao.call("DELETE", f"{self.mount}/keys/{key}")
        except BaoError as problem:
            if not problem.is_only(gone_at_delete(key)):
                raise
