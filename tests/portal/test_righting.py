"""Putting right: nothing is sent that was left empty, and who shuts himself out reads so where he can still read it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from services.portal.calls import Said
from tests.portal.held import NUMBER, held

REASON = {"title": "Waarom?", "type": "string", "minLength": 1}
WHOM = {"title": "Voor wie?", "type": "array", "maxItems": 1, "items": {"type": "string", "format": "user-id"}}
CLOSES_TO: dict[str, Any] = {
    "name": "close",
    "decision": None,
    "question": "Moet het voor die persoon worden gesloten?",
    "article": "art. 2:4 Awb",
    "path": "decisions",
    "given": {"key": "closing", "outcome": "closed", "expectedVersion": 3},
    "fields": {"required": ["about", "reason"], "properties": {"about": WHOM, "reason": REASON}},
}
SPLIT = CLOSES_TO | {"name": "split", "path": "/v1/clusters/C-1/splits", "given": {"members": []}}
SPLIT["fields"] = {"required": ["reason"], "properties": {"reason": REASON}}
DONE, WHY = Said(201, {}), "Hij woont ernaast."


@pytest.mark.refused("R-T.4")
@pytest.mark.parametrize(
    ("path", "filled", "missing"),
    [
        ("/doen/close", {"about": "", "reason": WHY}, ["Voor wie?"]),
        ("/doen/close", {"about": " ", "about__number": " ", "reason": ""}, ["Voor wie?", "Waarom?"]),
        ("/doen/split", {"reason": " "}, ["Waarom?"]),
    ],
)
async def test_what_was_left_empty_is_asked_before_anything_is_sent(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, path: str, filled: dict[str, str], missing: list[str]
) -> None:
    """A signal was closed to whoever left empty to whom, and that was told as done."""
    signal = await held(
        app, monkeypatch, open={"actions": [CLOSES_TO, SPLIT]}, answers={"decisions": DONE, "splits": DONE}
    )
    answer = await signal.sends(path, **filled)
    assert answer.status_code == 400
    assert signal.sent == []
    for one in missing:
        assert f"Ontbreekt: {one}</a>" in answer.text
    assert answer.text.count('class="fault"') == len(missing)
    assert filled["reason"].strip() in answer.text


async def test_who_closes_it_to_himself_reads_so_on_his_own_page_and_nowhere_else(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It led to a page of what does not exist for him any more, and was said at another dossier."""
    signal = await held(app, monkeypatch, open={"actions": [CLOSES_TO]}, answers={"decisions": DONE})
    answer = await signal.sends("/doen/close", about="u-1", reason=WHY)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = (await signal.browser.get("/")).text
    assert "het signaal is voor u gesloten" in page
    assert "is vastgelegd" not in await signal.reads("/rechtzetten")


async def test_who_closes_it_to_another_stays_with_it(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = await held(app, monkeypatch, open={"actions": [CLOSES_TO]}, answers={"decisions": DONE})
    answer = await signal.sends("/doen/close", about="u-2", reason=WHY)
    assert answer.headers["Location"] == f"/dossiers/{NUMBER}/rechtzetten"
    ((_, body),) = signal.sent
    assert (body["about"], body["reason"]) == (["u-2"], WHY)
    assert "Dit is vastgelegd." in await signal.reads("/rechtzetten")


@pytest.mark.parametrize("name", ["about", "about.0"])
async def test_what_is_wrong_with_whom_stands_where_he_was_named(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wrong = {"name": name, "reason": "noem het nummer van een gebruiker", "code": "no-user"}
    said = Said(400, {"detail": "Er is niets vastgelegd.", "invalidParams": [wrong]})
    signal = await held(app, monkeypatch, open={"actions": [CLOSES_TO]}, answers={"decisions": said})
    answer = await signal.sends("/doen/close", about="Jansen", reason=WHY)
    assert '<a href="#f-about">Noem het nummer van een gebruiker</a>' in answer.text
    assert '<p class="fault" id="f-about-fout">Noem het nummer' in answer.text
