"""Playing a report from the door to where it ends, step by step, through the HTTP interfaces.

A file names the report and its steps; each step says who does it. Nothing here knows a key or a database.
Words that begin with `@` stand for what an earlier step made (`as = "vraag"`, then `@vraag`); `$today`,
`$today+60` and `$today-1` are dates.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.embedded.client import HouseClient, Refusal
from deploy.embedded.earlier import EarlierSteps
from deploy.embedded.home import HouseError
from deploy.embedded.insist import for_a_meeting, for_the_purpose, insist
from deploy.embedded.played import PURPOSE, Played, ending_of, steps_of, until
from deploy.embedded.riec import AtTheRiec
from deploy.embedded.rights_desk import AtRightsDesk
from deploy.embedded.tasks import AtTasks
from shared.clock import calendar_date
from shared.protocol.states import HOLDER_OF, State

ACTED_IN = ("assessment", "sources", "casework")
FILE_USER = "anna"
WRITTEN_DOWN_AFTER = timedelta(hours=2)
"""A colleague writes down what came in earlier; the form is received when it is sent."""
TO_DECIDE = ("key", "outcome", "reason", "fields", "forwarding", "about", "parts", "correction")
TO_RECORD = ("about", "finding", "matches", "fields")
"""What of a step is sent with a decision, and with a record."""
LETTER_CHOSEN = {"categories": ["identity", "observations"], "sources": ["report"]}
"""What a letter to an invented person says."""


class Player:
    def __init__(self, client: HouseClient, subjects: dict[str, str]) -> None:
        self.client = client
        self._subjects = subjects
        self.kinds: dict[str, Callable[[Played, dict[str, Any]], str]] = {
            "together": self._together,
            "key": self._decide,
            "item": self._record,
            "meeting": self._meet,
            "duty": self._duty,
            "task": AtTasks(self).step,
            "consult": EarlierSteps(self).step,
            "riec": AtTheRiec(self).step,
            "ask": AtRightsDesk(self).step,
        }

    def play(self, name: str, text: dict[str, Any]) -> Played:
        """One report from the door to where it ends, or to its place in a phase."""
        played = Played(name, text.get("ending", ""), only_listed=text.get("listed", False))
        try:
            if "report" in text:
                self.report(text["report"], played)
            for step in steps_of(text):
                played.note(self.step(played, step))
            if played.expected:
                self._where(played)
        except (Refusal, HouseError) as problem:
            played.problem = str(problem)
        return played

    # --- the report ------------------------------------------------------------------------------

    def report(self, report: dict[str, Any], played: Played) -> None:
        web = report["channel"] == "web"
        body = report | {"text": report["text"].strip()}
        days = body.pop("received_days_ago", 0)
        if not web:
            body["receivedAt"] = (datetime.now(UTC) - WRITTEN_DOWN_AFTER - timedelta(days=days)).isoformat()
        known = {one["number"] for one in self._work_list()} if web else set()
        began = time.monotonic()
        answer = self.client.post("intake", "/v1/signals", None if web else "collega", body)
        # A web reporter gets no number; the OOV'er finds the new signal on the work list.
        played.number = answer.get("number") or self._new_on_work_list(known)
        until(lambda: self.seen("assessment", played.number), "assessment did not receive it")
        played.hop("intake-assessment", time.monotonic() - began)
        played.holder = "assessment"
        played.note(f"received ({report['channel']})")

    def _work_list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.every("assessment", "/v1/signals", FILE_USER, "signals")
        return found

    def _new_on_work_list(self, known: set[str]) -> str:
        def find() -> str | None:
            return next((one["number"] for one in self._work_list() if one["number"] not in known), None)

        return until(find, "the report did not appear on the work list")

    def seen(self, service: str, number: str) -> dict[str, Any] | None:
        """What a designated person sees of a signal at a service; None when it is not there."""
        answer = self.client.request("GET", service, f"/v1/signals/{number}", FILE_USER, headers=PURPOSE)
        if answer.status_code in (404, 503):
            return None
        found: dict[str, Any] = answer.json()
        return found if answer.status_code in (200, 403) else None

    def years_run(self, played: Played) -> None:
        """Wait until retention counts the years of a case that was just closed."""
        path = f"/v1/cases/{played.number}"
        counts = lambda: self.client.request("GET", "retention", path, FILE_USER).status_code == 200  # noqa: E731
        until(counts, "retention does not know that it was closed")

    # --- steps -----------------------------------------------------------------------------------

    def step(self, played: Played, step: dict[str, Any]) -> str:
        """Do one step; raises Refusal when it is refused. Returns what it was, for people."""
        filled: dict[str, Any] = played.filled(step)
        kind = next(kind for kind in self.kinds if kind in filled)
        return self.kinds[kind](played, filled)

    def _version(self, service: str, path: str) -> dict[str, Any]:
        return self.client.get(service, f"{path}/open-decisions", FILE_USER)

    def _decide(self, played: Played, step: dict[str, Any]) -> str:
        path = f"/v1/signals/{played.number}"
        service = step.get("at", played.holder)
        now = self._version(service, path)
        body = {"expectedVersion": now["version"]}
        body |= {name: step[name] for name in TO_DECIDE if name in step}
        if "dissent" in step:
            body["dissent"] = {self._subjects.get(who, who): words for who, words in step["dissent"].items()}
        found = [one for one in now["decisions"] if one["key"] == step["key"]]
        if found and found[0]["meeting"] and not step.get("alone"):
            body["meeting"] = played.meeting
        taken = insist(lambda: self.client.post(service, f"{path}/decisions", step["by"], body), for_a_meeting(service))
        if "co_signed_by" in step:
            # Who has the file himself co-signs where he decides.
            said = {"key": step["key"], "confirms": taken["id"], "outcome": "agree", "reason": "Met deze onderbouwing."}
            said["expectedVersion"] = self._version(service, path)["version"]
            taken = self.client.post(service, f"{path}/decisions", step["co_signed_by"], said)
        self.follow(played, taken["state"])
        return f"{step['key']}: {step['outcome']} ({step['by']})"

    def _together(self, played: Played, step: dict[str, Any]) -> str:
        """What somebody does at one go: several steps in one request, each judged on what the one before it left."""
        path, service = f"/v1/signals/{played.number}", played.holder
        steps = [
            {"item": {"category": one["item"]} | {name: one[name] for name in TO_RECORD if name in one}}
            if "item" in one
            else {"decision": {name: one[name] for name in TO_DECIDE if name in one} | _at(played, one)}
            for one in step["together"]
        ]
        for one, made in zip(step["together"], self._go_through(service, path, step["by"], steps), strict=True):
            if made["item"]:
                played.made |= {one["as"]: made["item"]["item"]} if "as" in one else {}
                played.asked |= set(made["item"]["tasks"])
            else:
                self.follow(played, made["decision"]["state"])
        return f"{', '.join(str(one.get('key', one.get('item'))) for one in step['together'])} ({step['by']})"

    def _go_through(self, service: str, path: str, user: str, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send `steps`; those that stop because their meeting is not known there yet are sent again."""
        done: list[dict[str, Any]] = []

        def send() -> None:
            body = {"expectedVersion": self._version(service, path)["version"], "steps": steps[len(done) :]}
            answer = self.client.post(service, f"{path}/steps", user, body)
            done.extend(answer["done"])
            if answer["stopped"]:
                raise Refusal(service, answer["stopped"]["status"], answer["stopped"])

        insist(send, for_a_meeting(service))
        return done

    def follow(self, played: Played, state: str) -> None:
        """Wait until who holds it in `state` has it."""
        holder = HOLDER_OF.get(State(state), played.holder)
        if holder == played.holder or holder not in ACTED_IN:
            return
        began = time.monotonic()
        until(lambda: self.seen(holder, played.number), f"{holder} did not receive it")
        played.hop(f"{played.holder}-{holder}", time.monotonic() - began)
        played.holder = holder

    def _record(self, played: Played, step: dict[str, Any]) -> str:
        path = f"/v1/signals/{played.number}"
        service = step.get("at", played.holder)
        fields = dict(step.get("fields", {}))
        if step["item"] == "paper":
            fields["meeting"] = played.meeting
        body = {"category": step["item"], "about": step["about"], "fields": fields}
        body |= {name: step[name] for name in ("finding", "matches") if name in step}
        body["expectedVersion"] = self._version(service, path)["version"]
        made = insist(lambda: self.client.post(service, f"{path}/items", step["by"], body), for_a_meeting(service))
        if "as" in step:
            played.made[step["as"]] = made["item"]
        played.asked |= set(made["tasks"])
        return f"{step['item']} ({step['by']})"

    def _meet(self, played: Played, step: dict[str, Any]) -> str:
        """Call a meeting with this signal on its agenda, and record who was there."""
        outside = [{"organisation": one} for one in step.get("outside", [])]
        members = [{"userId": self._subjects[one]} for one in step["members"]]
        body = {
            "kind": step["meeting"],
            "heldOn": step.get("on", calendar_date(datetime.now(UTC)).isoformat()),
            "members": members + outside,
            "agenda": [played.number],
        }
        if step.get("at_once"):
            body["present"] = [self._subjects[one] for one in step["members"]]
        played.meeting = self.client.post("assessment", "/v1/meetings", step["by"], body)["id"]
        if step.get("at_once"):
            return f"{step['meeting']} ({', '.join(step['members'])})"
        for one in step.get("present", step["members"]):
            path = f"/v1/meetings/{played.meeting}/attendances"
            self.client.post("assessment", path, one, {})
        return f"{step['meeting']} ({', '.join(step['members'])})"

    def duty_of(self, number: str, subject: str | None) -> str:
        """The number of the duty to inform `subject` of a signal."""

        def find() -> str | None:
            for one in self.client.every("rights", "/v1/duties", FILE_USER, "duties"):
                if one["signal"] == number and one["subject"] == subject:
                    return str(one["number"])
            return None

        return until(find, f"rights does not know {subject}")

    def _letter(self, path: str, user: str, channel: str) -> dict[str, Any]:
        """The letter to a person: it names everybody who received something of him, as the register has it by now."""

        def make() -> dict[str, Any]:
            seen = self.client.get("rights", path, user, purpose="weging")
            named = [one["recipient"] for one in seen["received"]] or ["none"]
            chosen = LETTER_CHOSEN | {"channel": channel, "expectedVersion": seen["version"], "recipients": named}
            return self.client.post("rights", f"{path}/letters", user, chosen)

        def one_came_meanwhile(problem: dict[str, Any]) -> bool:
            return [one["name"] for one in problem.get("invalidParams", [])] == ["fields.recipients"]

        return insist(make, one_came_meanwhile)

    def _duty(self, played: Played, step: dict[str, Any]) -> str:
        """Decide on informing a subject (`nobody`: of a signal without persons)."""
        subject = None if step["duty"] == "nobody" else step["duty"]
        name = f"duty {played.number} {subject}"
        number = played.made.get(name) or self.duty_of(played.number, subject)
        played.made[name] = number
        path = f"/v1/duties/{number}"
        body = {"key": step["decide"], "expectedVersion": self._version("rights", path)["version"]}
        body |= {name: step[name] for name in ("outcome", "reason", "fields") if name in step}
        if step["decide"] == "notice-sent" and "letter" not in body["fields"]:
            made = self._letter(path, step["by"], body["fields"]["channel"])
            body["fields"] = body["fields"] | {"letter": made["letter"]}
            body["expectedVersion"] = made["version"]
        taken = insist(lambda: self.client.post("rights", f"{path}/decisions", step["by"], body), for_the_purpose)
        if "co_signed_by" in step:
            self.confirm("rights", step["co_signed_by"], taken["id"], step.get("co_signer_says", "agree"))
        if step.get("opens"):
            self.follow(played, State.SOURCE_LIST)
        return f"{step['decide']} {step['duty']}: {step['outcome']} ({step['by']})"

    def confirm(self, service: str, user: str, decision: str, says: str) -> None:
        """Answer the proposal `decision` by the task that asks to co-sign it."""
        body = {"outcome": says, "reason": "Gelezen, en dit is mijn antwoord."}
        for task in reversed(self.client.every(service, "/v1/tasks", user, "tasks")):
            path = f"/v1/tasks/{task['id']}"
            shown = self.client.request("GET", service, path, user, headers=PURPOSE)
            if shown.status_code == 200 and shown.json().get("proposal") == decision:
                self.client.post(service, f"{path}/decisions", user, body)
                return
        raise HouseError(f"{user} is not asked to co-sign")

    # --- the end ---------------------------------------------------------------------------------

    def _where(self, played: Played) -> None:
        """Where it stands: a state in a phase, or how it ended once retention has it."""
        if played.expected in HOLDER_OF and played.expected not in ("sealed", "listed", "approved"):
            found = self.client.get(played.holder, f"/v1/signals/{played.number}/open-decisions", FILE_USER)
            played.ending = str(found["state"])
            return
        began = time.monotonic()
        sealed = until(lambda: self.seen("retention", played.number), "it was not sealed", 420)
        played.hop(f"{played.holder}-retention", time.monotonic() - began)
        played.ending = ending_of(sealed)
        played.note(f"sealed until {sealed['endsOn']}")


def _at(played: Played, step: dict[str, Any]) -> dict[str, Any]:
    """In which meeting it is decided, for one of several steps."""
    return {"meeting": played.meeting} if step.get("at_meeting") else {}
