"""One decision for several signals: what is wrong has its place, and what came in between takes nothing of what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI

from services.portal.calls import Said
from tests.portal.held import NUMBER, Held, held

OTHER, CLUSTER = "S-9XD4T-7K3MQ", "C-7K3MQ-9XD4T"
REASON = "Het beeld is bij beide hetzelfde."
TEXT = {"required": ["powers"], "properties": {"powers": {"title": "Welke bevoegdheid?", "type": "string"}}}
OUTCOME: dict[str, Any] = {
    "key": "task",
    "answer": "ja",
    "article": "art. 12",
    "missing": [],
    "shares": False,
    "forwarding": [],
    "onlyTo": None,
    "corrects": False,
    "leadsTo": "weging-2b",
    "fields": TEXT,
}
DECISION: dict[str, Any] = {
    "key": "weging-2a",
    "question": "Heeft de gemeente hier een taak?",
    "article": "art. 12",
    "together": False,
    "about": [],
    "aboutMany": False,
    "choices": [],
    "meeting": None,
    "guidance": [],
    "canBeTaken": True,
    "missing": [],
    "outcomes": [OUTCOME, OUTCOME | {"key": "no-task", "answer": "nee"}],
}
AT = "/cluster/weging-2a?antwoord=task"


def now(**versions: int) -> dict[str, Said]:
    """The cluster as it stands; `versions`: of its signals, this one and the other."""
    known = {NUMBER: versions.get("mine", 3), OTHER: versions.get("other", 5)}
    members = [{"number": number, "version": version} for number, version in known.items() if version]
    return {
        f"{CLUSTER}/open-decisions": Said(200, {"cluster": CLUSTER, "members": members, "decisions": [DECISION]}),
    }


def refused(*wrong: tuple[str, str, str]) -> dict[str, Said]:
    params = [{"name": name, "reason": reason, "code": code} for name, reason, code in wrong]
    return {f"{CLUSTER}/decisions": Said(400, {"detail": "Er is niets vastgelegd.", "invalidParams": params})}


async def cluster(app: FastAPI, monkeypatch: pytest.MonkeyPatch, *wrong: tuple[str, str, str]) -> Held:
    view = {"cluster": {"number": CLUSTER, "members": [NUMBER, OTHER]}}
    return await held(app, monkeypatch, view=view, answers=now() | refused(*wrong))


def filled(**more: str) -> dict[str, str]:
    versions = {f"members__{NUMBER}__version": "3", f"members__{OTHER}__version": "5"}
    return versions | {"reason": REASON, "fields__powers": "sluiting"} | more


DIFFERENT = {
    f"members__{OTHER}__drawn": "no-task",
    f"members__{OTHER}__own__outcome": "no-task",
    f"members__{OTHER}__own__reason": "Dit is een andere schuur.",
}


def version_of(page: str, number: str) -> str:
    return page.partition(f'name="members.{number}.version" value="')[2].partition('"')[0]


async def test_after_what_came_in_between_it_is_sent_against_what_stands_there_now(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version that was no longer so came back with the form: nobody could ever send it again."""
    signal = await cluster(app, monkeypatch, ("members.1", "Dit is intussen gewijzigd: kijk opnieuw.", "conflict"))
    found = signal.post

    async def post(*given: Any, **more: Any) -> Said:
        said = await found(*given, **more)
        # Somebody else was first, after the portal had looked.
        signal.answers |= now(other=6)
        return said

    monkeypatch.setattr(app.state.calls, "post", post)
    answer = await signal.sends(AT, **filled(**DIFFERENT))
    assert answer.status_code == 400
    assert f"{OTHER}: Dit is intussen gewijzigd: kijk opnieuw." in answer.text
    assert REASON in answer.text
    assert "Dit is een andere schuur." in answer.text
    assert (version_of(answer.text, NUMBER), version_of(answer.text, OTHER)) == ("3", "6")
    signal.answers = now(other=6) | {f"{CLUSTER}/decisions": Said(201, {})}
    versions = {f"members__{OTHER}__version": version_of(answer.text, OTHER)}
    done = await signal.sends(AT, **filled(**DIFFERENT, **versions))
    assert done.headers["Location"] == f"/dossiers/{NUMBER}"
    sent = signal.sent[-1][1]["members"]
    assert [(one["number"], one["expectedVersion"]) for one in sent] == [(NUMBER, 3), (OTHER, 6)]
    assert sent[1]["own"]["reason"] == "Dit is een andere schuur."


async def test_what_came_in_between_is_not_passed_over_for_another_fault(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = await cluster(app, monkeypatch)
    signal.answers |= now(other=6)
    answer = await signal.sends(AT, **filled(**{f"members__{OTHER}__own__outcome": "no-task"}))
    assert f"Vul ook in wat anders is voor {OTHER}." in answer.text
    assert signal.sent == []
    assert version_of(answer.text, OTHER) == "5", "of that he was not told yet"


async def test_what_was_said_of_one_signal_is_never_taken_for_another(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One left the cluster meanwhile, and the other stands in its place."""
    signal = await cluster(app, monkeypatch, ("members.0", "Dit is intussen gewijzigd: kijk opnieuw.", "conflict"))
    signal.answers |= now(mine=0, other=6)
    mine = {name.replace(OTHER, NUMBER): one for name, one in DIFFERENT.items()}
    answer = await signal.sends(AT, **filled(**mine))
    assert "own" not in signal.sent[-1][1]["members"][0]
    assert f"{OTHER}: Dit is intussen gewijzigd" in answer.text


async def test_a_fault_of_all_stands_once_at_its_field_and_one_of_a_signal_names_it(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = await cluster(
        app,
        monkeypatch,
        ("members.0.reason", "ontbreekt", "no-reason"),
        ("members.1.reason", "ontbreekt", "no-reason"),
        ("members.1.fields.powers", "noemt iemand", "names"),
        ("members.1", "wacht op het antwoord op een voorstel", "proposal-waits"),
    )
    page = (await signal.sends(AT, **filled(reason=""))).text
    assert page.count('<a href="#f-reason">Ontbreekt</a>') == 1
    assert f'<a href="#f-fields-powers">{OTHER}: noemt iemand</a>' in page
    assert f"<li>{OTHER}: wacht op het antwoord op een voorstel</li>" in page


async def test_a_fault_in_what_is_different_stands_there(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    signal = await cluster(
        app,
        monkeypatch,
        ("members.0.reason", "ontbreekt", "no-reason"),
        ("members.1.own.fields.powers", "ontbreekt", "empty"),
    )
    page = (await signal.sends(AT, **filled(**DIFFERENT))).text
    assert '<a href="#f-reason">Ontbreekt</a>' in page
    assert f'<a href="#f-members-{OTHER}-own-fields-powers">{OTHER}: ontbreekt</a>' in page


async def test_what_is_not_decided_for_all_any_more_gives_the_words_back(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = await cluster(app, monkeypatch)
    gone = {"cluster": CLUSTER, "members": [], "decisions": []}
    signal.answers = {f"{CLUSTER}/open-decisions": Said(200, gone)}
    answer = await signal.sends(AT, **filled())
    assert (answer.status_code, signal.sent) == (409, [])
    assert REASON in answer.text
