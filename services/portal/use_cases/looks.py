"""EarlierSignals, for a signal in hand, what is kept of an earlier one: asked, and read where it can be read (art. 9 lid 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import SIGNAL_SERVICES, at
from services.portal.use_cases.filled import special, text, trouble
from shared.errors import NotFound, PartDown

ABOUT_EARLIER = (
    Control("text", "case", "Welk eerder signaal?", "Het nummer, zoals S-7K3MQ-9XD4T.", required=True),
    Control("area", "reason", "Waarom is dat nodig voor dit signaal?", required=True, most=500),
)


@dataclass(frozen=True)
class EarlierRead:
    """What somebody reads of an earlier signal, from all who have a part of it. `coming`: the services where it has not
    come yet; `silent`: those that do not answer."""

    look: dict[str, Any]
    view: dict[str, Any]
    coming: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """More may come."""
        return self.look["state"] == "asked" or bool(self.coming)


class EarlierSignals:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def looks(self, session: Session, dossier: Opened) -> list[dict[str, Any]]:
        """What he asked for this signal, the last first, each earlier signal once."""
        if dossier.holder not in SIGNAL_SERVICES:
            raise NotFound
        said = await self._calls.get(session, dossier.holder, f"{at(dossier.number)}/consultations")
        if not said.is_done:
            raise NotFound
        last: dict[str, dict[str, Any]] = {}
        for one in said.body["consultations"]:
            last.setdefault(one["case"], one)
        return list(last.values())

    async def ask(self, session: Session, dossier: Opened, filled: Filled) -> Trouble | None:
        body = {
            "case": text(filled, "case").upper(),
            "reason": text(filled, "reason"),
            "specialGrounds": special(filled),
        }
        said = await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/consultations", body)
        wrong = trouble(said)
        return wrong.at_the_fields(one.name for one in ABOUT_EARLIER) if wrong else None

    async def read(self, session: Session, dossier: Opened, case: str) -> EarlierRead:
        """Raises NotFound for what he did not ask."""
        look = next((one for one in await self.looks(session, dossier) if one["case"] == case), None)
        if look is None:
            raise NotFound
        view: dict[str, Any] = {}
        coming, silent = [], []
        for service in look["at"]:
            try:
                said = await self._calls.get(
                    session,
                    service,
                    f"{at(case)}/consultations/{dossier.number}",
                    session.purposes[dossier.number],
                )
            except PartDown:
                silent.append(service)
                continue
            if said.is_done:
                view = _together(view, said.body)
            else:
                coming.append(service)
        return EarlierRead(look, view, tuple(coming), tuple(silent))


def _together(view: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Two parts of one file: each service shows what it reads of it."""
    parts = {name: {**view.get(name, {}), **more[name]} for name in ("subjects", "objects", "items")}
    return {**view, **more, **parts, "report": view.get("report") or more["report"]}
