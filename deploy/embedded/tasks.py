"""Steps of a report that are tasks: of people without the file, by what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.embedded.insist import insist
from deploy.embedded.played import PURPOSE, Played, until

if TYPE_CHECKING:
    from deploy.embedded.play import Player


class AtTasks:
    """What is asked of somebody is done by him."""

    def __init__(self, player: Player) -> None:
        self._player, self._client = player, player.client

    def step(self, played: Played, step: dict[str, Any]) -> str:
        """Do the task of a kind that this signal led to, when it waits for this person."""
        service = step.get("at", played.holder)

        others: set[str] = set()

        def waiting() -> str | None:
            tasks = self._client.every(service, "/v1/tasks", step["by"], "tasks")
            kind = [one["id"] for one in tasks if one["kind"] == step["task"] and one["id"] not in others]
            # The newest first: who has many waiting does not open them all. What a decision asked is known by the signal that it names.
            for one in reversed(kind):
                about = played.number if one in played.asked else self._about(service, one, step["by"])
                if about == played.number:
                    return str(one)
                if about is not None:
                    others.add(one)
            return None

        # A department is asked when what asks it can no longer be withdrawn; what is told not to come is not waited for so long.
        patience = 10 if step.get("impossible") else 60
        found = until(waiting, f"no {step['task']} waits for {step['by']} at {service}", patience)
        path = f"/v1/tasks/{found}"
        self._client.get(service, path, step["by"], purpose=PURPOSE["X-Purpose"])
        if "report" in step:
            # It is asked or found while the task goes on.
            body = {"category": step["report"]} | {name: step[name] for name in ("finding", "fields") if name in step}
            made = self._client.post(service, f"{path}/items", step["by"], body)["item"]
            played.made |= {step["as"]: made} if "as" in step else {}
        elif "outcome" in step:
            body = {name: step[name] for name in ("outcome", "reason", "fields") if name in step}
            body |= {"key": step["decision"]} if "decision" in step else {}
            taken = insist(
                lambda: self._client.post(service, f"{path}/decisions", step["by"], body),
                lambda problem: bool(step.get("insist") and problem.get("invalidParams")),
            )
            self._player.follow(played, taken["state"])
        return f"{step['task']}: {step.get('report') or step.get('outcome', 'read')} ({step['by']})"

    def _about(self, service: str, task: str, user: str) -> str | None:
        """The number of its signal; None where that was not answered."""
        found = self._client.request("GET", service, f"/v1/tasks/{task}", user, headers=PURPOSE)
        return str(found.json().get("number")) if found.status_code == 200 else None
