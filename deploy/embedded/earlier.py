"""Consulting what is kept of an earlier signal, for the one that is played (art. 9 lid 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from deploy.embedded.played import PURPOSE, Played, until

if TYPE_CHECKING:
    from deploy.embedded.play import Player


class EarlierSteps:
    """`consult` names the earlier signal; it is read at casework or where `at` says, or `nothing` is there."""

    def __init__(self, player: Player) -> None:
        self._player = player

    def step(self, played: Played, step: dict[str, Any]) -> str:
        """Ask, and wait until it can be read, or until everybody has said that there is nothing."""
        body = {"case": step["consult"], "reason": step["reason"]}
        asked = f"/v1/signals/{played.number}/consultations"
        self._player.client.post(played.holder, asked, step["by"], body)
        if step.get("nothing"):
            until(lambda: self._told_nothing(played, asked, step), "not everybody answers a consultation")
            return f"nothing to be consulted ({step['by']})"
        at, path = step.get("at", "casework"), f"/v1/signals/{step['consult']}/consultations/{played.number}"

        def look() -> httpx.Response | None:
            answer = self._player.client.request("GET", at, path, step["by"], headers=PURPOSE)
            return answer if answer.status_code == 200 else None

        until(look, f"{at} did not hear of it")
        return f"earlier signal consulted ({step['by']})"

    def _told_nothing(self, played: Played, asked: str, step: dict[str, Any]) -> bool:
        looks = self._player.client.get(played.holder, asked, step["by"])["consultations"]
        return next(bool(one["state"] == "nothing") for one in looks if one["case"] == step["consult"])
