"""What an interface answers when something is wrong: Dutch for people, a code for machines, nothing repeated."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from shared import errors
from shared.errors import Conflict, Forbidden, Invalid, MeldpuntError, PartDown
from shared.http.bodies import Strict
from shared.http.problems import ANSWERS, PROBLEM_SCHEMA, faults_of, install
from shared.openbao import BaoError
from shared.protocol.faults import Fault

SECRET = "GEHEIM-4711"
ROOT = Path(__file__).parents[2]
TOLD = ("Conflict", "Forbidden", "NotFound", "Elsewhere", "NotAuthenticated", "TooMany")
ENGLISH = re.compile(
    r"\b(the|this|that|must|not|nobody|only|may|names|every|needs|cannot|does|been|already|which|who|there|required)\b"
)


def bodies() -> Iterator[type[Strict]]:
    """Every body that some service receives."""
    for service in (
        "intake",
        "assessment",
        "sources",
        "casework",
        "rights",
        "export",
        "retention",
        "access",
        "oversight",
    ):
        importlib.import_module(f"services.{service}.app")
    waiting = Strict.__subclasses__()
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__name__.endswith("In"):
            yield one


def every_error() -> Iterator[type[MeldpuntError]]:
    waiting = [MeldpuntError]
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        yield one


def app() -> FastAPI:
    made = FastAPI()
    install(made)

    @made.get("/{which}")
    async def wrong(which: str) -> None:
        found: dict[str, Exception] = {
            "conflict": Conflict(state="ended"),
            "own-code": Forbidden("Dat mag u niet.", code="not-your-own"),
            "part": PartDown(f"the database at {SECRET} is out of reach"),
            "bao": BaoError(500, [SECRET]),
            "invalid": Invalid([Fault("outcome", "moet worden gekozen", "art. 12 lid 1", "required")]),
            "unforeseen": RuntimeError(SECRET),
        }
        raise found[which]

    return made


async def ask(path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "status", "code", "title"),
    [
        ("/conflict", 409, "conflict", "Nu niet mogelijk"),
        ("/own-code", 403, "not-your-own", "Niet bevoegd"),
        ("/part", 503, "part-down", "Nu niet beschikbaar"),
        ("/bao", 503, "part-down", "Nu niet beschikbaar"),
        ("/invalid", 400, "invalid", "Niet aangenomen"),
        ("/unforeseen", 500, "internal-error", "Er ging iets mis"),
        ("/a/b", 404, "not-found", "Niet gevonden"),
    ],
)
async def test_a_problem_has_words_for_people_and_a_code_for_machines(
    path: str, status: int, code: str, title: str
) -> None:
    answer = await ask(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert set(PROBLEM_SCHEMA["required"]) <= set(found)
    assert (found["code"], found["title"]) == (code, title)
    assert SECRET not in answer.text
    assert "out of reach" not in answer.text


async def test_what_is_wrong_with_a_decision_is_listed_with_its_article() -> None:
    assert (await ask("/invalid")).json()["invalidParams"] == [
        {"name": "outcome", "reason": "moet worden gekozen", "code": "required", "article": "art. 12 lid 1"}
    ]


def test_every_error_has_an_answer_and_words() -> None:
    for one in every_error():
        assert any(kind in ANSWERS for kind in one.__mro__)
        assert one.__doc__
    assert len({one.code for one in every_error() if one.__module__ == errors.__name__}) == 13


def test_every_wrong_body_is_answered_in_dutch_without_what_was_sent() -> None:
    """Whatever is sent in whatever field: words of our own, never pydantic's."""
    seen = set()
    for body in bodies():
        names = [one.alias or name for name, one in body.model_fields.items()]
        values: list[object] = [SECRET, SECRET * 9000, "", 4711, True, [SECRET], [{}] * 60, {SECRET: SECRET}, None]
        given: list[object] = [{}, {SECRET: SECRET}, SECRET]
        given += [{name: value} for name in names for value in values]
        for one in given:
            try:
                body.model_validate(one)
            except ValidationError as problem:
                for fault in faults_of(problem.errors(include_url=False, include_input=False)):
                    seen.add((fault.code, fault.reason))
                    assert SECRET not in fault.reason
                    assert fault.code != "not-accepted", (body, one)
    assert {"required", "unknown-field", "too-long", "wrong-type", "not-one-of", "wrong-form"} <= {
        code for code, _ in seen
    }
    assert not [reason for _, reason in seen if reason.endswith(" 1 tekens")]
    assert not [reason for _, reason in seen if " must " in reason or " is required" in reason or " or " in reason]


def told(file: Path) -> Iterator[str]:
    """Every text in `file` that a person is told: of an error, or the reason of a fault."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = 1 if node.func.id == "Fault" else 0
        if node.func.id not in (*TOLD, "Fault") or len(node.args) <= place:
            continue
        for part in ast.walk(node.args[place]):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value


def test_what_people_are_told_is_nowhere_english() -> None:
    files = [file for folder in ("shared", "services") for file in (ROOT / folder).rglob("*.py")]
    found = [(str(file.relative_to(ROOT)), text) for file in files for text in told(file)]
    assert len(found) > 60, "the texts are found at all"
    assert [one for one in found if ENGLISH.search(one[1])] == []
