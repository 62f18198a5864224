"""The example RIEC beside an embedded house: started and ended with it, with nothing of it but public keys and an address."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import httpx

from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import Command, answers_ok
from deploy.embedded.played import Played, until
from deploy.riec_counterpart.desk import MUNICIPALITY_KEYS
from deploy.riec_counterpart.keys import OwnKeys

if TYPE_CHECKING:
    from deploy.embedded.play import Player

COUNTERPART = "riec-counterpart"
RECEIVER_KEYS = "receivers.toml"
DESK_SECRET = "desk-secret"  # noqa: S105 - a file


def exchange_keys(home: Home, keys: dict[str, list[str]]) -> None:
    """Each gets the public halves of the other, as two organisations would give them to each other by hand."""
    own = OwnKeys.of(home.riec)
    home.write_secret(RECEIVER_KEYS, own.public_halves())
    _write(home, MUNICIPALITY_KEYS, json.dumps({"export": keys["export"]}))
    _write(home, DESK_SECRET, home.secret(DESK_SECRET))


def _write(home: Home, name: str, text: str) -> None:
    with os.fdopen(os.open(home.riec / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def counterpart(home: Home, port: int, export: int) -> Command:
    """Its process, which is given nothing of the environment of the house."""
    argv = [sys.executable, "-m", "deploy.riec_counterpart", "--folder", str(home.riec), "--port", str(port)]
    argv += ["--municipality", f"http://127.0.0.1:{export}"]
    return Command(COUNTERPART, argv, lambda: answers_ok(port, "/readyz"), nice=15, bare=True)


class AtTheRiec:
    """Steps of a report that its people do, and what who has the file does for them."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._client = player.client

    def step(self, played: Played, step: dict[str, Any]) -> str:
        """`riec`: fetches, asks, answers."""
        does = {"fetches": self._fetches, "asks": self._asks, "answers": self._answers}
        return does[step["riec"]](played, step)

    def heard(self, played: Played) -> bool:
        """Whether it has been told that the package of `played` was destroyed; True for who has none there."""
        package = played.made.get(COUNTERPART)
        return package is None or package in self._post("/endings", {})

    def _fetches(self, played: Played, step: dict[str, Any]) -> str:
        """The link goes by mail and the secret by telephone, to two addresses of the RIEC."""
        package = until(lambda: self._waiting(played.number), "nothing waits for the RIEC at export")
        link = self._client.post("export", f"/v1/shares/{package}/links", step["by"], {})
        self._post("/mail", {"package": package, "link": link["link"]})
        self._post("/telephone", {"package": package, "secret": link["secret"]})
        played.made[COUNTERPART] = package
        return f"fetched, opened and checked by the RIEC (sealed: {link['sealed']})"

    def _waiting(self, number: str) -> str | None:
        found = self._client.every("export", f"/v1/shares?number={number}", "anna", "shares")
        return next((one["id"] for one in found if one["recipient"] == "riec" and one["state"] == "waiting"), None)

    def _asks(self, played: Played, step: dict[str, Any]) -> str:
        self._post(f"/packages/{played.made[COUNTERPART]}/questions", {"questions": step["questions"]})
        played.made[step["as"]] = self._comes(played, "asked")
        return "asked by the RIEC, signed"

    def _answers(self, played: Played, step: dict[str, Any]) -> str:
        body = {"outcome": step["outcome"], "decidedOn": step["decidedOn"]}
        self._post(f"/packages/{played.made[COUNTERPART]}/answers", body)
        played.made[step["as"]] = self._comes(played, "answered")
        return f"answered by the RIEC, signed: {step['outcome']}"

    def _comes(self, played: Played, kind: str) -> str:
        """The newest of this kind that who has the file sees."""

        def look() -> str | None:
            shown = self._player.seen("casework", played.number) or {}
            known = set(played.made.values())
            found = [one["id"] for one in shown.get("outside", ()) if one["kind"] == kind and one["id"] not in known]
            return str(found[-1]) if found else None

        return until(look, "what the RIEC said did not come")

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        secret = {"Authorization": f"Bearer {self._client.home.secret(DESK_SECRET)}"}
        answer = httpx.post(f"{self._client.addresses[COUNTERPART]}{path}", json=body, headers=secret, timeout=60)
        if answer.status_code != 200:
            raise HouseError(f"the RIEC's counterpart answered {answer.status_code}: {answer.text[:80]}")
        return answer.json()
