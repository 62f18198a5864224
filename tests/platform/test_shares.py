"""What is shared arrives: it waits for its receiver, is fetched once, answered, and ends in time (R-T.15)."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlmodel import col

from services.export.holdings import HeldShares
from services.export.inbox import DepartmentInbox
from services.export.rows import WRONG_SECRETS
from services.export.settings import Settings
from services.export.store import Share, delete_rows
from services.export.task_over import EndingWithTask
from services.export.use_cases import Link, Sharing
from shared.bus.inbox import Incoming
from shared.clock import calendar_date
from shared.contracts.casework import TaskOver
from shared.contracts.common import KeysMade, KeysReleased
from shared.contracts.export import Adoption, PlannedAction, ShareContent, SharedItem, SharedPlan, ShareLetter
from shared.contracts.intake import ReportedObject, Subject
from shared.database.tables import Audit, Outgoing, table_of
from shared.errors import CannotSucceed, Conflict, Forbidden, LogInAnew, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.letters import new_kid, seal, split_kid
from shared.keys.own_letterbox import RSA_SECONDS
from shared.pages import Window
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.desk import VERSION
from tests.platform.real import Postgres

NUMBER = "S-7K3MQ-9XD4T"
ANNA, ESRA, FG = (
    Person("anna", frozenset({"oov"}), has_just_proved=True),
    Person("esra", frozenset({"department-vergunningen"})),
    Person("fg", frozenset({"fg"})),
)
FARID = Person("farid", frozenset({"department-wonen"}))
NOBODY = Person("collega")


class Moved:
    """Now, or so many days later."""

    days = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


class Exporting:
    """Export on real parts, and letters that come in as assessment seals them."""

    def __init__(self, platform: Platform, clock: Moved) -> None:
        self.platform, self.clock = platform, clock
        settings = Settings(**platform.settings.model_dump())
        self.sharing = Sharing(platform, settings)
        self.inbox = DepartmentInbox(self.sharing)
        self._box: tuple[str, str] | None = None

    async def comes(self, kind: str = "partner", recipient: str = "politie", **more: Any) -> UUID:
        content = ShareContent(
            number=NUMBER,
            protocol=VERSION,
            recipient_kind=kind,
            recipient=recipient,
            decision="weging-2a",
            outcome="no-task",
            article="art. 12 lid 4",
            decided_on=date(2026, 11, 28),
            passes_duty=True,
            items=(
                SharedItem(
                    item="report", category="report", about="report", text="Er komt een hennepgeur uit de loods."
                ),
                SharedItem(item="item-1", category="bag", about="O1", text="Bestemming: industrie."),
            ),
            subjects={"S1": Subject(name="Jan Wilgenroos", address="Dorpsstraat 1")},
            objects={"O1": ReportedObject(kind="building", address="Dorpsstraat 2")},
        ).model_copy(update=more)
        message = ShareLetter(number=NUMBER, letters=(await self._letter(content),))
        incoming = Incoming(uuid4(), "assessment", signed=True)
        handled = await self.sharing.comes(incoming, message)
        await self.platform.database.together(handled.effect)
        return incoming.id

    async def _letter(self, content: ShareContent) -> str:
        if self._box is None:
            kid = new_kid("export", calendar_date(self.clock.now()))
            path = f"letterbox-export/keys/{split_kid(kid)[1]}"
            await self.platform.bao.call("POST", path, {"type": "rsa-3072"}, seconds=RSA_SECONDS)
            found = await self.platform.bao.call("GET", path.replace("/keys/", "/export/public-key/") + "/latest")
            self._box = kid, next(iter(found["data"]["keys"].values()))
        text = json.dumps({"word": "woord", "content": content.model_dump(mode="json")})
        return seal(text.encode(), *self._box)

    async def row(self, identifier: UUID) -> Share:
        async with self.platform.database.reading() as session:
            return cast(Share, await session.get(Share, identifier))

    async def said(self, event: str) -> list[dict[str, Any]]:
        async with self.platform.database.reading() as session:
            query = select(Outgoing).where(col(Outgoing.event) == event).order_by(col(Outgoing.created_at))
            return [json.loads(row.body or b"") for row in await session.scalars(query)]

    async def done(self) -> list[tuple[str, str | None, str]]:
        """The audit trail: what, by whom, with which result."""
        async with self.platform.database.reading() as session:
            rows = await session.scalars(select(Audit).order_by(col(Audit.written_at)))
            return [(row.entry["action"], row.entry["actor"], row.entry["result"]) for row in rows]

    async def ends_what_is_due(self) -> None:
        for row in await self.sharing.queue.claim():
            await self.sharing.end(row)


@pytest.fixture
async def export(platform_of: PlatformOf) -> Exporting:
    clock = Moved()
    return Exporting(await platform_of("export", clock), clock)


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.allowed("R-T.15", "R-13.1", "R-6.5")
async def test_who_has_no_account_fetches_a_document_once(export: Exporting) -> None:
    identifier = await export.comes()
    (made,) = await export.said(KeysMade.event)
    assert [one["mount"] for one in made["keys"]] == ["room-export"]
    with pytest.raises(LogInAnew):
        await export.sharing.make_link(identifier, replace(ANNA, has_just_proved=False))
    link = await export.sharing.make_link(identifier, ANNA)
    pdf = await export.sharing.fetch(link.link, link.secret)
    text = text_of(pdf)
    for part in (
        "politie",
        "Jan Wilgenroos",
        "Bestemming: industrie",
        "(open bron)",
        "Wie de betrokkene informeert",
        "Proefopstelling",
    ):
        assert part in text, part
    twin = json.loads(PdfReader(io.BytesIO(pdf)).attachments["verstrekking.json"][0])
    assert twin["content"]["items"][1]["text"] == "Bestemming: industrie."
    claims = await export.platform.verifier.verify(twin["signature"], kind="meldpunt-share", service="export")
    assert claims["share"] == twin["content"]
    with pytest.raises(NotFound):
        await export.sharing.fetch(link.link, link.secret)
    await export.sharing.answer_from_outside(link.link, link.secret, "accepted", None)
    shown = await export.sharing.one(identifier, FG)
    assert (shown["state"], shown["recipient"], shown["ended"]) == ("accepted", "politie", False)
    with pytest.raises(Conflict):
        await export.sharing.answer_from_outside(link.link, link.secret, "refused", "not-enough")
    assert [one for one in await export.done() if one[0].startswith("share ")] == [
        ("share waits for its receiver", None, "done"),
        ("share fetched", None, "done"),
        ("share answered", None, "accepted"),
    ]


async def test_the_document_says_what_it_is(export: Exporting) -> None:
    """PDF/A-3 and PDF/UA as it declares of itself: tagged, with a language and a title."""
    link = await export.sharing.make_link(await export.comes(), ANNA)
    reader = PdfReader(io.BytesIO(await export.sharing.fetch(link.link, link.secret)))
    root = cast(Any, reader.trailer["/Root"])
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("nl")
    assert root["/StructTreeRoot"]
    metadata = root["/Metadata"].get_object().get_data().decode()
    for said in ("<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1<"):
        assert said in metadata, said
    assert reader.metadata
    assert reader.metadata.title
    assert str(reader.metadata["/CreationDate"]) == "D:20261128120000Z", "the day of the decision, by no clock"


@pytest.mark.refused("R-T.15")
async def test_a_link_without_its_secret_is_worth_nothing(export: Exporting) -> None:
    """A wrong secret counts, an unknown link does not say so, and a newer link ends the older."""
    identifier = await export.comes()
    first = await export.sharing.make_link(identifier, ANNA)
    second = await export.sharing.make_link(identifier, ANNA)
    for link, secret in ((first.link, first.secret), (second.link, first.secret), ("x" * 43, second.secret)):
        with pytest.raises(NotFound):
            await export.sharing.fetch(link, secret)
    for _ in range(WRONG_SECRETS):
        with pytest.raises(NotFound):
            await export.sharing.fetch(second.link, "WRONG-WRONG")
    with pytest.raises(NotFound):
        await export.sharing.fetch(second.link, second.secret)
    assert not (await export.sharing.one(identifier, ANNA))["hasLink"]
    third = await export.sharing.make_link(identifier, ANNA)
    assert await export.sharing.fetch(third.link, third.secret)


async def test_what_did_not_arrive_is_fetched_once_more_with_a_new_link(export: Exporting) -> None:
    identifier = await export.comes()
    link = await export.sharing.make_link(identifier, ANNA)
    await export.sharing.fetch(link.link, link.secret)
    with pytest.raises(NotFound):
        await export.sharing.answer_from_outside(link.link, "WRONG-WRONG", "accepted", None)
    again = await export.sharing.make_link(identifier, ANNA)
    assert await export.sharing.fetch(again.link, again.secret)


@pytest.mark.allowed("R-T.15", "R-16.1")
@pytest.mark.refused("R-T.15")
async def test_a_department_finds_it_in_its_inbox(export: Exporting) -> None:
    identifier = await export.comes("department", "vergunningen")
    await export.comes()
    for person in (FARID, NOBODY, ANNA):
        with pytest.raises((NotFound, Forbidden)):
            await export.inbox.one(identifier, person)
    assert (await export.inbox.all(FARID, Window()))["shares"] == []
    (listed,) = (await export.inbox.all(ESRA, Window()))["shares"]
    assert (listed["id"], listed["state"]) == (str(identifier), "waiting")
    assert NUMBER not in json.dumps(listed)
    found = await export.inbox.one(identifier, ESRA)
    assert found["content"]["subjects"]["S1"]["name"] == "Jan Wilgenroos"
    assert found["state"] == "fetched"
    with pytest.raises(Conflict):
        await export.sharing.make_link(identifier, ANNA)
    with pytest.raises(Conflict):
        await export.sharing.enter_answer(identifier, ANNA, "accepted", None)
    answered = await export.inbox.answer(identifier, ESRA, "refused", "not-our-task")
    assert (answered["state"], answered["reason"]) == ("refused", "not-our-task")
    await export.ends_what_is_due()
    with pytest.raises(NotFound):
        await export.inbox.one(identifier, ESRA)


ACTION = PlannedAction(
    item="item-4",
    text="Controle van O1 met het bevoegd gezag.",
    about="O1",
    department="wonen",
    power="Last onder bestuursdwang",
    basis="Gemeentewet, artikel 125",
    planned_on=date(2026, 12, 10),
)
PROPOSAL = SharedPlan(
    version=2,
    actions=(ACTION,),
    asked=("wonen", "politie"),
    answer_by=date(2026, 12, 1),
    explanation="Eerst de brandweer.",
)
ADOPTED_PLAN = SharedPlan(
    version=2,
    actions=(ACTION,),
    adopted_on=date(2026, 12, 2),
    adopted_by=(
        Adoption(partner="wonen", name="G. Verzonnen, teamleider", on=date(2026, 11, 30)),
        Adoption(partner="politie", name="P. Bedacht, chef", on=date(2026, 12, 1), entered_as="letter"),
    ),
)


@pytest.mark.allowed("R-T.19", "R-22.1")
async def test_a_plan_is_a_page_and_a_tagged_document(export: Exporting) -> None:
    """PDF/A and PDF/UA, for who is asked and for who adopted it; nothing of a person besides the items that he may have."""
    link = await export.sharing.make_link(await export.comes(plan=PROPOSAL), ANNA)
    proposed = text_of(await export.sharing.fetch(link.link, link.secret))
    for part in (
        "versie 2 (voorstel)",
        "Eerst de brandweer.",
        "1 december 2026",
        "Gemeentewet, artikel 125",
        "Jan Wilgenroos",
    ):
        assert part in proposed, part
    nobody: dict[str, Any] = {"items": (), "subjects": {}, "objects": {}, "passes_duty": False}
    identifier = await export.comes("department", "wonen", plan=ADOPTED_PLAN, **nobody)
    page = (await export.inbox.one(identifier, FARID))["content"]["plan"]
    assert [one["partner"] for one in page["adopted_by"]] == ["wonen", "politie"]
    assert [one.get("entered_as") for one in page["adopted_by"]] == [None, "letter"]
    pdf = await export.inbox.document(identifier, FARID)
    text = text_of(pdf)
    for part in (
        "Plan van Aanpak, versie 2",
        "G. Verzonnen, teamleider, op 30 november 2026 (zelf vastgesteld in het systeem)",
        "10 december 2026",
    ):
        assert part in " ".join(text.split()), part
    assert "P. Bedacht, chef, op 1 december 2026 (ingevoerd door de gemeente, ontvangen per brief)" in " ".join(
        text.split()
    )
    assert "Wilgenroos" not in text
    metadata = cast(Any, PdfReader(io.BytesIO(pdf)).trailer["/Root"])["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1<" in metadata
    for person in (ESRA, ANNA, NOBODY):
        with pytest.raises((NotFound, Forbidden)):
            await export.inbox.document(identifier, person)


@pytest.mark.allowed("R-25.3", "R-T.18")
@pytest.mark.refused("R-25.3", "R-T.18")
async def test_what_a_department_has_ends_with_its_task(export: Exporting) -> None:
    """Its own, in that case; what went to another department, or to who has no account, goes on."""
    mine = await export.comes("department", "vergunningen")
    other, outside = await export.comes("department", "wonen"), await export.comes()
    ending = EndingWithTask(export.sharing)

    async def over(*departments: str, number: str = NUMBER) -> None:
        message = TaskOver(number=number, departments=departments)
        handled = await ending.over(Incoming(uuid4(), "casework", signed=True), message)
        await export.platform.database.together(handled.effect)

    await over("vergunningen", number="S-00000-00000")
    assert await export.inbox.one(mine, ESRA)
    await over("vergunningen")
    with pytest.raises(NotFound):
        await export.inbox.one(mine, ESRA)
    await export.sharing.end(await export.row(mine))
    assert (await export.row(mine)).ended_at
    assert await export.inbox.one(other, FARID)
    await over()
    with pytest.raises(NotFound):
        await export.inbox.one(other, FARID)
    assert not (await export.row(outside)).ended_at
    assert await export.sharing.make_link(outside, ANNA)
    with pytest.raises(CannotSucceed):
        await ending.over(Incoming(uuid4(), "assessment", signed=True), TaskOver(number=NUMBER))


async def test_who_may_see_how_it_stands(export: Exporting) -> None:
    identifier = await export.comes()
    for person in (ESRA, NOBODY):
        with pytest.raises(Forbidden):
            await export.sharing.one(identifier, person)
        with pytest.raises(Forbidden):
            await export.sharing.all(person, None, Window())
    for person in (FG, ESRA):
        with pytest.raises(Forbidden):
            await export.sharing.make_link(identifier, person)
    (shown,) = (await export.sharing.all(FG, NUMBER, Window()))["shares"]
    assert "content" not in shown
    answered = await export.sharing.enter_answer(identifier, ANNA, "refused", "already-known")
    assert answered["state"] == "refused"


async def test_it_ends_when_its_time_is_over_and_its_key_goes(export: Exporting) -> None:
    identifier = await export.comes()
    link = await export.sharing.make_link(identifier, ANNA)
    kept = await export.row(identifier)
    last = calendar_date(kept.made_at + timedelta(days=30))
    one_second = timedelta(seconds=1)
    assert [calendar_date(kept.until + one) for one in (timedelta(), one_second)] == [last, last + timedelta(days=1)]
    assert link.until == kept.until, "all of the day that is said is his"
    export.clock.days = 31
    with pytest.raises(NotFound):
        await export.sharing.fetch(link.link, link.secret)
    await export.ends_what_is_due()
    row = await export.row(identifier)
    assert (row.ciphertext, row.link, row.state) == ("", None, "waiting")
    assert row.ended_at is not None
    async with export.platform.database.reading() as session:
        (held,) = await HeldShares(export.platform.mac).of(session, NUMBER)
    assert held.until == last, "it went a moment after its last day"
    (released,) = await export.said(KeysReleased.event)
    assert released["released"][0]["keys"] == [{"mount": "room-export", "key": row.room_key}]
    assert not released["released"][0]["rows_gone"]
    with pytest.raises(CannotSucceed):
        await export.sharing.rows.content(kept)


CHANGES = (
    "recipient_kind = 'department', recipient = 'vergunningen'",
    "until = until + interval '1 year'",
    "link = 'x', secret = 'y'",
    "fetched_at = now(), state = 'accepted'",
    "mac = ''",
)


@pytest.mark.parametrize("change", CHANGES, ids=["receiver", "term", "link", "answer", "mac"])
async def test_a_changed_row_gives_nothing(export: Exporting, postgres: Postgres, change: str) -> None:
    """Who has every right in PostgreSQL makes nobody the receiver, and keeps nothing readable for longer."""
    identifier = await export.comes()
    link: Link = await export.sharing.make_link(identifier, ANNA)
    await postgres.superuser("export")(f"UPDATE share SET {change}")
    with pytest.raises((NotBelieved, NotFound)):
        await export.sharing.fetch(link.link, link.secret)
    with pytest.raises((NotBelieved, NotFound)):
        await export.inbox.one(identifier, ESRA)
    with pytest.raises(NotBelieved):
        await export.sharing.one(identifier, ANNA)
    with pytest.raises(NotBelieved):
        await export.sharing.end(await export.row(identifier))


async def test_a_row_that_is_made_due_too_early_goes_on_waiting(export: Exporting, postgres: Postgres) -> None:
    identifier = await export.comes()
    await postgres.superuser("export")("UPDATE share SET next_at = now() - interval '1 day'")
    await export.ends_what_is_due()
    row = await export.row(identifier)
    assert (row.ended_at, row.next_at) == (None, row.until)


@pytest.mark.refused("R-13.1")
async def test_who_passes_no_duty_says_nothing_of_it(export: Exporting) -> None:
    link = await export.sharing.make_link(await export.comes(passes_duty=False), ANNA)
    assert "Wie de betrokkene informeert" not in text_of(await export.sharing.fetch(link.link, link.secret))


NOWHERE = SharedItem(item="item-1", category="hearsay", about="report", text="Het zou zo zijn.")


@pytest.mark.refused("R-6.5")
@pytest.mark.parametrize(
    "wrong",
    [{"number": "S-00000-00000"}, {"items": ()}, {"items": (NOWHERE,)}, {"protocol": "nowhere-2025"}],
    ids=["another signal", "nothing", "no source", "no protocol"],
)
async def test_a_letter_that_does_not_say_what_is_shared_is_parked(export: Exporting, wrong: dict[str, Any]) -> None:
    with pytest.raises(CannotSucceed):
        await export.comes(**wrong)


async def test_an_answer_stands_whoever_fetches_afterwards(export: Exporting) -> None:
    """Taken up by telephone, and then fetched; refused, and then fetched by nobody, and gone at once."""
    identifier = await export.comes()
    link = await export.sharing.make_link(identifier, ANNA)
    await export.sharing.enter_answer(identifier, ANNA, "accepted", None)
    assert await export.sharing.fetch(link.link, link.secret.lower())
    assert (await export.sharing.one(identifier, ANNA))["state"] == "accepted"
    with pytest.raises(Conflict):
        await export.sharing.make_link(identifier, ANNA)
    other = await export.comes()
    link = await export.sharing.make_link(other, ANNA)
    await export.sharing.enter_answer(other, ANNA, "refused", "no-capacity")
    with pytest.raises(NotFound):
        await export.sharing.fetch(link.link, link.secret)
    await export.ends_what_is_due()
    assert (await export.row(other)).ended_at is not None


async def test_what_went_with_its_signal_does_not_come_back(export: Exporting) -> None:
    """Its row was deleted while its key was being destroyed."""
    identifier = await export.comes()
    row = await export.row(identifier)
    export.clock.days = 31
    async with export.platform.database.transaction() as session:
        await delete_rows(session, [NUMBER])
    await export.sharing.end(row)
    assert await export.row(identifier) is None
    assert await export.said(KeysReleased.event) == []


async def test_a_row_that_was_changed_is_on_no_list_shuts_out_no_other_and_shows(
    export: Exporting, postgres: Postgres
) -> None:
    changed, right = [await export.comes("department", "vergunningen") for _ in range(2)]
    superuser = postgres.superuser("export")
    await superuser("UPDATE share SET state = 'accepted' WHERE id = $1", changed)
    # One that was never shared, to be read first.
    columns = ", ".join(one.name for one in table_of(Share).columns if one.name not in ("id", "until", "link"))
    forged = uuid4()
    await superuser(
        f"INSERT INTO share (id, until, {columns}) SELECT $1, now() + interval '1 hour', {columns} FROM share WHERE id = $2",
        forged,
        right,
    )
    for found in (await export.sharing.all(FG, None, Window()), await export.inbox.all(ESRA, Window())):
        assert [one["id"] for one in found["shares"]] == [str(right)]
        assert found["notBelieved"] == 2
    assert {one.about["record"] for one in export.sharing.rows.lists.doubts.stuck().examples} == {
        str(changed),
        str(forged),
    }
    told = [one for one in await export.done() if one[0] == "shares-listed not believed"]
    assert len(told) == 2, "once each, however often somebody looks"
    # What is put right is listed, and is in doubt no more.
    await superuser("UPDATE share SET state = 'waiting' WHERE id = $1", changed)
    found = await export.inbox.all(ESRA, Window())
    assert {one["id"] for one in found["shares"]} == {str(changed), str(right)}
    assert {one.about["record"] for one in export.sharing.rows.lists.doubts.stuck().examples} == {str(forged)}


async def test_what_the_document_says_of_a_source_that_verifies(export: Exporting) -> None:
    matches = {"name": True, "address": False}
    item = SharedItem(item="item-2", category="brp-verification", about="S1", matches=matches)
    link = await export.sharing.make_link(await export.comes(items=(item,), left_out=1), ANNA)
    text = text_of(await export.sharing.fetch(link.link, link.secret))
    for part in ("De naam: klopt volgens", "Het adres: klopt niet volgens", "één gegeven uit hetzelfde dossier"):
        assert part in text, part
