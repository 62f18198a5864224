"""What somebody filled in, where there is no form for it any more: all of it, with its question, and nothing of the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.datastructures import FormData

from services.portal.pages import Pages
from services.portal.people import People
from services.portal.repeated import Repeated, written
from shared.protocol.kinds import Choice
from shared.protocol.opening import PURPOSES_OF_OPENING
from tests.protocol.laws import MIDDEN_DELFLAND

CHOICE = next(
    (one.name, *next(iter(one.kind.choices.items())))
    for decision in MIDDEN_DELFLAND.decisions
    for one in decision.fields
    if isinstance(one.kind, Choice)
)


def test_one_word_a_day_and_a_choice_are_as_much_as_a_sentence() -> None:
    of_the_page = {"csrf": "x", "version": "3", "known": "d-1", "deed": "draft", "stap": "versturen", "key": "k"}
    of_the_page |= {
        "then": "/",
        "decision": "d-1",
        "hold": "h-1",
        "kolom.politie.concerning.who": "some",
        "members.0.version": "1",
        "members.0.drawn": "x",
    }
    typed = {"fields.persons.0.name": "Wilgenroos", "fields.reviewOn": "2026-12-01", "reason": "Vaker gezien."}
    assert written(FormData(of_the_page | typed | {"typed.name": " "})) == list(typed.items())


def test_it_is_said_with_what_was_asked_and_in_words(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps({"u-12345678": "Anna de Vries"}))
    repeated = Repeated(MIDDEN_DELFLAND, People(tmp_path / "people.json"))
    name, code, called = CHOICE
    for at in ("fields", "closing-1.fields"):
        assert repeated.value(f"{at}.{name}", code) == called
    assert repeated.label("fields.purposes") == repeated.label("closing-1.fields.purposes") == "Welke doelen?"
    assert (repeated.label("reason"), repeated.label("fields.persons.0.name")) == ("Reden", "Naam")
    assert repeated.label("fields.result") == "", "it is asked in two ways"
    assert [repeated.value("fields.x", one) for one in ("true", "u-12345678", "oov", "Ja hoor")] == [
        *("Ja", "Anna de Vries", "OOV'er", "Ja hoor")
    ]


def test_a_code_that_means_two_things_is_given_back_as_it_was_sent() -> None:
    """`b` of informing is defence, of withholding from a request it is prosecution."""
    repeated = Repeated(MIDDEN_DELFLAND, People(None))
    grounds = [one.kind for rule in MIDDEN_DELFLAND.decisions for one in rule.fields if one.name == "grounds"]
    meanings = {getattr(one, "choices", {}).get("b") for one in grounds} - {None}
    assert len(meanings) > 1
    assert repeated.value("fields.grounds", "b") == "b"


def test_what_every_form_asks_has_its_words() -> None:
    repeated = Repeated(MIDDEN_DELFLAND, People(None))
    assert (repeated.label("outcome"), repeated.label("closing-1.outcome")) == ("Antwoord", "Antwoord")
    assert repeated.value("outcome", "heavy-enough") != "heavy-enough"
    assert repeated.value("purpose", next(iter(PURPOSES_OF_OPENING))) in PURPOSES_OF_OPENING.values()


@pytest.mark.parametrize("template", ["parts/fout.html", "log_in/uitgelogd.html"])
def test_a_page_says_it_so(template: str) -> None:
    words = [("fields.result", "2026-12-01"), ("reason", "<b>Wilgenroos")]
    page = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template)
    shown = page.render(session=None, trouble=None, why="ingestuurd", title="", detail="", words=words)
    assert "1 december 2026" in shown
    assert "<strong>Reden</strong> &lt;b&gt;Wilgenroos" in shown
