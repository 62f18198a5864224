"""What somebody without the file is asked, and answers, asks or reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, InSignal, Sheet, controls, read, without_hint
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import DUTY_SERVICE, SIGNAL_SERVICES
from services.portal.use_cases.drafts import DraftPlace
from services.portal.use_cases.filled import special, text, trouble
from services.portal.words import DEEDS, TASKS_ANSWERED_AS
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound

TASK_SERVICES = (*SIGNAL_SERVICES, DUTY_SERVICE)
"""Who has tasks for people without the file."""
OF_TASKS = "besluit-voorbereiden"
"""Why somebody opens what he is asked: there is one purpose, so it is not asked again."""
ENDS_TASK, STAND_BACK = "antwoord", "terugstaan"
"""In an address: the answer that ends a task, and standing back; other deeds go by their own key."""
NO_ANSWER = Trouble("Kies een van de antwoorden.")
_REASON = Control("area", "reason", "Waarom?", "De reden komt in het dossier.", required=True, most=4000)


def draft_of(service: str, task: dict[str, Any], what: str) -> DraftPlace:
    """Where a draft of this form of a task is kept."""
    return DraftPlace(service, f"/v1/tasks/{task['id']}/drafts/{what}")


class AskedOf:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def task(self, session: Session, service: str, identifier: UUID) -> dict[str, Any]:
        """What somebody without the file is asked. Raises NotFound, also for a task of somebody else."""
        if service not in TASK_SERVICES:
            raise NotFound
        said = await self._calls.get(session, service, f"/v1/tasks/{identifier}", OF_TASKS)
        if not said.is_done:
            raise Conflict(said.body.get("detail", "")) if said.status == 409 else NotFound
        return said.body

    @staticmethod
    def sheets(task: dict[str, Any]) -> dict[str, Sheet]:
        """By their part of the address all that can be answered, asked and reported, first what is most often needed: what is
        said meanwhile comes before what ends the task."""
        found = {one["key"]: _sheet(one) for one in task["besides"]}
        if task["asks"]:
            found[ENDS_TASK] = _sheet(task["asks"], TASKS_ANSWERED_AS.get(task["kind"], "Antwoorden"))
        found |= {one["category"]: _report(one) for one in task["records"]}
        if task["standBack"]:
            found[STAND_BACK] = _sheet(task["standBack"], "Ik doe niet mee")
        return found

    @staticmethod
    def begun(sheet: Sheet) -> FormData:
        """What stands in a form that nobody filled in yet: who does something says so mostly on the same day."""
        today = calendar_date(datetime.now(UTC)).isoformat()
        return FormData([(one.name, today) for one in sheet.every if one.kind == "date" and one.required])

    async def send(
        self, session: Session, service: str, task: dict[str, Any], what: str, filled: Filled
    ) -> Trouble | None:
        """Raises NotFound for what this task does not take."""
        sheet = self.sheets(task).get(what)
        if sheet is None:
            raise NotFound
        at = f"/v1/tasks/{task['id']}"
        if sheet.is_report:
            fields = read((one for one in sheet.every if one.name.startswith("fields.")), filled)
            body = {"category": what, "finding": text(filled, "finding"), "fields": fields}
            if not body["finding"]:
                return Trouble("Er is nog niets ingevuld.", (("finding", "schrijf op wat u wilt laten weten"),))
            return trouble(await self._calls.post(session, service, f"{at}/items", body | _grounds(filled)))
        outcome = text(filled, "outcome")
        if outcome not in sheet.outcomes:
            return NO_ANSWER
        asked = (one for one in sheet.asked(outcome) if one.name.startswith("fields."))
        body = {"outcome": outcome, "reason": text(filled, "reason"), "fields": read(asked, filled)}
        if what not in (ENDS_TASK, STAND_BACK):
            body["key"] = what
        return trouble(await self._calls.post(session, service, f"{at}/decisions", body | _grounds(filled)))


def _grounds(filled: Filled) -> dict[str, Any]:
    return {"specialGrounds": special(filled)}


def _sheet(asked: dict[str, Any], called: str | None = None) -> Sheet:
    """One form with a button for each answer: what several answers ask stands once, above them."""
    each = {
        one["key"]: (one["answer"], without_hint(controls(one["fields"], InSignal()), asked["article"]))
        for one in asked["outcomes"]
    }
    times: dict[str, int] = {}
    for _, drawn in each.values():
        for one in drawn:
            times[one.name] = times.get(one.name, 0) + 1
    shared: dict[str, Control] = {
        one.name: one for _, drawn in each.values() for one in drawn if times[one.name] > 1 or len(each) == 1
    }
    common = (*shared.values(), *((_REASON,) if asked["reason"] else ()))
    return Sheet(
        called or DEEDS.get(asked["key"], asked["question"]),
        asked["question"],
        asked["article"],
        common,
        {
            key: (answer, drawn, tuple(one for one in drawn if one.name not in shared))
            for key, (answer, drawn) in each.items()
        },
    )


def _report(record: dict[str, Any]) -> Sheet:
    called = DEEDS.get(record["category"], record["name"])
    words = Control("area", "finding", "Wat wilt u laten weten?", required=True, most=2000)
    return Sheet(called, called, None, (words, *controls(record["fields"], InSignal())), {})
