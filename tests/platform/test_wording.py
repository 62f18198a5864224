"""Every entrance for words: nobody is named, no citizen service number, nothing special without a ground.

Who knows a name tries to get it past: into a reason, a paper, a question, an intervention, an answer to a task, a
consultation, a withdrawal, or why a signal goes on to nobody; and the reporter's into what is recorded and shared.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.assessment.policy import AssessmentPolicy
from services.casework.policy import CaseworkPolicy
from services.rights.policy import RightsPolicy
from services.rights.shelf import DutyShelf
from services.rights.use_cases import Concerned
from services.sources.policy import SourcesPolicy
from shared.clock import calendar_date
from shared.contracts.assessment import ResearchContent, SubjectsContent
from shared.contracts.intake import ReporterMarks, Subject
from shared.database.tables import Audit
from shared.engine.arrive import documents_of
from shared.engine.consulted import readings_of
from shared.engine.documents import REPORT, Finding, Report, encrypted
from shared.engine.given import Given
from shared.engine.goes_on import became_known, going_on
from shared.engine.policy import Policy
from shared.engine.sealing import OPEN_ARCHIVE, Sealing
from shared.engine.shelf import Shelf
from shared.engine.tables import ItemRow, MeetingRow
from shared.errors import Invalid
from shared.identity import Person
from shared.keys.transit import Place, Transit, key_name
from shared.numbers import duty_number
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from shared.words.names import marks_of
from shared.words.sealed import filled, new_key
from tests.platform.conftest import BaoOf, DatabaseOf
from tests.platform.desk import ANNA, VERSION, Desk
from tests.platform.test_heads_elsewhere import purpose

DeskOf = Callable[[str], Awaitable[Desk]]
Entrance = Callable[[DeskOf, str], Awaitable[object]]
POLICIES: dict[str, Callable[[], Policy]] = {
    "assessment": AssessmentPolicy,
    "sources": SourcesPolicy,
    "casework": CaseworkPolicy,
    "rights": RightsPolicy,
}
KEY = new_key()
GREET = ReporterMarks(key=KEY, hashes=filled(KEY, marks_of("Greet Zonnebloem")))
SIGNAL = "S-00000-00000"
ROOS = (Subject(name="Roos Wilgenburg", address="Dorpsstraat 1"),)
NAMED = [
    "W\u200bilgenbúrg",
    "Wіlgеnburg",
    "wilgenburg, r.",
    "Roos",
    "R O O S W I L G E N B U R G",
    "volgens zonnebloem",
    "Z0nneb|oem",
    "Greet",
]
"""The person of the signal and its reporter, as a reader reads them."""
NOBODY = "S1 woont er; een roos bij de deur, en de zonnige tuin is klein."


@pytest.fixture
async def desk_of(database_of: DatabaseOf, bao_of: BaoOf, tmp_path: Path) -> DeskOf:
    """`await desk_of("assessment")`: its engine, ready to decide."""
    made: dict[str, Desk] = {}

    async def make(service: str) -> Desk:
        if service not in made:
            shelf: Shelf | None = DutyShelf() if service == "rights" else None
            database, bao = await database_of(service), bao_of(service)
            made[service] = await Desk(
                service, POLICIES[service](), database, bao, bao_of("access"), tmp_path, shelf
            ).ready()
        return made[service]

    return make


async def arrived(desk: Desk, state: State, **more: Any) -> str:
    return await desk.arrives(state, subjects=ROOS, reporter=GREET, **more)


def intervention(desk: Desk) -> Finding:
    return Finding(
        category="intervention",
        about="S1",
        finding="Controle van de vergunning.",
        fields={"department": "wonen", "plannedOn": "2026-03-01", "subjects": ["S1"], **INSTRUMENT},
        recorded_by="anna",
        recorded_at=desk.clock.now().isoformat(),
    )


INSTRUMENT = {"instrument": "toezicht-huisvesting"}
LATEST = "2199-12-31"
TASK = {"powers": ["sluiting-drugspand"]}
FOUR = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "ja")


# --- the entrances ----------------------------------------------------------------------------------------


async def a_reason(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("assessment")
    return await desk.decide(await arrived(desk, State.WEGING_2A), "weging-2a", "task", fields=TASK, reason=words)


async def a_field(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    fields = {"considered": words}
    return await desk.decide(number, "weging-2a", "no-task", fields=fields, forwarding=Forwarding(none_because="Geen."))


async def why_nobody_gets_it(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    nobody = Forwarding(none_because=words)
    return await desk.decide(number, "weging-2a", "no-task", fields={"considered": "Alle."}, forwarding=nobody)


async def a_withdrawal(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    found = await desk.decide(number, "weging-2a", "task", fields=TASK)
    return await desk.decide(number, "withdrawal", reason=words, confirms=(await desk.decision(found)).id)


async def a_consultation(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.PHASE_2)
    return await desk.engine.consultations.ask(number, ANNA, SIGNAL, words)


async def a_paper(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.PHASE_2)
    row = MeetingRow(
        id=f"M-{number}",
        version=1,
        kind="LOT",
        held_on=calendar_date(desk.clock.now()) + timedelta(days=1),
        chair="anna",
        members=[{"userId": "farid"}],
        present=[],
        agenda=[number],
    )
    await desk.add(row)
    return await desk.record(number, "paper", "report", words, meeting=row.id, items=["report"])


async def asking(desk: Desk) -> str:
    number = await arrived(desk, State.SOURCE_LIST)
    await desk.decide(number, "source-list", "listed", fields={"sources": ["horeca-permits"]})
    await desk.decide(number, "check-1", "approved", about=("horeca-permits",), fields=FOUR)
    await desk.decide(number, "check-1-done", "some", fields={"conclusion": "eén bron"})
    return number


async def a_question(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("sources")
    return await desk.record(await asking(desk), "question", "S1", words, source="horeca-permits", answerBy=LATEST)


async def an_answer(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("sources")
    number = await asking(desk)
    asked = await desk.record(
        number, "question", "S1", "Is er een vergunning?", source="horeca-permits", answerBy=LATEST
    )
    today = calendar_date(desk.clock.now()).isoformat()
    fields = {"consultedOn": today, "answeredBy": "Vergunningen", "answeredOn": today}
    return await desk.decide(number, "answer", "no-hit", reason=words, about=(asked.item,), fields=fields)


async def an_intervention(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("casework")
    number = await arrived(desk, State.PLAN)
    fields = {"department": "wonen", "plannedOn": "2026-12-01", "subjects": ["S1"], **INSTRUMENT}
    return await desk.record(number, "intervention", "S1", words, **fields)


async def how_it_goes(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("casework")
    number = await arrived(desk, State.EXECUTION, findings={"item-0": intervention(desk)})
    return await desk.record(number, "monitoring", "S1", words, intervention="item-0")


async def why_somebody_hears_later(desk_of: DeskOf, words: str) -> object:
    return await _duty(await desk_of("rights"), words)


async def _duty(desk: Desk, words: str) -> Any:
    number, room = duty_number(), desk.platform.room()
    key = key_name(uuid4(), room.mount)
    await room.make(key)
    person = Report(subjects=ROOS, reporter_marks=GREET)
    (item,) = await encrypted(room, key, [(number, REPORT, person)])
    since = calendar_date(desk.clock.now())
    about = (number, SIGNAL, "S1", key, VERSION, since, item)
    await desk.add(await Concerned(desk.engine)._duty(*about, begun=purpose(desk)), item)
    soon = (calendar_date(desk.clock.now()) + timedelta(days=30)).isoformat()
    said = dict.fromkeys(("necessity", "proportionality", "factors"), words)
    found = await desk.decide(number, "duty", "defer", fields={"grounds": ["d"], "reviewOn": soon, **said})
    return number, (await desk.decision(found)).id


async def a_co_signature(desk_of: DeskOf, words: str) -> object:
    desk = await desk_of("rights")
    number, proposal = await _duty(desk, "Het onderzoek loopt.")
    gijs = Person("gijs", frozenset({"privacy-officer"}))
    given = Given(Attempt("duty", "agree", words, {}), await desk.version(number), proposal)
    return await desk.engine.deciding.decide(number, gijs, given, only=("privacy-officer",))


ENTRANCES: list[Entrance] = [
    *(a_reason, a_field, why_nobody_gets_it, a_withdrawal, a_consultation, a_paper, a_question, an_answer),
    *(an_intervention, how_it_goes, why_somebody_hears_later, a_co_signature),
]


async def codes(trying: Awaitable[object]) -> set[str]:
    """Why it is refused; nothing when it is not."""
    try:
        await trying
    except Invalid as refused:
        return {one.code for one in refused.faults}
    return set()


@pytest.mark.parametrize("entrance", ENTRANCES, ids=lambda one: one.__name__)
async def test_no_entrance_lets_a_name_a_number_or_something_special_past(desk_of: DeskOf, entrance: Entrance) -> None:
    found = {words: await codes(entrance(desk_of, f"Dit zegt {words}.")) for words in NAMED}
    assert found == {words: {"names-somebody"} for words in NAMED}
    assert await codes(entrance(desk_of, "Met nummer 1234.56.782.")) == {"bsn"}
    assert await codes(entrance(desk_of, "S1 is verslaafd.")) == {"special-unanswered"}
    assert await codes(entrance(desk_of, NOBODY)) == set()


async def test_who_is_refused_does_not_learn_whether_it_was_the_reporter(desk_of: DeskOf) -> None:
    said = []
    for name in ("Wilgenburg", "Zonnebloem"):
        with pytest.raises(Invalid) as refused:
            await an_answer(desk_of, f"Dit is {name}.")
        said.append(refused.value.faults)
    assert said[0] == said[1]
    assert "onnebloem" not in str(refused.value)


# --- the reporter, in what is recorded and shared -----------------------------------------------------------


@pytest.mark.refused("R-5.6")
async def test_a_fact_names_persons_and_not_the_reporter(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_1)
    assert await codes(desk.record(number, "kvk-open", "S1", "Greet Z0nnebloem belde.")) == {"shows-reporter"}
    assert await codes(desk.record(number, "kvk-open", "S1", "Bestuurder: 123456782.")) == {"bsn"}
    found = await desk.record(number, "kvk-open", "S1", "Roos Wilgenburg is bestuurder.")
    assert found.item


@pytest.mark.allowed("R-5.6")
async def test_a_name_that_a_person_of_the_signal_has_too_is_that_persons(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    subjects = (Subject(name="Piet Zonnebloem"),)
    number = await desk.arrives(State.WEGING_1, subjects=subjects, reporter=GREET)
    assert (await desk.record(number, "kvk-open", "S1", "Piet Zonnebloem is bestuurder.")).item
    assert await codes(desk.record(number, "kvk-open", "S1", "Greet zei het.")) == {"shows-reporter"}


@pytest.mark.refused("R-5.6")
async def test_a_report_that_still_shows_its_reporter_is_passed_on_to_nobody(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A, text="Ik, Z o n n e b l o e m, zag een schuur.")
    on = Forwarding("partner", "douane", ("report",))
    trying = desk.decide(number, "weging-2a", "no-task", fields={"considered": "Alle."}, forwarding=on)
    assert await codes(trying) == {"shows-reporter"}
    found = await desk.record(number, "indication", "report", "Iemand zag een schuur.")
    other = Forwarding("partner", "douane", (found.item,))
    assert await desk.decide(number, "weging-2a", "no-task", fields={"considered": "Alle."}, forwarding=other)


async def test_nor_allowed_to_anybody_in_phase_4(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number = await arrived(desk, State.CHECK_2A, text="Ik, Z o n n e b l o e m, zag een schuur.")
    about, fields = ("report", "wonen"), {"task": "toezicht-huisvesting"}
    assert await codes(desk.decide(number, "check-2a", "may", about=about, fields=fields)) == {"shows-reporter"}
    assert await desk.decide(number, "check-2a", "may-not", about=about, fields=fields)


async def test_what_ends_keeps_nothing_of_the_reporter(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    found = await desk.decide(
        number, "weging-2a", "no-task", fields={"considered": "Alle."}, forwarding=Forwarding(none_because="Geen.")
    )
    loaded = await desk.engine.parts.loader.load(number)
    # Assessment may read its archive, but never holds what lies in it.
    archive = Transit(desk.platform.bao, OPEN_ARCHIVE)
    sealing = Sealing(desk.platform, desk.engine.policy)
    archived = await sealing._into(OPEN_ARCHIVE, loaded, await desk.decision(found), loaded.items, readings_of(loaded))
    pairs = [(Place(OPEN_ARCHIVE, number, one.item, one.version), one.ciphertext) for one in archived]
    kept = b"".join(await archive.decrypt(archived[0].key, pairs))
    assert b"Wilgenburg" in kept
    assert GREET.key.encode() not in kept
    assert GREET.hashes[0].encode() not in kept


# --- something special --------------------------------------------------------------------------------------


async def test_a_warning_is_answered_with_a_ground_or_with_other_words(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    words = "S1 is psychiatrisch patiënt en heeft een strafblad."
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "weging-2a", "task", fields=TASK, reason=words)
    assert [(one.field, one.article) for one in refused.value.faults] == [
        ("reason", "art. 9 AVG"),
        ("reason", "art. 10 AVG"),
    ]
    for wrong in (
        {"health": "vital-interest"},
        {"health": "x", "criminal": "made-public"},
        {"criminal": "identification"},
    ):
        assert await codes(desk.decide(number, "weging-2a", "task", fields=TASK, reason=words, special_grounds=wrong))
    grounds = {"health": "beside-criminal-data", "criminal": "public-cooperation"}
    found = await desk.decide(number, "weging-2a", "task", fields=TASK, reason=words, special_grounds=grounds)
    assert found.words
    assert found.words.special_grounds == grounds
    loaded = await desk.engine.parts.loader.load(number)
    decision = await desk.decision(found)
    assert loaded.content
    assert loaded.content.words[str(decision.id)].special_grounds == grounds


async def test_a_number_that_is_no_citizen_service_number_is_answered_too(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_1)
    words, answer = "De stichting heeft RSIN 123456782.", {"citizen-number": "another-number"}
    assert await codes(desk.record(number, "kvk-open", "S1", words)) == {"bsn"}
    wrong = {"citizen-number": "made-public"}
    assert await codes(desk.record(number, "kvk-open", "S1", words, special_grounds=wrong)) == {
        "special-ground-unknown"
    }
    found = await desk.record(number, "kvk-open", "S1", words, special_grounds=answer)
    shown = await desk.engine.showing.view(number, ANNA, "weging")
    assert shown["items"][found.item]["specialGrounds"] == answer


async def test_the_trail_says_what_was_answered_and_nothing_of_what_was_written(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    grounds = {"health": "vital-interest", "citizen-number": "another-number"}
    reason = "S1 is verslaafd, zie zaak 123456782."
    await desk.record(number, "indication", "report", reason, special_grounds=grounds)
    found = await desk.decide(number, "weging-2a", "task", fields=TASK, reason=reason, special_grounds=grounds)
    identifier = (await desk.decision(found)).id
    await desk.decide(number, "withdrawal", reason=reason, confirms=identifier, special_grounds=grounds)
    await desk.decide(number, "weging-2a", "task", fields=TASK, reason="Er is een taak.")
    lines = [one.entry for one in await desk.rows(Audit) if one.entry["record"] == number]
    answered = {one["action"]: one["answered"] for one in lines if "answered" in one}
    acts = {"fact recorded", "decision taken: weging-2a", "decision withdrawn: weging-2a"}
    assert answered == {one: ["another-number", "vital-interest"] for one in acts}
    assert len([one for one in lines if one["action"] == "decision taken: weging-2a"]) == 2, "one had nothing to answer"
    for typed in ("verslaafd", "123456782", "health", "citizen-number"):
        assert typed not in str(lines), typed


async def test_the_ground_of_a_fact_stands_with_it(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.PHASE_2)
    words = "Noemt zich op internet lid van de vakbond."
    seen = {"url": "https://voorbeeld.nl/wie", "seenOn": "2026-01-05", "foundBy": "Gezocht op het beroep."}
    assert await codes(desk.record(number, "internet", "S1", words, **seen)) == {"special-unanswered"}
    grounds = {"trade-union": "made-public"}
    found = await desk.record(number, "internet", "S1", words, special_grounds=grounds, **seen)
    shown = await desk.engine.showing.view(number, ANNA, "weging")
    assert shown["items"][found.item]["specialGrounds"] == grounds


async def test_a_report_is_shown_with_what_has_to_be_minded_and_answered_when_it_is_shared(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    text = "Greet Zonnebloem hier. De verslaafde buurman, nummer 123456782."
    number = await arrived(desk, State.WEGING_2A, text=text)
    remarks = (await desk.engine.showing.view(number, ANNA, "weging"))["remarks"]
    assert [(one["name"], one["code"]) for one in remarks] == [
        ("report.text", "shows-reporter"),
        ("report.text", "bsn"),
        ("report.text", "special-unanswered"),
    ]
    assert "remarks" in (await desk.engine.showing.view(await arrived(desk, State.WEGING_2A), ANNA, "weging"))
    number = await arrived(desk, State.WEGING_2A, text="De verslaafde buurman.")
    on: dict[str, Any] = {"fields": {"considered": "Alle."}, "forwarding": Forwarding("partner", "douane", ("report",))}
    assert await codes(desk.decide(number, "weging-2a", "no-task", **on)) == {"special-unanswered"}
    grounds = {"health": "vital-interest"}
    assert await desk.decide(number, "weging-2a", "no-task", **on, special_grounds=grounds)


async def test_the_marks_are_shown_to_nobody_and_lie_encrypted(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await arrived(desk, State.WEGING_2A)
    shown = str(await desk.engine.showing.view(number, ANNA, "weging"))
    assert GREET.key not in shown
    assert GREET.hashes[0] not in shown
    assert all(GREET.key not in one.ciphertext for one in await desk.rows(ItemRow, number=number))


async def test_the_marks_go_with_the_report_to_every_later_holder_and_to_who_informs(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    loaded = await desk.engine.parts.loader.load(await arrived(desk, State.PHASE_2))
    research = going_on(ResearchContent, loaded, {})
    report = documents_of(ResearchContent.model_validate_json(research.model_dump_json()))[REPORT]
    assert isinstance(report, Report)
    assert report.reporter_marks == GREET
    informing = became_known(loaded, {"S2": Subject(name="Piet Noordzij")}).content
    assert isinstance(informing, SubjectsContent)
    assert informing.reporter_marks == GREET
