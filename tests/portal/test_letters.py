"""The page of a letter to a person: it offers whom the register names, and leads to recording that this letter has gone."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from starlette.datastructures import FormData

from services.portal.calls import Calls
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.use_cases.letters import RECIPIENTS_FIELD, LettersToPersons
from tests.protocol.laws import MIDDEN_DELFLAND

LETTER = "letter-" + "0a" * 16
VIEW: dict[str, Any] = {
    "addressee": {"name": "Jan Wilgenroos", "address": "Dorpsstraat 1"},
    "letters": [],
    "received": [{"recipient": "politie", "since": "2026-11-01"}],
}
DECISION = {"key": "notice-sent", "article": "art. 26 lid 2", "outcomes": [{"key": "sent"}]}
NOBODY = cast(Calls, None)
"""Nothing is sent in these tests: asking it would fail."""


def duty(decisions: tuple[dict[str, Any], ...] = (), **view: Any) -> Opened:
    return Opened("rights", "D-7K3MQ-9XD4T", VIEW | view, {"state": "duty-to-send", "version": 4}, list(decisions))


def drawn(found: Opened) -> str:
    letters = LettersToPersons(NOBODY, MIDDEN_DELFLAND)
    shown: dict[str, Any] = {"session": Session("resume", "u-1", ("oov",)), "trouble": None, "done": None}
    shown |= {"dossier": found, "decision": DECISION, "asked": letters.asked(found), "filled": letters.begun(found)}
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("letter/brief.html")
    return template.render(**shown)


def test_whom_the_register_names_is_offered_and_nobody_else() -> None:
    letters = LettersToPersons(NOBODY, MIDDEN_DELFLAND)
    (asked,) = [one for one in letters.asked(duty()) if one.name == RECIPIENTS_FIELD]
    assert [code for code, _ in asked.options] == letters.begun(duty()).getlist(RECIPIENTS_FIELD) == ["politie"]
    assert letters.begun(duty(received=[])).getlist(RECIPIENTS_FIELD) == ["none"]
    assert "address" not in [one.name for one in letters.asked(duty())]
    back = {"key": "notice-undeliverable", "status": "taken"}
    assert "address" in [one.name for one in letters.asked(duty((back,)))]


def test_a_letter_that_was_made_is_read_and_then_recorded_as_sent() -> None:
    assert "besluiten/notice-sent" not in drawn(duty()), "before there is one, nothing can have gone"
    page = drawn(duty(letters=[{"letter": LETTER, "channel": "in-person", "madeAt": "2026-11-28T10:00:00+00:00"}]))
    assert f'href="/dossiers/D-7K3MQ-9XD4T/brief/{LETTER}"' in page
    assert f"fields.letter={LETTER}&amp;fields.channel=in-person" in page


def test_what_was_left_empty_is_said_at_its_field() -> None:
    letters = LettersToPersons(NOBODY, MIDDEN_DELFLAND)
    trouble = asyncio.run(letters.make(Session("resume", "u-1", ("oov",)), duty(), FormData()))
    assert trouble is not None
    assert [name for name, _ in trouble.faults] == [
        "fields.channel",
        "fields.categories",
        "fields.sources",
        "fields.recipients",
    ]
