"""Chapters are bound with the missing ones named; whoever keeps the file checks it without this house (R-2.4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.oversight.use_cases import AccountBinding
from shared.accountability import ACCOUNTING, BOUND_KIND, SEAL_LASTS, AccountChapter, sealed
from shared.accounted import problems_of
from shared.database.tables import Audit
from shared.errors import Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.service.platform import Platform
from tests.platform.conftest import DeskOf, PlatformOf
from tests.platform.desk import Desk
from tests.platform.real import RealParts
from tests.platform.test_accountability import FG, NUMBER, OTHERS, where


async def seal_of(platform: Platform, number: str = NUMBER, person: Person = FG) -> str:
    chapter = AccountChapter(
        service=platform.name, number=number, at="2026-11-29T10:00:00.000+00:00", standing="nothing"
    )
    return sealed(platform.signer, chapter, person)


@pytest.mark.allowed("R-2.4")
async def test_chapters_are_bound_and_the_missing_ones_are_named(desk_of: DeskOf, platform_of: PlatformOf) -> None:
    desk = await desk_of("oversight")
    await desk.add(where(NUMBER))
    seals = [await seal_of(await platform_of(name)) for name in ("intake", "assessment")]
    found = await AccountBinding(desk.platform).bind(NUMBER, FG, seals)
    assert [one.service for one in found.bound.chapters] == ["assessment", "intake"]
    assert set(found.bound.missing) == set(ACCOUNTING) - {"assessment", "intake"}
    assert not found.bound.complete
    claims = await desk.platform.verifier.verify(found.signature, kind=BOUND_KIND, service="oversight")
    assert claims["bound"] == found.bound.model_dump(mode="json", by_alias=True)
    (noted,) = [one.entry for one in await desk.rows(Audit) if one.entry["action"] == "accountability file bound"]
    assert noted["reason"].startswith("missing: sources")
    with pytest.raises(NotFound):
        await AccountBinding(desk.platform).bind("S-00000-00000", FG, ())


@pytest.mark.refused("R-2.4")
async def test_a_seal_of_somebody_else_or_of_another_day_is_not_bound(desk_of: DeskOf, platform_of: PlatformOf) -> None:
    """Everything that is wrong is said at once; and nothing of it is bound."""
    desk = await desk_of("oversight")
    await desk.add(where(NUMBER))
    intake, worklist = await platform_of("intake"), await platform_of("worklist")
    binding = AccountBinding(desk.platform)
    mine = await seal_of(intake)
    head, body, signature = mine.split(".")
    wrong = [
        await seal_of(intake, "S-00000-00001"),
        await seal_of(intake, person=Person("fg-2", frozenset({"fg"}))),
        await seal_of(worklist),
        intake.signer.sign("meldpunt-other", {"number": NUMBER}),
        ".".join((head, body, signature[::-1])),
        "kop.inhoud.handtekening",
    ]
    with pytest.raises(Invalid) as refused:
        await binding.bind(NUMBER, FG, [mine, *wrong, mine])
    faults = {one.field: one.code for one in refused.value.faults}
    assert faults == {f"seals.{place}": "no-seal" for place in range(1, 7)} | {"seals.7": "chapter-twice"}
    intake.signer._clock = _Earlier()
    with pytest.raises(Invalid):
        await binding.bind(NUMBER, FG, [await seal_of(intake)])
    for person in OTHERS:
        with pytest.raises(Forbidden):
            await binding.bind(NUMBER, person, [mine])


class _Earlier:
    def now(self) -> datetime:
        return datetime.now(UTC) - SEAL_LASTS - timedelta(seconds=5)


# --- whoever kept it --------------------------------------------------------------------------------------


async def kept(desk: Desk, platforms: list[Platform]) -> dict[str, Any]:
    """A file as the portal makes it, of the chapters of these services."""
    chapters: list[dict[str, Any]] = []
    for one in platforms:
        found = AccountChapter(service=one.name, number=NUMBER, at="2026-11-29T10:00:00+00:00", standing="nothing")
        chapters.append({"chapter": found.said(), "seal": sealed(one.signer, found, FG)})
    binding = await AccountBinding(desk.platform).bind(NUMBER, FG, [each["seal"] for each in chapters])
    return {
        "title": f"Verantwoordingsdossier {NUMBER}",
        "number": NUMBER,
        "madeAt": "2026-11-29T10:00:00+00:00",
        "municipality": "Midden-Delfland",
        "trial": True,
        "complete": False,
        "missing": [{"service": service, "why": "silent"} for service in binding.bound.missing],
        "chapters": chapters,
        "binding": binding.model_dump(mode="json", by_alias=True),
    }


@pytest.mark.allowed("R-2.4")
@pytest.mark.refused("R-2.4")
async def test_whoever_kept_it_checks_it_without_this_house(
    desk_of: DeskOf, platform_of: PlatformOf, parts: RealParts, tmp_path: Path
) -> None:
    desk = await desk_of("oversight")
    await desk.add(where(NUMBER))
    platforms = [await platform_of(name) for name in ("intake", "assessment")]
    file = await kept(desk, platforms)
    keys = json.loads(parts.openbao.signing_keys(tmp_path).read_text())
    assert problems_of(file, keys) == []
    changes: dict[str, Callable[[dict[str, Any]], Any]] = {
        "a chapter says something else": lambda one: one["chapters"][0]["chapter"].update(standing="destroyed"),
        "a chapter is left out": lambda one: one["chapters"].pop(),
        "a chapter stands twice": lambda one: one["chapters"].append(one["chapters"][0]),
        "it is of another signal": lambda one: one.update(number="S-00000-00001"),
        "a decision is said to be left out": lambda one: one.update(unaccounted=["d-1"]),
        "it says that it is complete": lambda one: one.update(complete=True),
        "nothing is said to be missing": lambda one: one.update(missing=[]),
        "oversight is said to have bound less": lambda one: one["binding"]["bound"]["chapters"].pop(),
        "somebody else signed": lambda one: one["binding"].update(signature=one["chapters"][0]["seal"]),
        "it is something else": lambda one: one.clear(),
    }
    for what, change in changes.items():
        other = json.loads(json.dumps(file))
        change(other)
        assert problems_of(other, keys), what
    assert problems_of(file, {}) != [], "a key that is not known is not believed"
