"""A verantwoordingsdossier has a chapter of every service, in codes, and says whatever is missing or not believed (R-2.4)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from services.export.account import ExportAccount
from services.intake.account import IntakeAccount
from services.intake.store import AcceptedReport, MelderVault
from services.oversight import account as account_of_oversight
from services.oversight import store
from services.oversight.account import OversightAccount
from services.oversight.trail import AuditBatch, AuditLine
from services.retention.account import RetentionAccount
from services.retention.settings import Settings as RetentionSettings
from services.retention.tables import SealedSignal
from services.retention.use_cases import Declarations
from services.rights.account import RightsAccount
from shared.accountability import ACCOUNTING, LONGEST_SEAL, AccountChapter
from shared.audit import line
from shared.canonical import digest
from shared.database.tables import Audit
from shared.engine.head import vouch_for
from shared.errors import Forbidden, NotFound
from shared.http.chapters import CHAPTER_READ, TellChapter, told
from shared.identity import Person
from shared.privileges import SERVICES
from shared.protocol.accounting import CHECKS, CONSULTED
from shared.protocol.laws import Laws
from shared.protocol.model import State
from shared.service.platform import Platform
from tests.platform.conftest import DeskOf, PlatformOf
from tests.platform.desk import ANNA, VERSION, Desk
from tests.platform.real import Postgres, RealParts
from tests.platform.served import app_of
from tests.platform.test_destruction_attacks import sealed as lies_sealed
from tests.platform.test_heads_elsewhere import duties, nearer
from tests.platform.test_shares import Exporting, Moved

FG = Person("fg-1", frozenset({"fg"}))
OTHERS = [Person("x", frozenset({role})) for role in ("oov", "vervanger", "beheerder", "privacy-officer", "lot-member")]
NUMBER = "S-7K3MQ-9XD4T"
NAMED = ("Wilgenroos", "Dorpsstraat", "schuur vol", "Zo is het gewogen", "hennepgeur")
"""Of what tests report, decide and share: nothing of it is in any chapter."""
LAW = Laws.read(VERSION).configured


async def chapter_of(platform: Platform, tell: TellChapter, number: str, person: Person = FG) -> dict[str, Any]:
    """As its service gives it; in what it says nobody is named, and its seal is over just this."""
    found = await told(platform, tell, number, person, "toezicht")
    assert not [one for one in NAMED if one in json.dumps(found, ensure_ascii=False)]
    claims = await platform.verifier.verify(found["seal"], kind="meldpunt-chapter", service=platform.name)
    chapter: dict[str, Any] = found["chapter"]
    assert (claims["sha256"], claims["number"], claims["for"]) == (digest(chapter), number, person.user_id)
    assert len(found["seal"]) < LONGEST_SEAL
    AccountChapter.model_validate(chapter)
    return chapter


def of_kind(chapter: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in chapter.get("entries", ()) if one["kind"] == kind]


async def weighed(desk: Desk) -> str:
    number = await desk.arrives(State.RECEIVED)
    await desk.decide(number, "purpose", "set", fields={"purposes": ["niet-faciliteren"]})
    desk.clock.pass_by(1)
    await desk.record(number, "bag", "O1", "De schuur vol is er sinds 1970, zegt Wilgenroos.")
    return number


# --- who, and what ----------------------------------------------------------------------------------------


@pytest.mark.allowed("R-2.4", "R-D.5")
async def test_a_holder_tells_its_decisions_and_records_by_code_and_opens_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    costs = desk.counted()
    chapter = await chapter_of(desk.platform, desk.engine.accounting.chapter, number)
    assert not [one for one in costs.calls if "decrypt" in one], "nothing of the room is opened for it"
    assert (chapter["service"], chapter["standing"], chapter["facts"]["state"]) == ("assessment", "here", "weging-1")
    (decision,) = of_kind(chapter, "decision")
    assert (decision["what"], decision["outcome"], decision["by"]) == ("purpose", "set", ["anna"])
    assert decision["article"].startswith("art. 1")
    (source,) = of_kind(chapter, "source")
    assert (source["what"], source["about"]) == ("bag", ["item-3"])
    order = [one["what"] for one in chapter["entries"] if one["kind"] in ("record", "decision", "source")]
    assert order == ["report", "purpose", "bag"]
    assert [one.entry["action"] for one in await desk.rows(Audit) if one.entry["actor"] == "fg-1"] == [CHAPTER_READ]


@pytest.mark.refused("R-2.4", "R-D.5")
async def test_it_is_for_the_fg_alone_and_he_changes_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    for person in OTHERS:
        with pytest.raises(Forbidden):
            await told(desk.platform, desk.engine.accounting.chapter, number, person, "toezicht")
    with pytest.raises(Forbidden):
        await desk.decide(number, "weging-1", "suspicion", FG)
    with pytest.raises(Forbidden):
        await desk.engine.showing.view(number, FG, "toezicht")


async def test_what_is_not_here_is_said_in_so_many_words(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    chapter = await chapter_of(desk.platform, desk.engine.accounting.chapter, NUMBER)
    assert chapter["standing"] == "nothing"
    assert "entries" not in chapter


@pytest.mark.refused("R-2.4", "R-T.4")
async def test_what_is_closed_to_the_fg_himself_is_no_chapter_that_says_nothing(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    await desk.designates(FG)
    await desk.decide(number, "closing", "closed", ANNA, about=(FG.user_id,))
    with pytest.raises(NotFound):
        await told(desk.platform, desk.engine.accounting.chapter, number, FG, "toezicht")


@pytest.mark.refused("R-2.4")
async def test_rows_that_somebody_changed_are_told_as_not_believed(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    superuser = postgres.superuser("assessment")
    await superuser("UPDATE decision SET outcome = 'something-else'")
    chapter = await chapter_of(desk.platform, desk.engine.accounting.chapter, number)
    assert (chapter["standing"], chapter.get("entries")) == ("not-believed", None)


async def test_every_service_that_can_hold_something_has_the_address(
    parts: RealParts, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """And whoever has a room or keeps what is sealed can hold something."""
    assert set(ACCOUNTING) == {one.name for one in SERVICES if one.room or one.destroys}
    for name in ACCOUNTING:
        (tmp_path / name).mkdir()
        app = app_of(name, tmp_path / name, monkeypatch)
        assert "/signals/{number}/chapter" in app.openapi()["paths"]


def test_every_check_and_source_of_the_law_is_told_as_that() -> None:
    keys = {one.key for one in LAW.decisions}
    assert {*CHECKS, *CONSULTED} <= keys
    assert {one for one in keys if "check" in one} == set(CHECKS)


# --- each service -----------------------------------------------------------------------------------------


@pytest.mark.allowed("R-2.4")
async def test_rights_tells_each_duty_with_its_days(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (duty,) = await duties(desk)
    await nearer(desk, number, 12)
    chapter = await chapter_of(desk.platform, RightsAccount(desk.engine).chapter, number)
    stands, moment = [one for one in of_kind(chapter, "informing") if one.get("dossier") == duty][:2]
    assert (stands["about"], stands["what"]) == (["S1"], "duty-open")
    assert (moment["what"], moment["reason"]) == ("informing is due", "intervention")
    assert await RightsAccount(desk.engine).chapter(NUMBER, FG) is None


@pytest.mark.allowed("R-2.4")
async def test_export_tells_what_waited_for_whom_and_what_became_of_it(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    clock = Moved()
    export = Exporting(await platform_of("export", clock), clock)
    await export.comes()
    account = ExportAccount(export.platform)
    chapter = await chapter_of(export.platform, account.chapter, NUMBER)
    (waits,) = of_kind(chapter, "disclosure")
    assert (waits["what"], waits["to"]) == ("share waits for its receiver", "partner:politie")
    await postgres.superuser("export")("UPDATE share SET recipient = 'somebody-else'")
    chapter = await chapter_of(export.platform, account.chapter, NUMBER)
    assert (chapter["notBelieved"], "entries" in chapter) == (1, False)


async def test_intake_tells_that_there_are_contact_data_and_not_whose(platform_of: PlatformOf) -> None:
    intake = await platform_of("intake")
    now = datetime.now(UTC)
    async with intake.database.transaction() as session:
        hashes = {"key_hash": "a", "body_hash": "b", "receipt_hash": "c"}
        session.add(AcceptedReport(number=NUMBER, accepted_at=now, **hashes))
        session.add(MelderVault(number=NUMBER, room_key="k", ciphertext="vault:v1:x"))
    chapter = await chapter_of(intake, IntakeAccount(intake).chapter, NUMBER)
    assert chapter["facts"] == {"contactData": "kept"}
    assert "vault:v1" not in json.dumps(chapter)


@pytest.mark.allowed("R-2.4")
async def test_of_what_is_destroyed_the_declaration_is_told_and_no_other_is_believed(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    retention = await platform_of("retention")
    row = lies_sealed(NUMBER, date(2026, 11, 1))
    row.state, row.approver, row.approved_at = State.APPROVED, "beheerder-1", datetime.now(UTC)
    account = RetentionAccount(retention)
    async with retention.database.transaction() as session:
        session.add(await vouch_for(retention.mac, row))
    # That it was destroyed is not believed for a stone that somebody puts there.
    superuser = postgres.superuser("retention")
    await superuser(f"INSERT INTO tombstone (number, destroyed_at) VALUES ('{NUMBER}', now())")
    chapter = await chapter_of(retention, account.chapter, NUMBER)
    assert (chapter["standing"], chapter["notBelieved"]) == ("here", 1)
    steps = {one["what"]: one for one in of_kind(chapter, "retention")}
    assert set(steps) == {"signal sealed", "destruction approved"}
    assert steps["destruction approved"]["by"] == ["beheerder-1"]

    settings = RetentionSettings(**retention.settings.model_dump())
    async with retention.database.transaction() as session:
        found = await session.get_one(SealedSignal, NUMBER)
        await Declarations(retention, settings).make(session, [found])
    forged = "INSERT INTO declaration SELECT gen_random_uuid(), number, declared_on - 9, content, signature || 'x' FROM declaration"
    await superuser(forged)
    chapter = await chapter_of(retention, account.chapter, NUMBER)
    assert chapter["standing"] == "destroyed"
    (declared,) = of_kind(chapter, "retention")
    assert (declared["what"], declared["by"], chapter["notBelieved"]) == ("destruction declared", ["beheerder-1"], 1)


# --- oversight: the register and the trail ------------------------------------------------------


def decided(desk: Desk, number: str) -> store.DecidedRow:
    now = desk.clock.now()
    facts = {"number": number, "key": "check-1", "outcome": "allowed", "article": "art. 17", "about": ["belastingen"]}
    facts |= {"deciders": ["anna"], "recorder": "anna", "role": "oov", "protocol": VERSION, "state": "hit-check"}
    return store.DecidedRow(
        id=uuid4(),
        producer="sources",
        number=number,
        version=9,
        facts=facts,
        room_key="k",
        carried_by="",
        ciphertext="vault:v1:Wilgenroos",
        taken_at=now,
    )


def disclosed(desk: Desk, number: str) -> store.Disclosure:
    facts = {"road": "forwarding", "recipient_kind": "partner", "recipient": "politie", "urgent": True, "by": "anna"}
    facts |= {"items": ["report"], "article": "art. 12", "concerning": ["S1.name"]}
    facts |= {"tasks": ["taak-politie"], "bases": ["vitaal-belang"]}
    return store.Disclosure(id=uuid4(), number=number, facts=facts, decided_at=desk.clock.now())


def looked(desk: Desk, number: str) -> tuple[AuditBatch, AuditLine]:
    entry = line(desk.clock.now(), "signal opened", actor="anna", role="oov", record=number, reason="weging").entry
    body = json.dumps({"first": 1, "previous": "", "entries": [entry], "head": ""}).encode()
    batch = AuditBatch(producer="assessment", first=1, last=1, previous="", head="", headers={}, body=body)
    return batch, AuditLine(producer="assessment", seq=1, actor="anna", record=number, entry=entry)


def where(number: str) -> store.Whereabout:
    now = datetime.now(UTC)
    return store.Whereabout(
        number=number, version=9, holder="sources", state="hit-check", since=now, next_holders=[], earlier=[]
    )


async def test_a_message_that_brought_many_lines_is_read_once(desk_of: DeskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two producers with two messages each, and more lines of one signal than are read together."""
    monkeypatch.setattr(account_of_oversight, "_LINES_AT_ONCE", 3)
    desk = await desk_of("oversight")
    entry = line(desk.clock.now(), "signal opened", actor="anna", role="oov", record=NUMBER, reason="weging").entry
    body = json.dumps({"entries": [entry] * 5}).encode()
    for producer in ("assessment", "casework"):
        for first in (1, 6):
            span: dict[str, Any] = {"producer": producer, "first": first, "last": first + 4}
            await desk.add(AuditBatch(**span, previous="", head="", headers={}, body=body))
        numbered = range(1, 11)
        rows = [AuditLine(producer=producer, seq=one, actor="anna", record=NUMBER, entry=entry) for one in numbered]
        await desk.add(*rows)
    read: list[bytes] = []

    def loads(text: bytes) -> Any:
        read.append(text)
        return json.loads(text)

    monkeypatch.setattr(account_of_oversight, "json", SimpleNamespace(loads=loads))
    chapter = await chapter_of(desk.platform, OversightAccount(desk.platform).chapter, NUMBER)
    assert [one["line"] for one in of_kind(chapter, "opening")] == [*numbered, *numbered]
    assert len(read) == 4


@pytest.mark.allowed("R-2.4", "R-D.5")
@pytest.mark.refused("R-2.4")
async def test_oversight_tells_the_register_and_the_trail_and_nothing_that_was_put_there(
    desk_of: DeskOf, postgres: Postgres
) -> None:
    desk = await desk_of("oversight")
    await desk.add(decided(desk, NUMBER), disclosed(desk, NUMBER), *looked(desk, NUMBER), where(NUMBER))
    account = OversightAccount(desk.platform)
    chapter = await chapter_of(desk.platform, account.chapter, NUMBER)
    (check,) = of_kind(chapter, "check")
    assert (check["what"], check["about"], check["by"]) == ("check-1", ["belastingen"], ["anna"])
    (share,) = of_kind(chapter, "disclosure")
    assert (share["to"], share["about"], share["status"]) == ("partner:politie", ["report", "S1.name"], "urgent")
    assert (share["tasks"], share["bases"]) == (["taak-politie"], ["vitaal-belang"])
    (opening,) = of_kind(chapter, "opening")
    assert (opening["what"], opening["by"], opening["reason"]) == ("signal opened", ["anna"], "weging")
    assert "notBelieved" not in chapter

    superuser = postgres.superuser("oversight")
    await superuser("UPDATE audit_line SET entry = jsonb_set(entry, '{actor}', '\"bram\"')")
    await superuser("UPDATE disclosure SET facts = jsonb_set(facts, '{recipient}', '\"somebody\"')")
    put_there = "INSERT INTO audit_line SELECT producer, 2, actor, record, entry FROM audit_line"
    await superuser(put_there)
    chapter = await chapter_of(desk.platform, account.chapter, NUMBER)
    assert chapter["notBelieved"] == 3
    assert {one["kind"] for one in chapter["entries"]} == {"check"}
