"""Tells a story: a file with a title in a plain sentence, and steps that go over HTTP.

The steps are those of the demo, and these besides:

- `refused = 409` on any step: it is refused with that status, and nothing changes; `says`: words of the answer.
- `look`: a GET by somebody; `at`, `status`, `has` (texts in the answer) and `lacks`; `{number}` is the signal.
- `new_report = true`: another report begins, the first one is remembered as `@first`.
- `cluster`: the first report and the last one are joined (`join`), decided on together (`decide`; `own`: what is
  different for the last), or split (`split`); it is remembered as `@cluster`.
- `check`: a query by the database administrator gives `rows` rows.
- `pass_days`: the calendar of retention looks as of that many days ahead; `approve = true` approves its lists.
- `declared`: its destruction is declared; `never_informed`: and says of so many persons that they never were.
- `audited`: an audit line with this action, by `by`, on this signal.
- `designate`: somebody's designation for some seconds; `ends = true`: the moment until which it was given comes.
- `hold`, `let_go`: a part is stopped and started.

Those of who watches are in watching.py. A report says with `received_days_ago` that it came in earlier. `{month}` is this month and
`{who-anna}` somebody's id.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.embedded.client import Refusal
from deploy.embedded.home import HouseError
from deploy.embedded.play import FILE_USER, TO_DECIDE, Player
from deploy.embedded.played import PURPOSE, Played, steps_of
from shared.clock import calendar_date
from tests.house import TestHouse, a_report, until
from tests.stories.watching import WatchingSteps

JUDGED_AT = {"meeting": "assessment", "duty": "rights", "ask": "rights", "breach": "oversight"}
"""Who refuses a step that is not for the holder of the signal."""


class Teller(Player):
    def __init__(self, house: TestHouse) -> None:
        self.house = house
        super().__init__(house.client, (house.home.state() or {})["subjects"])
        watching = WatchingSteps(self)
        self.kinds = {
            "breach": watching.breach,
            "work_list": watching.work_list,
            "nowhere": watching.nowhere,
            "at_the_riec": watching.at_the_riec,
            "answered_about": watching.answered_about,
            "look": self._look,
            "new_report": self._new_report,
            "cluster": self._cluster,
            "check": self._check,
            "pass_days": self._pass_days,
            "audited": self._audited,
            "designate": self._designate,
            "hold": self._hold,
            "let_go": self._let_go,
            "ends": self._ends,
            "sealed": self._sealed,
            "declared": self._declared,
            "question_of": self._question_of,
            **self.kinds,
        }

    def tell(self, text: dict[str, Any]) -> Played:
        """Every step happens as it says; raises AssertionError or Refusal with the step that did not."""
        played = Played(text["title"], "")
        played.made |= {f"who-{user}": number for user, number in self._subjects.items()}
        played.made["month"] = calendar_date(datetime.now(UTC)).isoformat()[:7]
        self.report(a_report() | text.get("report", {}), played)
        played.made["first"] = played.number
        for place, step in enumerate(steps_of(text), 1):
            try:
                self._one(played, step)
            except (AssertionError, Refusal, KeyError) as problem:
                raise AssertionError(f"step {place} {step}: {problem!r}") from problem
        return played

    def _one(self, played: Played, step: dict[str, Any]) -> None:
        if step.get("impossible"):
            with pytest.raises(HouseError, match="waits for"):
                self.step(played, step)
        elif "refused" in step:
            self._refuses(played, step)
        else:
            self.step(played, step)

    def _refuses(self, played: Played, step: dict[str, Any]) -> None:
        """It is refused, says why, changes nothing, and stands in the audit trail."""
        before = self._standing(played)
        at = next((where for kind, where in JUDGED_AT.items() if kind in step), step.get("at", played.holder))
        lines = self._refusals(step["by"], at)
        with pytest.raises(Refusal) as caught:
            self.step(played, step)
        assert caught.value.status == step["refused"], str(caught.value)
        for word in step.get("says", []):
            assert self.path(played, word) in str(caught.value), f"{word!r} is not in: {caught.value}"
        assert self._standing(played) == before, "a refusal changes nothing"
        until(lambda: self._refusals(step["by"], at) > lines)

    def _refusals(self, user: str, at: str) -> int:
        return sum(1 for one in self._lines(user, f"&producer={at}") if one["result"] == "refused")

    def _lines(self, user: str, query: str) -> list[dict[str, Any]]:
        """Everything that somebody did, page by page."""
        path = f"/v1/audit-lines?actor={self._subjects[user]}{query}"
        return self.client.every("oversight", path, "fg", "lines")

    def _standing(self, played: Played) -> Any:
        for service in (played.holder, "retention"):
            answer = self.client.request("GET", service, f"/v1/signals/{played.number}/open-decisions", FILE_USER)
            if answer.status_code == 200:
                found = answer.json()
                return found["version"], found["state"]
        return None

    # --- the steps that only stories have --------------------------------------------------------

    def _new_report(self, played: Played, step: dict[str, Any]) -> str:
        self.report(a_report() | step.get("report", {}), played)
        return "another report"

    def _cluster(self, played: Played, step: dict[str, Any]) -> str:
        """In one request, at who holds them; both as they stand now."""
        paths = {"join": "", "decide": "/{cluster}/decisions", "split": "/{cluster}/splits"}
        members: list[dict[str, Any]] = []
        for number in (played.made["first"], played.number):
            now = self.client.get(played.holder, f"/v1/signals/{number}/open-decisions", FILE_USER)
            members.append({"number": number, "expectedVersion": now["version"]})
        if "own" in step:
            members[-1]["own"] = step["own"]
        body = {name: step[name] for name in TO_DECIDE if name in step} | {"members": members}
        path = self.path(played, f"/v1/clusters{paths[step['cluster']]}")
        played.made["cluster"] = self.client.post(played.holder, path, step["by"], body)["cluster"]
        return f"{step['cluster']}: {step.get('outcome', '')} ({step['by']})"

    def path(self, played: Played, path: str) -> str:
        for name, value in {"number": played.number, **played.made}.items():
            path = path.replace("{" + name + "}", value)
        return path

    def _pages(self, service: str, path: str, user: str, headers: dict[str, str]) -> list[httpx.Response]:
        """What is answered, and where it is a list all of its pages."""
        mark = "&" if "?" in path else "?"
        pages = [self.client.request("GET", service, path, user, headers=headers)]
        while pages[-1].status_code == 200 and (cursor := pages[-1].json().get("next")):
            pages.append(self.client.request("GET", service, f"{path}{mark}cursor={cursor}", user, headers=headers))
        return pages

    def _look(self, played: Played, step: dict[str, Any]) -> str:
        service = step.get("at", played.holder)
        headers = {} if step.get("without_purpose") else PURPOSE
        path = self.path(played, step["look"])
        wanted = step.get("status", 200)

        def look() -> Any:
            pages = self._pages(service, path, step["by"], headers)
            shown = all(self.path(played, text) in _text(pages) for text in step.get("has", []))
            return pages if pages[0].status_code == wanted and shown else None

        if wanted == 200:
            # What was done a moment ago reaches another service a moment later.
            until(look)
        pages = self._pages(service, path, step["by"], headers)
        answer = pages[0]
        assert answer.status_code == wanted, f"{answer.status_code}: {answer.text}"
        for text in step.get("has", []):
            assert self.path(played, text) in _text(pages), f"{text!r} is not shown"
        for text in step.get("lacks", []):
            assert self.path(played, text) not in _text(pages), f"{text!r} is shown"
        if "same_as" in step:
            other = self.client.request("GET", service, self.path(played, step["same_as"]), step["by"], headers=headers)
            assert (answer.status_code, answer.json()) == (other.status_code, other.json()), "they can be told apart"
        return f"looked at by {step['by']}"

    def _question_of(self, played: Played, step: dict[str, Any]) -> str:
        """What who keeps a source sees of a question; for another it is as if it did not exist."""
        user = step["question_of"]
        mine = [one["id"] for one in self.client.every("sources", "/v1/tasks", user, "tasks")]
        path = f"/v1/tasks/{mine[-1]}"
        look = {"look": path, "at": "sources", "by": user, "has": step["has"], "lacks": step["lacks"]}
        self._look(played, look)
        unknown = f"/v1/tasks/{uuid4()}"
        self._look(played, {"look": path, "at": "sources", "by": step["other"], "status": 404, "same_as": unknown})
        self._audited(played, {"audited": "task opened: question", "by": user})
        return f"question of {user}"

    def _check(self, played: Played, step: dict[str, Any]) -> str:
        until(lambda: len(self.house.sql(step["at"], step["check"], played.number)) == step["rows"])
        return "checked"

    def _pass_days(self, played: Played, step: dict[str, Any]) -> str:
        if self.seen("casework", played.number):
            self.years_run(played)
        lists = self.house.run_as_of(step["pass_days"])
        for list_id in lists if step.get("approve") else []:
            assert self.house.approve(list_id).status_code == 201
        return f"{step['pass_days']} days later"

    def _sealed(self, played: Played, step: dict[str, Any]) -> str:
        found = self.house.sealed(played.number)
        # Whole when the receipt is in, too: until then who sealed it answers that it is on its way.
        for holder in ("assessment", "sources", "casework"):
            until(lambda holder=holder: self._has_nothing(holder, played.number))  # type: ignore[misc]
        assert found["ending"] == step["sealed"], found["ending"]
        decided = datetime.fromisoformat(found["decidedOn"])
        ends = datetime.fromisoformat(found["endsOn"])
        assert ends.year - decided.year == step.get("years", 1)
        assert "report" not in found
        return "sealed"

    def _has_nothing(self, service: str, number: str) -> bool:
        path = f"/v1/signals/{number}/open-decisions"
        return self.client.request("GET", service, path, FILE_USER).status_code == 404

    def _declared(self, played: Played, step: dict[str, Any]) -> str:
        number = played.made["first"] if step.get("of") == "first" else played.number
        declared = self.house.declared(number, 150)
        whole = self.client.get("retention", f"/v1/declarations/{declared['id']}", "fg")
        text = json.dumps(whole)
        if "never_informed" in step:
            assert sum(whole["neverInformed"].values()) == step["never_informed"]
        assert a_report()["subjects"][0]["name"].split()[-1] not in text
        return "declared"

    def _audited(self, played: Played, step: dict[str, Any]) -> str:
        number = step.get("of", "number")
        record = played.number if number == "number" else played.made[number]
        until(lambda: [one for one in self._lines(step["by"], f"&number={record}") if step["audited"] in one["action"]])
        return "in the audit trail"

    def _designate(self, played: Played, step: dict[str, Any]) -> str:
        """Somebody gets a designation that ends after some seconds."""
        now = datetime.now(UTC)
        body = {
            "userId": self._subjects[step["designate"]],
            "role": step["role"],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(seconds=step["seconds"])).isoformat(),
            "basis": "BESLUIT-2026-99",
        }
        self.client.post("access", "/v1/designations", "beheerder", body)
        played.made["ends"] = body["endsAt"]
        self.client.forget_tokens()
        played.made["token"] = self.client.token(step["designate"], step.get("at", "assessment"))
        return f"{step['designate']} is {step['role']} for {step['seconds']} s"

    def _hold(self, played: Played, step: dict[str, Any]) -> str:
        self.house.hold(step["hold"])
        return f"{step['hold']} is stopped"

    def _let_go(self, played: Played, step: dict[str, Any]) -> str:
        self.house.let_go(step["let_go"])
        self.house.all_ready()
        return f"{step['let_go']} is back"

    def _ends(self, played: Played, step: dict[str, Any]) -> str:
        """By the calendar alone: from this moment on every service refuses, whether or not anybody told it."""
        until(lambda: datetime.now(UTC) >= datetime.fromisoformat(played.made["ends"]))
        return "the designation has ended"


def _text(pages: list[httpx.Response]) -> str:
    return "\n".join(page.text for page in pages)
