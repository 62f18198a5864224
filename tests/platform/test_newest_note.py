"""Who looks what was destroyed asks which note is the newest, and misses none for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from shared import tombstones
from shared.errors import PartDown
from shared.openbao import LAST_TOMBSTONE, TOMBSTONE_NAMES, TOMBSTONES, OpenBao
from shared.tombstones import NotedDestructions, Unwritten
from tests.platform.conftest import BaoOf, PlatformOf
from tests.platform.real import Bao
from tests.platform.test_tombstones import NOON, a_number, destroyed, lose_notes

Answering = Callable[[str, Any], Awaitable[Any]]
"""What is made of an answer of OpenBao, by method and path."""
NEWEST, LIST = f"GET {LAST_TOMBSTONE}", f"LIST {TOMBSTONE_NAMES}"


class Overheard:
    """What somebody asks of OpenBao. `making`: of each answer; `unreached`: what does not get there."""

    def __init__(self, bao: OpenBao, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.making: Answering | None = None
        self.unreached = ""
        self._call = bao.call
        monkeypatch.setattr(bao, "call", self._overheard)

    async def _overheard(self, method: str, path: str, *rest: Any) -> Any:
        what = f"{method} {path}"
        self.asked.append(what)
        if what == self.unreached:
            raise PartDown("away")
        answer = await self._call(method, path, *rest)
        return await self.making(what, answer) if self.making else answer

    def since(self) -> list[str]:
        """What was asked since this was asked last."""
        found, self.asked = self.asked, []
        return found


@pytest.fixture
async def retention(platform_of: PlatformOf, openbao: Bao, tmp_path: Path) -> Unwritten:
    """One destruction has been noted, and no other."""
    found = await destroyed(platform_of, tmp_path / "of-retention", a_number())
    lose_notes(openbao)
    await found.write()
    return found


async def also(retention: Unwritten) -> str:
    """Another destruction is declared and noted."""
    number = a_number()
    retention.add({number: NOON})
    await retention.write()
    return number


def noted_unsaid(openbao: Bao) -> str:
    """By who ended before he said so."""
    number = a_number()
    openbao.administrator.write_data(f"{TOMBSTONES}/{uuid4()}", data={"data": {"stones": {number: NOON.isoformat()}}})
    return number


async def test_names_are_listed_when_something_was_noted_and_now_and_then(
    retention: Unwritten, bao_of: BaoOf, openbao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenBao writes each name in its audit log for who lists them, and every process looks every minute: that was most of what it
    wrote, after six years of a city. Who noted and ended before he said so is found within the hour."""
    bao = bao_of("intake")
    noted, overheard = NotedDestructions(bao, tmp_path / "nowhere"), Overheard(bao, monkeypatch)
    first = await noted.in_openbao()
    overheard.since()
    assert await noted.in_openbao() == first
    assert overheard.since() == [NEWEST]
    second = await also(retention)
    assert (await noted.in_openbao()).keys() == {*first, second}
    third = noted_unsaid(openbao)
    overheard.since()
    assert third not in await noted.in_openbao()
    assert overheard.since() == [NEWEST]
    with monkeypatch.context() as later:
        later.setattr(tombstones, "LISTED_ANEW_SECONDS", -1.0)
        assert (await noted.in_openbao()).keys() == {*first, second, third}


async def test_what_is_said_again_is_listed_again(
    retention: Unwritten, bao_of: BaoOf, openbao: Bao, tmp_path: Path
) -> None:
    """Who has retention's credentials, or a storage that is put back, can make an older note the newest: that shows too."""
    noted = NotedDestructions(bao_of("intake"), tmp_path / "nowhere")
    before = await noted.in_openbao()
    said = openbao.administrator.read(LAST_TOMBSTONE)["data"]["data"]
    other = noted_unsaid(openbao)
    openbao.administrator.write_data(LAST_TOMBSTONE, data={"data": said})
    assert (await noted.in_openbao()).keys() == {*before, other}
    lose_notes(openbao)
    assert await noted.in_openbao() == {}


async def test_what_is_noted_while_somebody_looks_is_seen_at_the_next_look(
    retention: Unwritten, bao_of: BaoOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bao = bao_of("intake")
    noted, overheard = NotedDestructions(bao, tmp_path / "nowhere"), Overheard(bao, monkeypatch)
    late: list[str] = []

    async def meanwhile(what: str, answer: Any) -> Any:
        if what == LIST and not late:
            late.append(await also(retention))
        return answer

    overheard.making = meanwhile
    assert not {*late} & (await noted.in_openbao()).keys()
    assert late
    assert {*late} <= (await noted.in_openbao()).keys()


async def test_a_node_that_has_not_heard_of_the_newest_is_asked_again(
    retention: Unwritten, bao_of: BaoOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bao = bao_of("intake")
    noted, overheard = NotedDestructions(bao, tmp_path / "nowhere"), Overheard(bao, monkeypatch)
    before: list[Any] = []

    async def behind(what: str, answer: Any) -> Any:
        if what != LIST:
            return answer
        before.append(answer)
        return before[0] if len(before) < 3 else answer

    overheard.making = behind
    await noted.in_openbao()
    late = await also(retention)
    assert late not in await noted.in_openbao()
    assert late in await noted.in_openbao()


async def test_a_note_is_there_before_it_is_said_and_is_said_once_more_when_that_failed(
    platform_of: PlatformOf, openbao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, said = await platform_of("retention"), f"POST {LAST_TOMBSTONE}"
    retention = Unwritten(platform.database, platform.bao, tmp_path, "retention-1")
    overheard = Overheard(platform.bao, monkeypatch)
    await also(retention)
    writes = [one for one in overheard.since() if one.startswith("POST")]
    assert [one.startswith(f"POST {TOMBSTONES}/") for one in writes] == [True, False]
    assert writes[-1] == said
    overheard.unreached = said
    for _ in range(3):
        with pytest.raises(PartDown):
            await also(retention)
    names = openbao.administrator.list(TOMBSTONE_NAMES)["data"]["keys"]
    overheard.unreached = ""
    overheard.since()
    await retention.write()
    assert [one for one in overheard.since() if one.startswith("POST")] == [said]
    assert openbao.administrator.list(TOMBSTONE_NAMES)["data"]["keys"] == names, "none is noted twice"
    await retention.write()
    assert said not in overheard.since()


async def test_what_the_one_before_noted_and_did_not_say_is_said_by_the_next(
    retention: Unwritten, platform_of: PlatformOf, bao_of: BaoOf, openbao: Bao, tmp_path: Path
) -> None:
    noted = NotedDestructions(bao_of("intake"), tmp_path / "nowhere")
    await noted.in_openbao()
    number = noted_unsaid(openbao)
    assert number not in await noted.in_openbao()
    platform = await platform_of("retention")
    await Unwritten(platform.database, platform.bao, tmp_path / "of-retention", "retention-2").write()
    assert number in await noted.in_openbao()


@pytest.mark.parametrize("name", [f"{TOMBSTONES}/spoiled", f"{TOMBSTONE_NAMES}/spoiled"], ids=["as data", "whole"])
async def test_one_that_cannot_be_read_and_was_taken_away_keeps_nobody_from_serving(
    retention: Unwritten, bao_of: BaoOf, openbao: Bao, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who administers OpenBao takes one away, and its name may stay."""
    openbao.administrator.write_data(f"{TOMBSTONES}/spoiled", data={"data": {"stones": "niets"}})
    bao = bao_of("intake")
    noted, overheard = NotedDestructions(bao, tmp_path / "nowhere"), Overheard(bao, monkeypatch)
    found = await noted.in_openbao()
    assert (len(found), noted.unreadable) == (1, {f"{TOMBSTONES}/spoiled"})
    openbao.administrator.delete(name)
    assert await noted.in_openbao() == found
    assert noted.unreadable == set()
    overheard.since()
    assert await noted.in_openbao() == found
    assert overheard.since() == [NEWEST]
    assert await NotedDestructions(bao_of("casework"), tmp_path / "nowhere").in_openbao() == found
