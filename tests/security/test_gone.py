"""A destroyed key is gone from OpenBao's files once they were compacted, and nothing else is; whatever is killed meanwhile.

The attacker has the disk of OpenBao, the seal key, and an old copy of a database (see `carve`).
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.home import HouseError
from deploy.embedded.storage import STAMP, KeyStorage
from shared.clock import AMSTERDAM
from shared.keys.transit import Place
from tests.house import TestHouse, until
from tests.platform.real import RealParts
from tests.security.carve import carve, opened_with

JOOST = b"Joost Wilgenroos"
WORDS = b"Joost Wilgenroos, Kerkpad 5"
ROOM = "room-signal"
Secrets = dict[str, str]
"""Name of a key to what it encrypted."""


@pytest.fixture(scope="module")
def own_parts() -> Iterator[RealParts]:
    """An OpenBao that is stopped, copied and killed."""
    found = RealParts()
    yield found
    found.stop()


def encrypted(parts: RealParts, count: int) -> Secrets:
    """New keys, and a ciphertext of each as a copy of a database has it."""
    bao = parts.openbao.administrator
    made: Secrets = {}
    for _ in range(count):
        name = secrets.token_hex(16)
        bao.write(f"{ROOM}/keys/{name}", type="aes256-gcm96")
        answer = bao.write(f"{ROOM}/encrypt/{name}", plaintext=base64.b64encode(WORDS).decode())
        made[name] = answer["data"]["ciphertext"]
    return made


def destroy(parts: RealParts, keys: Secrets) -> None:
    for name in keys:
        parts.openbao.administrator.write(f"{ROOM}/keys/{name}/config", deletion_allowed=True)
        parts.openbao.administrator.delete(f"{ROOM}/keys/{name}")


def still_serves(parts: RealParts, keys: Secrets) -> bool:
    bao = parts.openbao.administrator
    opened = (bao.write(f"{ROOM}/decrypt/{name}", ciphertext=text)["data"]["plaintext"] for name, text in keys.items())
    return all(base64.b64decode(one) == WORDS for one in opened)


def read_by_attacker(parts: RealParts, keys: Secrets) -> set[str]:
    """Which of `keys` he finds, with what they had encrypted."""
    folder = parts.home.part("openbao")
    found = carve(folder, bytes.fromhex(parts.home.secret("openbao-seal-key")))
    return {name for name, text in keys.items() if opened_with(found, name, text) == WORDS}


def test_a_destroyed_key_is_in_the_files_until_they_are_compacted(own_parts: RealParts) -> None:
    gone, kept = encrypted(own_parts, 12), encrypted(own_parts, 12)
    destroy(own_parts, gone)
    own_parts.without_openbao(lambda: None)
    assert read_by_attacker(own_parts, gone), "OpenBao has deleted it, and a restart changes nothing"
    own_parts.without_openbao(own_parts.key_storage.compact)
    own_parts.key_storage.overwrite_old()
    assert read_by_attacker(own_parts, kept) == set(kept), "he still finds what is there"
    assert read_by_attacker(own_parts, gone) == set()
    assert not named_in(own_parts.key_storage.current, gone)
    assert still_serves(own_parts, kept)


def named_in(folder: Path, keys: Secrets) -> list[str]:
    data = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [name for name in keys if any(name.encode() in one for one in data)]


def killed_while_copying(storage: KeyStorage) -> None:
    """Its child, that copies, lives on for a moment: nothing may be touched meanwhile."""
    process = multiprocessing.get_context("spawn").Process(target=storage.compact)
    process.start()
    until(lambda: (storage.current.with_name("raft.new") / "vault.db").exists())
    process.kill()
    process.join()


def killed_between_the_renames(storage: KeyStorage) -> None:
    storage.compact()
    storage.current.rename(storage.current.with_name("raft.new"))


def killed_before_overwriting(storage: KeyStorage) -> None:
    storage.compact()


@pytest.mark.parametrize("killed", [killed_while_copying, killed_between_the_renames, killed_before_overwriting])
def test_a_kill_half_way_loses_nothing_and_leaves_nothing(
    own_parts: RealParts, killed: Callable[[KeyStorage], None]
) -> None:
    gone, kept = encrypted(own_parts, 6), encrypted(own_parts, 6)
    destroy(own_parts, gone)
    storage = own_parts.key_storage

    def killed_and_begun_again() -> None:
        killed(storage)
        storage.mend()

    own_parts.without_openbao(killed_and_begun_again)
    storage.overwrite_old()
    assert still_serves(own_parts, kept)
    assert [one.name for one in sorted(storage.current.parent.glob("raft*"))] == ["raft"]
    own_parts.without_openbao(storage.compact)
    storage.overwrite_old()
    assert still_serves(own_parts, kept)
    assert read_by_attacker(own_parts, gone) == set()


def test_what_is_overwritten_holds_nothing_any_more(own_parts: RealParts) -> None:
    """Another name of the same bytes, as the blocks of a disk that were let go."""
    kept = encrypted(own_parts, 3)
    storage = own_parts.key_storage
    blocks = own_parts.home.path / "blocks"
    blocks.hardlink_to(storage.current / "vault.db")
    own_parts.without_openbao(storage.compact)
    assert all(name.encode() in blocks.read_bytes() for name in kept)
    storage.overwrite_old()
    assert not any(blocks.read_bytes())
    assert still_serves(own_parts, kept)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ((24, 3, 0), (25, 2, 59), False),
        ((24, 3, 0), (25, 3, 0), True),
        ((24, 1, 0), (24, 2, 59), False),
        ((24, 1, 0), (24, 3, 0), True),
        ((24, 13, 0), (27, 1, 0), True),
        # The clock was wrong then.
        ((27, 3, 0), (24, 4, 0), True),
    ],
)
def test_it_is_done_every_night_or_as_soon_as_the_house_is_open_again(
    tmp_path: Path, last: tuple[int, int, int], now: tuple[int, int, int], due: bool
) -> None:
    storage = KeyStorage(tmp_path, "bao", 1)
    storage.mend()
    before, moment = (datetime(2026, 10, *one, tzinfo=AMSTERDAM) for one in (last, now))
    (storage.current / STAMP).write_text(before.isoformat())
    assert storage.is_due(moment, time(3)) is due
    assert not storage.is_due(moment, None)


@pytest.mark.parametrize("text", [None, "", "2026-10-"], ids=["none", "empty", "cut off"])
def test_where_nothing_says_when_it_is_due(tmp_path: Path, text: str | None) -> None:
    """As a kill leaves it, or a folder of before there were compactions."""
    storage = KeyStorage(tmp_path, "bao", 1)
    storage.current.mkdir()
    if text is not None:
        (storage.current / STAMP).write_text(text)
    storage.mend()
    assert storage.is_due(datetime(2026, 10, 24, tzinfo=AMSTERDAM), time(3))


def test_what_cannot_be_copied_stays_as_it_is(own_parts: RealParts) -> None:
    kept = encrypted(own_parts, 3)
    storage = own_parts.key_storage
    before = storage.compacted_at
    cannot = KeyStorage(storage.current.parent, "/bin/false", 1)
    with pytest.raises(HouseError, match="could not copy"):
        own_parts.without_openbao(cannot.compact)
    assert still_serves(own_parts, kept)
    assert storage.compacted_at == before
    assert [one.name for one in storage.current.parent.glob("raft*")] == ["raft"]


def test_the_old_one_stays_until_openbao_was_ready_with_the_new(own_parts: RealParts) -> None:
    """It may be all that there is: nothing that comes before overwrites it."""
    kept = encrypted(own_parts, 3)
    storage = own_parts.key_storage

    def twice() -> None:
        storage.compact()
        storage.mend()
        with pytest.raises(HouseError, match="not been ready"):
            storage.compact()

    own_parts.without_openbao(twice)
    old = (storage.current.with_name("raft.old") / "vault.db").read_bytes()
    assert all(name.encode() in old for name in kept)
    storage.overwrite_old()
    assert still_serves(own_parts, kept)


@pytest.mark.allowed("R-9.16")
@pytest.mark.refused("R-9.16")
def test_a_house_compacts_goes_on_and_a_destroyed_signal_is_gone(house: TestHouse) -> None:
    number = house.ended_signal()
    copied = copied_dossier(house, number)
    house.destroy_everything_due()
    house.declared(number)
    assert all(JOOST in one for one in read_from_copy(house, copied)), "declared, and still on the disk"
    before = house.compacted_at()
    assert house.meldpunt("compact").returncode == 0
    assert before < house.compacted_at()
    assert read_from_copy(house, copied) == []
    house.all_ready()
    other = house.ended_signal()
    copied = copied_dossier(house, other)
    assert read_from_copy(house, copied), "what is kept is still there"
    house.destroy_everything_due()
    house.declared(other)


def copied_dossier(house: TestHouse, number: str) -> list[dict[str, Any]]:
    """The archived report, as a copy of retention's database holds it."""
    found = house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]["dossier"]
    items = [one | {"number": number} for one in json.loads(found) if one["item"] == "report"]
    assert items
    return items


def read_from_copy(house: TestHouse, copied: list[dict[str, Any]]) -> list[bytes]:
    """What the attacker reads of it with OpenBao's files and the seal key."""
    found = carve(house.home.part("openbao"), bytes.fromhex(house.home.secret("openbao-seal-key")))
    opened = (opened_with(found, one["key"], one["ciphertext"], place_of(one)) for one in copied)
    return [one for one in opened if one]


def place_of(item: dict[str, Any]) -> bytes:
    place = Place(item["archive"], item["number"], item["item"], item["version"])
    return base64.b64decode(place.associated_data)
