"""A request of a person concerned, as tests register it and take it further, at one desk of rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.rights.holdings import AskingServices
from services.rights.request_letters import RequestLetters
from services.rights.requests import Requests
from services.rights.store import HoldingsRow
from shared.clock import calendar_date
from shared.contracts.holdings import HoldingsTold
from shared.engine.given import GivenAnswer
from shared.engine.tables import TaskRow
from shared.identity import Person
from shared.pages import Window
from shared.protocol.holdings import ANSWERS_ITSELF
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from tests.platform.desk import ANNA, Desk

NAME, ADDRESS = "Wilhelmina Zonneveld-Kwakernaak", "Zandhoek 17, 2636 AB Schipluiden"
OFFICER = Person("petra", frozenset({"privacy-officer"}))
BEHEERDER = Person("boris", frozenset({"beheerder"}))
FG = Person("fatma", frozenset({"fg"}))
FOUND = {
    "what": "U bent genoemd in een melding over een schuur.",
    "source": "een melding bij de gemeente",
    "use": "beoordelen of er een taak voor de gemeente is",
    "recipients": "niemand",
    "keptFor": "één jaar na de beëindiging",
}
ON_ITSELF = {"ofOthers": "nothing"}
LOOKED = {"by": "A. de Boer", "lookedIn": ["active", "closed", "sealed"], "lookedHow": ["lookup", "free-text"]}


def asked(desk: Desk, ago: int = 0, **more: Any) -> dict[str, Any]:
    """What is registered of a request that the municipality first had `ago` days before today."""
    received = calendar_date(desk.clock.now()) - timedelta(days=ago)
    fields = {
        "kind": "access",
        "firstReceivedOn": received.isoformat(),
        "channel": "paper",
        "department": "burgerzaken",
        "capacity": "self",
        "name": NAME,
        "address": ADDRESS,
        "bornOn": "1961-03-04",
        "asks": "Ik wil weten wat de gemeente over mij heeft.",
    }
    return {name: one for name, one in (fields | more).items() if one is not None}


async def requested(desk: Desk, ago: int = 0, by: Person = ANNA, **more: Any) -> str:
    return (await Requests(desk.engine).register(by, asked(desk, ago, **more))).number


async def identified(desk: Desk, number: str, outcome: str = "established", **more: Any) -> None:
    today = calendar_date(desk.clock.now()).isoformat()
    await desk.decide(
        number, "request-identity", outcome, fields={"method": "document-at-desk", "checkedOn": today} | more
    )


async def recorded(desk: Desk, number: str, holder: str = "assessment") -> str:
    """Something that a service has of him; its name."""
    found = await desk.decide(number, "request-record", "found", fields=FOUND, about=(holder,))
    return str(found.decision.about[-1])


async def services_answer(desk: Desk, number: str, *, without: tuple[str, ...] = ()) -> None:
    """Those that answer by themselves say that they hold nothing of what they were asked."""
    for one in await desk.rows(HoldingsRow, request=number):
        if one.answered_at is None and one.service not in without:
            told = HoldingsTold(request=number, signal=one.signal or None, asked_at=one.asked_at)
            await desk.hears(AskingServices(desk.engine).told, told, one.service)


async def searched(desk: Desk, number: str, *, without: tuple[str, ...] = (), done: bool = True) -> None:
    """Every service has answered, but those named."""
    loaded = await desk.engine.parts.loader.load(number)
    having = {one.about for one in loaded.opened.of_category("request-found").values()}
    today = calendar_date(desk.clock.now()).isoformat()
    await services_answer(desk, number, without=without)
    for one in HOLDERS_OF_DATA:
        if one not in (*without, *ANSWERS_ITSELF):
            outcome = "found" if one in having else "nothing"
            await desk.decide(number, "request-holder", outcome, fields=LOOKED | {"lookedOn": today}, about=(one,))
    if done:
        await desk.decide(
            number, "request-search-done", "complete", fields={"completeness": "Alle acht hebben geantwoord."}
        )


def set_aside(desk: Desk, *grounds: str) -> dict[str, Any]:
    review = calendar_date(desk.clock.now()) + timedelta(days=60)
    return {
        "grounds": list(grounds or ("b",)),
        "necessity": "Het onderzoek loopt nog.",
        "proportionality": "De rest wordt gegeven.",
        "reviewOn": review.isoformat(),
    }


async def agreed(desk: Desk, outcome: str = "agree") -> None:
    """The privacy officer answers what she is asked."""
    task: TaskRow = (await desk.engine.tasks.list(OFFICER, Window())).rows[-1]
    await desk.engine.tasks.answer(task.id, OFFICER, GivenAnswer(outcome, "Zo is het."))


async def letter(desk: Desk, number: str, kind: str) -> str:
    version = await desk.version(number)
    made = await RequestLetters(desk.engine).make(number, ANNA, kind, version)
    return str(made["letter"])


async def told_of_rights(desk: Desk, number: str) -> None:
    today = calendar_date(desk.clock.now()).isoformat()
    fields = {"letter": await letter(desk, number, "receipt"), "informedOn": today}
    await desk.decide(number, "request-information", "sent", fields=fields)


async def answered(desk: Desk, number: str, outcome: str = "sent", kind: str = "answer") -> str:
    """The answer has gone; the name of its letter. `outcome`: `sent-again-later` when something was withheld."""
    today = calendar_date(desk.clock.now()).isoformat()
    name = await letter(desk, number, kind)
    await desk.decide(number, "request-answer-sent", outcome, fields={"letter": name, "answerSentOn": today})
    return name
