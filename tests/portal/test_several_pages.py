"""Several questions on one page: which follow is the service's to say; each form has names of its own, and a fault its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.leaving import own
from services.portal.pages import Pages
from services.portal.people import People
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.several import (
    AS_ITEM,
    Follows,
    Several,
    Step,
    address,
    draft_of_several,
    moved,
    recorded_already,
    steps_of,
)
from shared.engine.following import following
from shared.engine.given import Open
from shared.http.open_now import described
from shared.http.steps import places
from shared.protocol.model import State
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN

NUMBER = "S-7K3MQ-9XD4T"
FIRST = [Step("purpose", "set"), Step(AS_ITEM, "indication"), Step("weging-1", "suspicion"), Step("weging-2a", "task")]
VIEW: dict[str, Any] = {"subjects": {"S1": {"name": "Jan"}}, "objects": {"O1": {"address": "Kerkpad 5"}}, "items": {}}
ROLES = frozenset(MIDDEN_DELFLAND.file_roles)


class Answering:
    """The service's answer to POST …/steps, and what was sent to it."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self.sent: dict[str, Any] = {}

    async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        assert path == f"/v1/signals/{NUMBER}/steps"
        self.sent = body
        return self._said


def offered(steps: list[Step], state: State = State.RECEIVED) -> tuple[Opened, Follows]:
    """As the service would say it."""
    facts = replace(KNOWN, decisions=(), items=(), meetings={})
    found = Open(3, state, MIDDEN_DELFLAND, facts=facts, today=facts.today)
    follows = following(found, ROLES, [(one.key, one.answer) for one in steps])
    said = [one.model_dump(mode="json", by_alias=True) for one in places(found, follows)]
    opened = described(found).model_dump(mode="json", by_alias=True) | {"inOneGo": len(said)}
    return Opened("assessment", NUMBER, VIEW, opened, []), Follows(said, follows.ends)


def asking(said: Said | None = None) -> tuple[Several, Answering]:
    service = Answering(said or Said(201, {"done": [], "stopped": None}))
    calls = cast(Calls, service)
    return Several(calls, Dossiers(calls, cast(People, None))), service


def somebody() -> Session:
    return Session("resume", "u-1", ("oov",))


def complete(**otherwise: str) -> FormData:
    given = {
        "purpose.fields.purposes": "niet-faciliteren",
        "purpose.reason": "Daarvoor.",
        "item-indication.about": "O1",
        "item-indication.finding": "Er komen busjes.",
        "weging-1.fields.sources": "none",
        "weging-1.fields.indicators.betrokkenheid": "O1 is de plek.",
        "weging-1.fields.against": "Niets.",
        "weging-1.reason": "Het wijst op samenwerking.",
        "weging-2a.fields.powers": "sluiting-woning",
        "weging-2a.reason": "Er is een bevoegdheid.",
    }
    return FormData([*(given | otherwise).items(), ("version", "3"), ("known", "")])


def drawn(name: str, **shown: Any) -> str:
    usual: dict[str, Any] = {"session": somebody(), "trouble": None, "filled": FormData(), "kept": None}
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(f"several/{name}.html")
    return " ".join(template.render(**usual | shown).split())


def form(steps: list[Step], **shown: Any) -> str:
    dossier, follows = offered(steps)
    questions = asking()[0].questions(dossier, follows, steps)
    return drawn("invullen", dossier=dossier, questions=questions, address=address(NUMBER, steps), **shown)


# --- choosing ------------------------------------------------------------------------------------------------


def test_what_was_chosen_stands_in_the_address_in_codes_and_what_was_left_open_does_not() -> None:
    given = [("item", ""), ("purpose", "set"), ("item", "indication"), ("weging-1", "suspicion"), ("purpose", "set")]
    assert steps_of(given) == FIRST[:3]
    path = address(NUMBER, FIRST)
    assert path.endswith("?purpose=set&item=indication&weging-1=suspicion&weging-2a=task")
    assert own(path) == path, "whoever logs in again comes back to it"


def test_the_page_lists_what_can_follow_and_says_where_it_ends() -> None:
    dossier, follows = offered([])
    page = drawn("kiezen", dossier=dossier, follows=follows, steps=[], record=AS_ITEM)
    for words in ("Voor welk doel", "Is er een vermoeden", "Heeft de gemeente hier een taak", "Gaat het signaal over"):
        assert words in page
    assert 'name="weging-1" value="suspicion"' in page
    assert 'value="no-suspicion"' not in page, "what is passed on is composed and read on a page of its own"
    assert "beantwoordt u apart; wat u deelt, leest u eerst na" in page
    assert "hiervoor is eerst een LOT nodig" in page
    assert " checked" not in page, "nobody answers for him"
    again = drawn("kiezen", dossier=dossier, follows=follows, steps=FIRST, record=AS_ITEM)
    assert again.count(" checked") == 3


def test_answers_that_do_not_follow_one_another_are_seen() -> None:
    assert offered(FIRST)[1].has(FIRST)
    for wrong in (
        [FIRST[0], FIRST[3]],
        [Step("weging-1", "suspicion")],
        [*FIRST[:2], Step("weging-1", "no-suspicion")],
    ):
        assert not offered(wrong)[1].has(wrong)


# --- filling in ----------------------------------------------------------------------------------------------


def test_each_question_has_its_own_names_its_article_and_what_it_sets_going() -> None:
    page = form(FIRST)
    for step in FIRST:
        assert f'id="stap-{step.name}"' in page
    assert page.count("Waarom?") == 3
    for name in ("purpose.reason", "weging-1.reason", "item-indication.finding", "weging-2a.fields.powers"):
        assert f'name="{name}"' in page
    assert page.count("Wat dit in gang zet") == 3
    assert "art. 12 lid 3" in page
    assert page.count(">Alles vastleggen</button>") == 1


async def test_they_are_sent_as_steps_of_one_request_with_the_version_that_was_seen() -> None:
    several, service = asking(Said(201, {"done": [{}, {}, {}, {}]}))
    dossier, follows = offered(FIRST)
    questions = several.questions(dossier, follows, FIRST)
    result = await several.take(somebody(), dossier, questions, complete(), 3)
    assert result.trouble is None
    assert service.sent["expectedVersion"] == 3
    purpose, item, weging, _ = service.sent["steps"]
    assert purpose["decision"]["fields"] == {"purposes": ["niet-faciliteren"]}
    assert (item["item"]["about"], item["item"]["finding"]) == ("O1", "Er komen busjes.")
    assert weging["decision"]["fields"]["indicators"] == {"betrokkenheid": "O1 is de plek."}
    assert weging["decision"]["reason"] == "Het wijst op samenwerking."
    assert "expectedVersion" not in weging["decision"]


async def test_what_is_left_empty_is_said_of_all_of_them_before_anything_is_sent() -> None:
    several, service = asking()
    dossier, follows = offered(FIRST)
    questions = several.questions(dossier, follows, FIRST)
    result = await several.take(somebody(), dossier, questions, complete(**{"purpose.reason": " "}), 3)
    assert result.trouble
    assert service.sent == {}
    assert result.trouble.faults == (("purpose.reason", "ontbreekt: Waarom?"),)
    empty = await several.take(somebody(), dossier, questions, FormData(), 3)
    assert empty.trouble
    assert {name.partition(".")[0] for name, _ in empty.trouble.faults} == {one.name for one in FIRST}
    page = form(FIRST, trouble=empty.trouble)
    assert 'Bij 3: <a href="#f-weging-1-reason">' in page


async def test_where_it_stops_is_said_with_what_was_recorded_before_it() -> None:
    wrong = {"detail": "Er is nog iets nodig.", "status": 400}
    wrong |= {"invalidParams": [{"name": "reason", "reason": "noemt een naam", "code": "name"}]}
    several, _ = asking(Said(201, {"done": [{"decision": {}}, {"item": {"item": "item-4"}}], "stopped": wrong}))
    dossier, follows = offered(FIRST)
    result = await several.take(somebody(), dossier, several.questions(dossier, follows, FIRST), complete(), 3)
    assert (result.done, result.made) == (2, {"step-2": "item-4"})
    assert result.trouble
    assert result.trouble.words == "De eerste twee stappen zijn vastgelegd; de rest nog niet. Kijk de volgende stap na."
    assert result.trouble.faults == (("weging-1.reason", "noemt een naam"),)


async def test_what_is_refused_at_the_first_is_placed_there() -> None:
    several, _ = asking(Said(409, {"detail": "Het dossier is intussen veranderd."}))
    dossier, follows = offered(FIRST)
    result = await several.take(somebody(), dossier, several.questions(dossier, follows, FIRST), complete(), 3)
    assert result.trouble
    assert (result.done, result.trouble.overtaken) == (0, True)


def test_special_data_are_answered_in_the_question_where_they_stand() -> None:
    page = form(FIRST, trouble=Trouble("Bijzonder.", special=True))
    assert page.count('name="purpose.specialGrounds"') == 1
    assert page.count("specialGrounds") == 3, "its label, its id and its name"


# --- what was recorded before ----------------------------------------------------------------------------------


def taken(key: str, reason: str, version: int, by: str = "u-1") -> dict[str, Any]:
    moment = f"2026-11-25T10:0{version}:00+00:00"
    return {"key": key, "reason": reason, "version": version, "recorder": by, "takenAt": moment, "status": "taken"}


@pytest.mark.parametrize(
    ("decided", "count"),
    [
        ([], 0),
        ([taken("purpose", "Daarvoor.", 4)], 1),
        ([taken("purpose", "Daarvoor.", 4), taken("weging-1", "Het wijst op samenwerking.", 6)], 2),
        ([taken("purpose", "Iets anders.", 4)], 0),
        ([taken("purpose", "Daarvoor.", 4, by="u-2")], 0),
        ([taken("purpose", "Daarvoor.", 2)], 0),
    ],
)
def test_a_second_click_finds_what_the_first_one_recorded(decided: list[dict[str, Any]], count: int) -> None:
    dossier = Opened("assessment", NUMBER, VIEW, {}, decided)
    steps = [FIRST[0], FIRST[2], FIRST[3]]
    assert recorded_already(dossier, steps, complete(), somebody(), 3) == count


def test_what_is_left_goes_by_the_names_that_it_has_then() -> None:
    filled = FormData([("a.about", "step-1"), ("a.about", "step-2"), ("b.about.0", "step-3"), ("b.reason", "step by")])
    found = moved(filled, 1, {"step-1": "item-4"}, 3)
    assert found.getlist("a.about") == ["item-4", "step-1"]
    assert (found["b.about.0"], found["b.reason"]) == ("step-2", "step by")
    assert moved(filled, 2, {}, 3).getlist("a.about") == ["", ""], "it is chosen anew, and is nothing else"


def test_a_draft_is_found_again_whatever_is_chosen_after_the_first() -> None:
    dossier = offered([])[0]
    assert draft_of_several(dossier, FIRST) == draft_of_several(dossier, FIRST[:2])
    assert draft_of_several(dossier, FIRST[1:]).path.endswith("/drafts/steps.indication")


def test_what_is_recorded_on_the_page_can_be_named_in_the_next_question() -> None:
    steps = [Step(AS_ITEM, "intervention"), Step("propose-plan", "proposed")]
    found = Open(3, State.PLAN, MIDDEN_DELFLAND, facts=replace(KNOWN, items=(), decisions=()), today=KNOWN.today)
    (place,) = places(found, following(found, ROLES, [(AS_ITEM, "intervention")]))[:1]
    assert place.record
    several, _ = asking()
    decision = {
        "key": "propose-plan",
        "question": "?",
        "article": "art. 21",
        "about": ["intervention"],
        "aboutMany": True,
        "meeting": None,
    }
    outcome: dict[str, Any] = {
        "key": "proposed",
        "article": None,
        "onlyTo": None,
        "fields": {},
        "corrects": False,
        "forwarding": [],
    }
    decision |= {"choices": [{"step-1": "step-1"}], "outcomes": [outcome]}
    said = [place.model_dump(mode="json", by_alias=True), {"decision": decision, "answer": "proposed"}]
    dossier = Opened("casework", NUMBER, VIEW, described(found).model_dump(mode="json", by_alias=True), [])
    _, second = several.questions(dossier, Follows(said, ""), steps)
    assert second.asked[0].options == (("step-1", "wat u bij 1 vastlegt"),)
