"""Questions to sources on one page: what is refused can be answered, and what was asked is not asked again."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from services.portal.calls import Said
from services.portal.use_cases.questions import QUESTION_RECORD
from shared.protocol.fields import schema
from tests.portal.held import NUMBER, Held, held
from tests.protocol.laws import MIDDEN_DELFLAND

CATEGORY = MIDDEN_DELFLAND.category(QUESTION_RECORD)
assert CATEGORY is not None
RECORD: dict[str, Any] = {
    "category": QUESTION_RECORD,
    "name": "vraag",
    "about": ["report", "S1", "O1"],
    "fields": schema(CATEGORY.fields),
    "composed": False,
    "finding": True,
    "missing": [],
}
FIRST, SECOND = (one["const"] for one in RECORD["fields"]["properties"]["source"]["oneOf"][:2])
FILLED: dict[str, Any] = {
    f"bron__{FIRST}__about": ["S1", "O1"],
    f"bron__{FIRST}__finding": "Is er een vergunning?",
    f"bron__{SECOND}__about": ["S1"],
    f"bron__{SECOND}__finding": "Staat S1 daar in?",
}
SPECIAL = {"name": "finding", "reason": "lijkt te gaan over gezondheid, of zeg bij", "code": "special-unanswered"}
REFUSED = {"status": 400, "detail": "Er is niets vastgelegd. Alles staat in de lijst.", "invalidParams": [SPECIAL]}


async def asking(app: FastAPI, monkeypatch: pytest.MonkeyPatch, **answers: Said) -> Held:
    return await held(app, monkeypatch, open={"records": [RECORD]}, answers=answers)


async def test_a_question_with_special_data_can_be_asked_on_a_ground(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On which ground was never asked, so that nothing could be done but take the words away."""
    signal = await asking(app, monkeypatch, previews=Said(400, REFUSED))
    answer = await signal.sends("/vragen", **FILLED, stap="voorbeeld")
    assert 'name="specialGrounds"' in answer.text
    assert f'href="#f-bron-{FIRST}-finding"' in answer.text
    ground = {"specialGrounds": "health:vital-interest"}
    signal.answers = {"steps": Said(201, {"done": [{}, {}, {}], "stopped": None})}
    answer = await signal.sends("/vragen", **FILLED, **ground, stap="versturen")
    assert answer.headers["Location"] == f"/dossiers/{NUMBER}"
    assert {str(one["item"]["specialGrounds"]) for one in signal.sent[-1][1]["steps"]} == {
        "{'health': 'vital-interest'}"
    }


@pytest.mark.parametrize(
    ("done", "words", "left", "gone"),
    [
        (1, "Er is één vraag gesteld; de rest nog niet.", [("S1", SECOND), ("O1", FIRST)], [("S1", FIRST)]),
        (2, "Er zijn twee vragen gesteld; de rest nog niet.", [("S1", SECOND)], [("S1", FIRST), ("O1", FIRST)]),
    ],
)
async def test_what_was_asked_is_said_and_not_asked_again(
    app: FastAPI,
    monkeypatch: pytest.MonkeyPatch,
    done: int,
    words: str,
    left: list[tuple[str, str]],
    gone: list[tuple[str, str]],
) -> None:
    """It said that nothing was recorded, named a list that was not there, and asked once more what had been asked."""
    signal = await asking(app, monkeypatch, steps=Said(201, {"done": [{}] * done, "stopped": REFUSED}))
    answer = await signal.sends("/vragen", **FILLED, stap="versturen")
    assert answer.status_code == 400
    assert words in answer.text
    assert "niets vastgelegd" not in answer.text
    assert "Kijk de volgende vraag na." in answer.text
    for code, source in left:
        assert f'name="bron.{source}.about" value="{code}" checked' in answer.text
    for code, source in gone:
        assert f'name="bron.{source}.about" value="{code}" checked' not in answer.text
    assert ("Is er een vergunning?" in answer.text) == (done == 1)
    assert "Staat S1 daar in?" in answer.text
    assert f'href="#f-bron-{FIRST if done == 1 else SECOND}-finding"' in answer.text
    assert 'name="specialGrounds"' in answer.text


async def test_where_nothing_more_can_be_asked_it_is_said_what_was_and_what_was_not(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = {"status": 409, "detail": "Dit wordt nu niet meer gevraagd.", "code": "conflict"}
    signal = await asking(app, monkeypatch)
    found = signal.post

    async def post(*given: Any, **more: Any) -> Said:
        await found(*given, **more)
        signal.open = {"records": []}
        return Said(201, {"done": [{}, {}], "stopped": over})

    monkeypatch.setattr(app.state.calls, "post", post)
    answer = await signal.sends("/vragen", **FILLED, stap="versturen")
    assert answer.status_code == 409
    assert "Er zijn twee vragen gesteld; de rest nog niet. Dit wordt nu niet meer gevraagd." in answer.text
    assert "Staat S1 daar in?" in answer.text
    assert "Is er een vergunning?" not in answer.text
