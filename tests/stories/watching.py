"""Steps of who watches, and of who administers what a story runs on; beside those of the demo.

- `breach = "begin"`: an entry of the breach register, of something discovered `hours` ago; it is remembered as `@breach`.
- `breach = "decide"`: a decision on it; `$now` is this moment.
- `work_list = "informing"`: on the work list of `by` stands what is due for this signal within `within` days; `none = true`: nothing.
- `nowhere`: words that stand in no row of any database, however it is read.
- `answered_about`: the request that was registered is put before the holder of the signal, who answers by `by` that it is about this
  person; `restricted = true` or `false`: from then on, or no longer, he is only kept there.
- `at_the_riec`: which items the RIEC has of what it fetched and checked; it has nothing else.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.played import Played
from deploy.embedded.riec import COUNTERPART, DESK_SECRET
from shared.clock import calendar_date
from tests.house import until

if TYPE_CHECKING:
    from tests.stories.teller import Teller

REGISTER = "/v1/breaches"
FOR_WHO_ASKS = {"X-Purpose": "verzoek"}
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
LOOK = "(SELECT '{table}' AS place FROM \"{table}\" AS t WHERE t::text ILIKE ANY($1) LIMIT 1)"


class WatchingSteps:
    def __init__(self, teller: Teller) -> None:
        self._teller, self._house, self._client = teller, teller.house, teller.house.client

    def breach(self, played: Played, step: dict[str, Any]) -> str:
        if step["breach"] == "begin":
            ago = datetime.now(UTC) - timedelta(hours=step["hours"])
            made = self._client.post("oversight", REGISTER, step["by"], {"discoveredAt": ago.isoformat()})
            played.made["breach"] = made["number"]
            return f"breach begun ({step['by']})"
        path = f"{REGISTER}/{played.made['breach']}"
        version = self._client.get("oversight", f"{path}/open-decisions", "fg")["version"]
        body: dict[str, Any] = {name: step[name] for name in ("key", "outcome", "reason")} | {
            "expectedVersion": version
        }
        now = datetime.now(UTC).isoformat()
        body["fields"] = {name: now if one == "$now" else one for name, one in step.get("fields", {}).items()}
        self._client.post("oversight", f"{path}/decisions", step["by"], body)
        return f"{step['key']}: {step['outcome']} ({step['by']})"

    def work_list(self, played: Played, step: dict[str, Any]) -> str:
        def rows() -> list[dict[str, Any]]:
            asked = {"due": step["work_list"], "limit": 500}
            found = self._client.post("worklist", "/v1/lists", step["by"], asked)["dossiers"]
            mine = {played.number, *(self._duties(played) if step["work_list"] == "informing" else ())}
            return [one for one in found if one["number"] in mine]

        if step.get("none"):
            until(lambda: not rows())
            return "nothing of it on the work list"
        (row,) = until(rows)
        days = (date.fromisoformat(row["dueOn"]) - calendar_date(datetime.now(UTC))).days
        assert 0 <= days <= step["within"], f"due in {days} days"
        return f"due in {days} days"

    def _duties(self, played: Played) -> list[str]:
        duties = self._client.every("rights", "/v1/duties", "anna", "duties")
        return [one["number"] for one in duties if one["signal"] == played.number]

    def nowhere(self, played: Played, step: dict[str, Any]) -> str:
        assert self._rows_with([played.number]), "it is not looked for where it would be"
        assert not (found := self._rows_with(step["nowhere"])), f"one of {step['nowhere']} stands in {found}"
        return "in no row of any database"

    def _rows_with(self, words: list[str]) -> list[str]:
        """The tables of every service with a row in which one of these stands; what is bytes reads as hexadecimal."""
        forms = [f"%{one}%" for word in words for one in (word, word.encode().hex())]
        found = []
        for service in SERVICE_NAMES:
            looks = [LOOK.format(table=one["table_name"]) for one in self._house.sql(service, TABLES)]
            found += [f"{service}.{one['place']}" for one in self._house.sql(service, " UNION ALL ".join(looks), forms)]
        return found

    def answered_about(self, played: Played, step: dict[str, Any]) -> str:
        request, subject, user = played.made["request"], step["answered_about"], step["by"]
        if "lookedHow" in step:
            self._client.post("rights", f"/v1/requests/{request}/signals", user, {"signal": played.number})
            path = f"/v1/signals/{played.number}/person-requests/{request}"

            def shown() -> Any:
                answer = self._client.request("GET", played.holder, path, user, headers=FOR_WHO_ASKS)
                return answer.json() if answer.status_code == 200 else None

            answer = {"outcome": "about", "looked": step["lookedHow"], "subject": subject}
            self._client.post(played.holder, f"{path}/answer", user, answer | {"items": until(shown)["about"][subject]})

        def restricted() -> bool:
            file = self._client.get(played.holder, f"/v1/signals/{played.number}", user, purpose="verzoek")
            return ("restricted" in file["subjects"][subject]) is step["restricted"]

        until(restricted)
        return f"{subject} is {'only kept' if step['restricted'] else 'as before'}"

    def at_the_riec(self, played: Played, step: dict[str, Any]) -> str:
        secret = {"Authorization": f"Bearer {self._client.home.secret(DESK_SECRET)}"}
        told = httpx.get(f"{self._client.addresses[COUNTERPART]}/packages", headers=secret, timeout=60).json()
        mine = told[played.made[COUNTERPART]]
        assert mine["received"], "it was not fetched, or did not agree with its signed hashes"
        wanted = [self._teller.path(played, one) for one in step["at_the_riec"]]
        assert mine["items"] == wanted, mine["items"]
        return f"the RIEC has {', '.join(mine['items'])}"
