"""Signals brought to where a test needs them, by the steps that the demo uses too."""

from __future__ import annotations

from typing import Any

from deploy.embedded.insist import for_the_purpose, insist
from deploy.embedded.play import Player
from deploy.embedded.played import Played, steps_of
from tests.house import TestHouse, a_report, until

APPROACH = {
    "by": "bram",
    "key": "approach",
    "outcome": "mono-municipality",
    "reason": "Eén afdeling volstaat.",
    "fields": {"considered": "Ook de andere zijn gewogen.", "department": "toezicht-en-handhaving"},
}
RIEC = APPROACH | {
    "outcome": "riec-intake",
    "fields": {"considered": "Meer partijen nodig.", "drawnUpBy": ["vergunningen"]},
}
INTEGRAL = APPROACH | {
    "outcome": "integral",
    "fields": {
        "considered": "Samen met de politie kan meer.",
        "partners": ["toezicht-en-handhaving", "politie"],
        "basis": {"toezicht-en-handhaving": "publieke-taak", "politie": "gezag-politie"},
    },
}
CRITERIA = ("indications", "form", "necessity", "participants", "region")
HANDED_IN = {
    "by": "anna",
    "key": "riec-intake",
    "outcome": "handed-in",
    "reason": "Ingediend.",
    "fields": {"criteria": dict.fromkeys(CRITERIA, "uit eigen waarneming"), "handedInOn": "$today"},
    "co_signed_by": "bram",
}
RIEC_MAY = {
    "by": "anna",
    "key": "check-2a",
    "outcome": "may",
    "reason": "De Ondermijningstafel beoordeelt het signaal op dit gegeven.",
    "about": ["report", "riec"],
    "fields": {"task": "intake-georganiseerd"},
}
ANSWER = {
    "by": "anna",
    "key": "riec-answer",
    "outcome": "accepted",
    "reason": "Het antwoord van de tafel.",
    "fields": {"decidedOn": "$today", "explanation": "Zie de brief."},
}
# Each part of the way, and the state in which it leaves a signal.
WAY: list[tuple[str, list[Any]]] = [
    ("phase-2", ["phase-1"]),
    ("informing", ["called", "heavy"]),
    ("source-list", ["deferred"]),
    ("hit-check", ["one-source"]),
    ("weging-4", ["hit"]),
    ("check-2a", ["confirmed"]),
    ("approach", ["shared", "called"]),
    ("plan", [APPROACH]),
    ("execution", ["plan"]),
    ("closed", ["executed"]),
]


def player_of(house: TestHouse) -> Player:
    return Player(house.client, (house.home.state() or {})["subjects"])


def steps(*parts: Any) -> list[dict[str, Any]]:
    """`usual` parts by name, and steps as they are."""
    return steps_of({"steps": [{"usual": one} if isinstance(one, str) else one for one in parts]})


def brought(house: TestHouse, to: str, **report: Any) -> Played:
    """A new signal, brought to the state `to`."""
    played = Played("test", "")
    player_of(house).report(a_report() | report, played)
    return further(house, played, *parts_until(to))


def parts_until(to: str) -> list[Any]:
    if to == "received":
        return []
    place = [state for state, _ in WAY].index(to)
    return [part for _, parts in WAY[: place + 1] for part in parts]


def further(house: TestHouse, played: Played, *parts: Any) -> Played:
    player = player_of(house)
    for step in steps(*parts):
        player.step(played, step)
    if played.holder == "casework" and played.meeting:
        # Its copy of the meeting comes over the bus.
        present = "SELECT jsonb_array_length(present) AS n FROM meeting WHERE id=$1"
        here = house.sql("assessment", present, played.meeting)
        until(lambda: house.sql("casework", present, played.meeting) == here)
    return played


def moved(house: TestHouse, played: Played) -> None:
    """Five years later a closed case is in the non-active environment."""
    player_of(house).years_run(played)
    house.run_as_of(5 * 366)
    house.sealed(played.number)


def informing_proposed(house: TestHouse, played: Played, reason: str) -> str:
    """Anna proposes to inform S1, as soon as rights has heard for what the signal is handled; the number of the duty."""
    number = player_of(house).duty_of(played.number, "S1")
    path = f"/v1/duties/{number}"
    proposal = {"key": "duty", "outcome": "inform", "reason": reason, "fields": {"how": "brief"}}

    def propose() -> dict[str, Any]:
        seen = house.client.get("rights", f"{path}/open-decisions", "anna")
        return house.client.post("rights", f"{path}/decisions", "anna", proposal | {"expectedVersion": seen["version"]})

    insist(propose, for_the_purpose)
    return number
