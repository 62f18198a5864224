"""Steps of somebody who asks what the municipality has of him: registered, decided on and answered at rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deploy.embedded.played import Played, until
from shared.protocol.holdings import ANSWERS_ITSELF
from shared.protocol.request_kinds import HOLDER, HOLDERS_OF_DATA

if TYPE_CHECKING:
    from deploy.embedded.play import Player

REQUEST_MADE, LETTER_MADE = "request", "letter"
"""By which names later steps have what was made here."""


class AtRightsDesk:
    """`ask`: `register`, `letter` (of a `kind`), `every-service` (each in which people look, and that is not named in `without`, has
    nothing, when the others have answered by themselves),
    or the key of a decision."""

    def __init__(self, player: Player) -> None:
        self._player, self._client = player, player.client

    def step(self, played: Played, step: dict[str, Any]) -> str:
        if step["ask"] == "register":
            made = self._client.post("rights", "/v1/requests", step["by"], {"fields": step["fields"]})
            played.made[REQUEST_MADE] = made["number"]
        elif step["ask"] == "letter":
            body = {"kind": step["kind"], "expectedVersion": self._version(played)}
            made = self._client.post("rights", f"{self._path(played)}/letters", step["by"], body)
            played.made[LETTER_MADE] = made["letter"]
        elif step["ask"] == "every-service":
            until(lambda: self._have_answered(played), "services that answer by themselves are silent")
            hand = [one for one in HOLDERS_OF_DATA if one not in (*ANSWERS_ITSELF, *step.get("without", ()))]
            for one in hand:
                self._decide(played, step | {"ask": HOLDER, "outcome": "nothing", "about": [one]})
        else:
            self._decide(played, step)
        return f"{step['ask']} ({step['by']})"

    def _have_answered(self, played: Played) -> bool:
        found = self._client.get("rights", self._path(played), "anna", purpose="verzoek")
        return not any(one["answer"] == "silent" for one in found["holders"] if one["holder"] in ANSWERS_ITSELF)

    def _decide(self, played: Played, step: dict[str, Any]) -> None:
        body = {"key": step["ask"], "expectedVersion": self._version(played)}
        body |= {name: step[name] for name in ("outcome", "reason", "fields", "about") if name in step}
        taken = self._client.post("rights", f"{self._path(played)}/decisions", step["by"], body)
        if "as" in step:
            played.made[step["as"]] = taken["about"][-1]
        if "co_signed_by" in step:
            self._player.confirm("rights", step["co_signed_by"], taken["id"], step.get("co_signer_says", "agree"))

    @staticmethod
    def _path(played: Played) -> str:
        return f"/v1/requests/{played.made[REQUEST_MADE]}"

    def _version(self, played: Played) -> int:
        version: int = self._client.get("rights", f"{self._path(played)}/open-decisions", "anna")["version"]
        return version
