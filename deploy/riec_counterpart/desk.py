"""EXAMPLE: what the people of a RIEC do with what a municipality shares: fetch, open, check, confirm, ask, answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx

from deploy.riec_counterpart.keys import RIEC, OwnKeys
from shared.keys.signing import Verifier
from shared.openbao import OpenBao
from shared.outside import ENDED_KIND
from shared.packages import Package, checked

MUNICIPALITY_KEYS = "municipality-keys.json"


class NotHere(LookupError):
    """There is no such package here, or it was not fetched yet."""


@dataclass
class Case:
    """One package. The link came by mail, the secret by telephone; what was in it is kept in memory alone."""

    link: str | None = None
    secret: str | None = None
    package: Package | None = None
    destroyed_on: str | None = None

    def told(self) -> dict[str, Any]:
        """How it stands, and what it names, by codes."""
        twin = self.package.twin() if self.package else {}
        return {
            "received": self.package is not None,
            "digest": self.package.digest if self.package else None,
            "items": [one["item"] for one in twin.get("items", ())],
            "destroyedOn": self.destroyed_on,
        }


class RiecDesk:
    """`address`: where the municipality's shares are fetched; `keys`: a file with its public signing keys, by service, which
    it replaces when they change."""

    def __init__(self, own: OwnKeys, address: str, keys: Path) -> None:
        self._own = own
        self._file = keys
        self._http = httpx.Client(base_url=address, timeout=60)
        self.cases: dict[str, Case] = {}

    @classmethod
    def of(cls, folder: Path, address: str) -> RiecDesk:
        return cls(OwnKeys.of(folder), address, folder / MUNICIPALITY_KEYS)

    @property
    def _keys(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = json.loads(self._file.read_text())
        return found

    def by_mail(self, package: str, link: str) -> None:
        case = self.cases.setdefault(package, Case())
        case.link = link
        self._fetch(package, case)

    def by_telephone(self, package: str, secret: str) -> None:
        case = self.cases.setdefault(package, Case())
        case.secret = secret
        self._fetch(package, case)

    def _fetch(self, package: str, case: Case) -> None:
        """With both: fetch it once, open it, check it, and say that it is here. Raises NotAPackage, httpx.HTTPStatusError."""
        if case.link is None or case.secret is None or case.package is not None:
            return
        found = self._post("/v1/pickups", {"link": case.link, "secret": case.secret})
        opened = checked(self._own.opened(found.content), self._keys)
        if (opened.identifier, opened.receiver) != (package, RIEC):
            raise NotHere
        case.package = opened
        self._says(package, "received")

    def answers(self, package: str, outcome: str, decided_on: str) -> None:
        self._says(package, "answered", outcome=outcome, decided_on=decided_on)

    def asks(self, package: str, questions: Sequence[Mapping[str, str]]) -> None:
        self._says(package, "asked", questions=list(questions))

    def hears_of_endings(self) -> list[str]:
        """What the municipality destroyed of what is here: it signed number and day. A RIEC would now look at its own file."""
        body = {"receiver": RIEC, "statement": self._own.asks_for_endings()}
        # Nobody is asked: a key that is not known is not believed.
        verifier = Verifier(cast(OpenBao, None), self._keys)
        for one in self._post("/v1/endings", body).json()["endings"]:
            claims = verifier.check(one, kind=ENDED_KIND, service="export")
            if claims.get("receiver") == RIEC and claims.get("package") in self.cases:
                case = self.cases[str(claims["package"])]
                case.destroyed_on, case.package = str(claims["destroyedOn"]), None
        return [package for package, one in self.cases.items() if one.destroyed_on]

    def _says(self, package: str, kind: str, **more: Any) -> None:
        case = self.cases.get(package)
        if case is None or case.package is None:
            raise NotHere
        statement = self._own.says(package, case.package.digest, kind, **more)
        self._post("/v1/outside-statements", {"share": package, "statement": statement})

    def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self._http.post(path, json=body).raise_for_status()
