"""A notice is a letter: what AVG 14 asks, made from lists, tagged, kept as ciphertext, and named by who says it was sent."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pytest

from services.rights.kept_letters import letter_pdf
from services.rights.letters import Letters, said
from services.rights.use_cases import Concerned
from shared.clock import calendar_date
from shared.contracts.dossier import ClosedTo, InformingDue
from shared.contracts.intake import Subject
from shared.contracts.rights import NoticeTold
from shared.database.tables import Outgoing
from shared.engine.given import GivenAnswer
from shared.engine.tables import Dossier, ItemRow
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.letters import letter_fields, recipient_faults
from shared.protocol.terms import add_months
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_head import settled
from tests.platform.test_heads_elsewhere import OFFICER, duties
from tests.protocol.complete import complete_law
from tests.protocol.laws import MIDDEN_DELFLAND

CHOSEN: dict[str, Any] = {
    "channel": "in-person",
    "categories": ["identity", "observations"],
    "sources": ["report", "kvk-open"],
    "recipients": ["none"],
}
PERSON = Subject(name="Jan Wilgenroos", address="Dorpsstraat 1")
ON = date(2026, 3, 2)


async def to_send(desk: Desk, address: str | None = None) -> str:
    """A person who is to be informed, decided with the privacy officer."""
    _, (duty,) = await duties(desk, address=address)
    desk.clock.pass_by(1)
    await desk.decide(duty, "duty", "inform", fields={"how": "persoonlijk"})
    (task,) = (await desk.engine.tasks.list(OFFICER, Window())).rows
    await desk.engine.tasks.answer(task.id, OFFICER, GivenAnswer("agree", "Akkoord."))
    return duty


async def made(desk: Desk, duty: str, address: str | None = None, **more: Any) -> dict[str, Any]:
    version = (await desk.engine.parts.loader.load(duty)).dossier.version
    return await Letters(desk.engine).make(duty, ANNA, CHOSEN | more, version, address)


# --- what it says ------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-26.4")
def test_it_says_everything_that_the_article_asks_in_the_municipalitys_own_words() -> None:
    law = complete_law()
    letter = said(law, PERSON, CHOSEN, ON, live=True)
    text = str(letter)
    assert [one for one in law.choices.notice.values() if one not in text] == []
    assert letter["addressee"] == ["Jan Wilgenroos", "Dorpsstraat 1"]
    headings = dict(letter["paragraphs"])
    assert headings["Welke gegevens"][0] == "uw naam en adres"
    assert headings["Waar de gegevens vandaan komen"] == [
        "een melding bij de gemeente (geen openbare bron)",
        "Handelsregister (KvK), openbaar (openbare bron)",
    ]
    assert "persoonlijk overhandigd" in letter["opening"]
    assert letter["trial"] is None


@pytest.mark.refused("R-26.4")
def test_a_letter_of_a_trial_says_that_it_is_one_and_what_was_not_filled_in() -> None:
    letter = said(MIDDEN_DELFLAND, PERSON, CHOSEN, ON, live=False)
    assert letter["trial"].startswith("Proefopstelling")
    assert dict(letter["paragraphs"])["Contact met de gemeente"] == ["nog niet ingevuld"]


@pytest.mark.allowed("R-26.5")
@pytest.mark.refused("R-26.5")
def test_nothing_is_typed_into_it() -> None:
    """Neither a reporter nor a reason of the file can stand in it: each field is a code of a list."""
    assert {type(one.kind).__name__ for one in letter_fields(MIDDEN_DELFLAND.choices)} == {"Choice", "Choices"}


@pytest.mark.parametrize("law", [MIDDEN_DELFLAND, complete_law()], ids=["trial", "complete"])
def test_it_is_a_tagged_document_and_the_same_bytes_each_time(law: Any, tmp_path: Path) -> None:
    letter = said(law, PERSON, CHOSEN, ON, live=False)
    pdf = letter_pdf(letter, ON)
    assert pdf == letter_pdf(letter, ON)
    day = f"/ModDate(D:{ON:%Y%m%d}120000Z)/CreationDate(D:{ON:%Y%m%d}120000Z)"
    assert day.encode() in pdf, "its own day and no clock: a second later it would be another"
    file = tmp_path / "brief.pdf"
    file.write_bytes(pdf)
    report = pdfua.validate(str(file))
    assert list(report.findings) == []
    with pikepdf.open(file) as found:
        assert bool(found.Root.MarkInfo.Marked)
        assert str(found.Root.Lang).startswith("nl")
        assert found.open_metadata()["pdfuaid:part"] == "1"


# --- making, keeping, reading ------------------------------------------------------------------------------


@pytest.mark.allowed("R-26.4")
async def test_it_is_kept_as_ciphertext_under_the_key_of_the_duty_and_its_name_is_its_hash(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    duty = await to_send(desk)
    answer = await made(desk, duty)
    assert answer["letter"] == f"letter-{answer['sha256'][:32]}"
    (row,) = await desk.rows(ItemRow, item=answer["letter"])
    assert row.ciphertext.startswith("vault:v1:")
    pdf = await Letters(desk.engine).read(duty, answer["letter"], ANNA, "besluit-voorbereiden")
    assert hashlib.sha256(pdf).hexdigest() == answer["sha256"]
    assert pdf.startswith(b"%PDF")
    assert base64.b64encode(pdf[:60]).decode() not in row.ciphertext
    again = await made(desk, duty)
    assert again == answer, "the same letter is the same"


@pytest.mark.refused("R-26.4")
async def test_no_letter_is_made_for_who_is_not_to_be_informed_nor_by_who_has_no_file(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    _, (undecided,) = await duties(desk)
    with pytest.raises(Conflict):
        await made(desk, undecided)
    duty = await to_send(desk)
    wrongs: list[dict[str, Any]] = [
        {"sources": []},
        {"sources": ["Greet Zonnebloem"]},
        {"categories": ["x"]},
        {"words": "de melder zei"},
    ]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            await made(desk, duty, **wrong)
    with pytest.raises(Conflict, match="adres"):
        await made(desk, duty, channel="letter")
    letters, version = Letters(desk.engine), (await desk.engine.parts.loader.load(duty)).dossier.version
    for who in (OFFICER, Person("beheerder", frozenset({"beheerder"}))):
        with pytest.raises(Forbidden):
            await letters.make(duty, who, CHOSEN, version)
    answer = await made(desk, duty)
    with pytest.raises(Forbidden):
        await letters.read(duty, answer["letter"], OFFICER, "besluit-voorbereiden")
    with pytest.raises(NotFound):
        await letters.read(duty, "letter-" + "0" * 32, ANNA, "besluit-voorbereiden")


@pytest.mark.refused("R-26.4")
async def test_who_stands_back_reads_no_letter_that_was_made(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    duty = await to_send(desk)
    letter = (await made(desk, duty))["letter"]
    told = ClosedTo(number=(await desk.row(Dossier, duty)).signal, person="anna", closed=True)
    await desk.hears(desk.engine.deciding.closing.heard, told, "assessment")
    with pytest.raises(NotFound):
        await Letters(desk.engine).read(duty, letter, ANNA, "besluit-voorbereiden")


@pytest.mark.allowed("R-26.11")
async def test_sent_names_the_letter_that_was_and_the_others_go(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    duty = await to_send(desk)
    first, second = await made(desk, duty), await made(desk, duty, sources=["kvk-open"])
    today = (await desk.engine.parts.loader.load(duty)).today.isoformat()
    fields = {"letter": second["letter"], "channel": "in-person", "sentOn": today}
    found = await desk.decide(duty, "notice-sent", "sent", fields=fields)
    loaded = await desk.engine.parts.loader.load(duty)
    assert loaded.fields_of(await desk.decision(found))["letter"] == second["letter"]
    # That he is informed, and that he was.
    await settled(desk)
    await settled(desk)
    left = (await desk.engine.parts.loader.load(duty)).opened
    assert set(left.findings) == {second["letter"]}, f"{first['letter']} was not sent"
    assert left.subjects == {}


@pytest.mark.refused("R-26.11")
async def test_a_letter_that_was_not_made_was_not_sent(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    duty = await to_send(desk)
    letter = (await made(desk, duty))["letter"]
    today = (await desk.engine.parts.loader.load(duty)).today.isoformat()
    fields = {"letter": letter, "channel": "in-person", "sentOn": today}
    for wrong in ({"letter": "letter-" + "0" * 32}, {"letter": "decision-1"}, {"channel": "digital"}):
        with pytest.raises(Invalid):
            await desk.decide(duty, "notice-sent", "sent", fields=fields | wrong)
    with pytest.raises(Invalid):
        await desk.decide(duty, "notice-sent", "sent", fields={"channel": "in-person", "sentOn": today})


# --- who received something ---------------------------------------------------------------------------------


@pytest.mark.allowed("R-26.4", "R-6.4")
def test_a_letter_names_exactly_who_is_in_the_register() -> None:
    assert recipient_faults(["politie", "bronhouder"], {"bronhouder", "politie"}) == []
    assert recipient_faults(["none"], ()) == []


@pytest.mark.refused("R-26.4", "R-6.4")
@pytest.mark.parametrize(
    ("named", "register", "codes"),
    [
        (["politie"], {"politie", "wonen"}, {"recipient-left-out": "wonen"}),
        (["politie", "wonen"], {"politie"}, {"recipient-not-there": "wonen"}),
        (["none"], {"politie"}, {"recipient-left-out": "politie", "recipient-not-there": "none"}),
        (["politie"], (), {"recipient-left-out": "none", "recipient-not-there": "politie"}),
    ],
)
def test_who_is_left_out_of_a_letter_or_put_into_it_is_said_by_code(
    named: list[str], register: set[str], codes: dict[str, str]
) -> None:
    found = {one.code: one.reason.partition(":")[0] for one in recipient_faults(named, register)}
    assert found == codes


@pytest.mark.refused("R-26.4", "R-6.4")
async def test_a_letter_is_compared_with_the_register_when_it_is_made_and_when_it_goes(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    duty = await to_send(desk)
    before = await desk.engine.parts.loader.load(duty)

    async def shares(to: str, why: str, about: tuple[str, ...] = ("S1",)) -> None:
        on = calendar_date(desk.clock.now())
        due = InformingDue(
            number=before.dossier.signal, about=("S1",), why=why, on=on, recipient=to, received_about=about
        )
        await desk.hears(Concerned(desk.engine).due, due, "casework")

    await shares("politie", "disclosure")
    await shares("wonen", "received")
    await shares("douane", "disclosure", ())
    shown = await desk.engine.showing.view(duty, ANNA, "weging")
    assert [one["recipient"] for one in shown["received"]] == ["politie", "wonen"]
    assert shown["dueOn"] == str(before.dossier.due_on), "received inside the municipality brings nothing nearer"
    with pytest.raises(Invalid) as refused:
        await made(desk, duty, recipients=["politie", "douane"])
    assert {one.code for one in refused.value.faults} == {"recipient-left-out", "recipient-not-there"}
    letter = (await made(desk, duty, recipients=["wonen", "politie"]))["letter"]
    await shares("douane", "disclosure")
    desk.clock.pass_by(24 * 3600)
    await desk.hears_access()
    sent = {"letter": letter, "channel": "in-person", "sentOn": calendar_date(desk.clock.now()).isoformat()}
    with pytest.raises(Invalid, match="recipients"):
        await desk.decide(duty, "notice-sent", "sent", fields=sent)
    new = (await made(desk, duty, recipients=["wonen", "politie", "douane"]))["letter"]
    await desk.decide(duty, "notice-sent", "sent", fields=sent | {"letter": new})


# --- what comes back ---------------------------------------------------------------------------------------


@pytest.mark.allowed("R-26.11")
@pytest.mark.refused("R-26.11")
async def test_what_came_back_opens_the_duty_and_another_letter_goes(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    duty = await to_send(desk, address="Dorpsstraat 1")
    day = calendar_date(desk.clock.now()).isoformat()
    first = (await made(desk, duty, channel="letter"))["letter"]
    sent = {"letter": first, "channel": "letter", "sentOn": day}
    await desk.decide(duty, "notice-sent", "sent", fields=sent)
    await settled(desk)
    await settled(desk)
    assert (await desk.engine.parts.loader.load(duty)).opened.subjects, "it may come back"
    desk.clock.pass_by(3600)
    back = {"cause": "moved", "returnedOn": day}
    await desk.decide(duty, "notice-undeliverable", "address-sought", fields=back)
    row = await desk.row(Dossier, duty)
    assert (row.state, row.due_on) == ("duty-to-send", add_months(date.fromisoformat(day), 1))
    notices = [NoticeTold.model_validate_json(one.body or b"") for one in await desk.rows(Outgoing, event="notice.v1")]
    assert max(notices, key=lambda one: one.version).state == "to-send", "he does not count as informed"
    with pytest.raises(Invalid, match="letter"):
        await desk.decide(duty, "notice-sent", "sent", fields=sent)
    with pytest.raises(Invalid, match="address"):
        await made(desk, duty, channel="letter")
    new = (await made(desk, duty, "Kerkweg 2", channel="letter"))["letter"]
    await desk.decide(duty, "notice-sent", "sent", fields=sent | {"letter": new})
    assert (await desk.row(Dossier, duty)).state == "duty-done"
    # It comes back before what is left of that decision is done: the letter that is made since stays.
    await desk.decide(duty, "notice-undeliverable", "address-sought", fields=back)
    third = (await made(desk, duty, "Molenweg 3", channel="letter"))["letter"]
    for _ in range(2):
        await settled(desk)
    assert third in (await desk.engine.parts.loader.load(duty)).opened.findings
