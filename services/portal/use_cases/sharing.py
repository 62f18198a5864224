"""What leaves the file: composed for its receivers, read beforehand as they will read it, then sent.

The preview is asked of the service that decides, which shows what the very same decision would share; nothing of it is made
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.grid import Grid, grid_of, is_grid
from services.portal.read import Read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases import passing_on
from services.portal.use_cases.dossiers import Dossiers, at
from services.portal.use_cases.filled import special, text, trouble, version
from services.portal.use_cases.questions import QUESTION_RECORD
from shared.errors import NotFound


class Composing:
    def __init__(self, calls: Calls, dossiers: Dossiers) -> None:
        self._calls = calls
        self._dossiers = dossiers

    # --- what can be shared now ------------------------------------------------------------------

    @staticmethod
    def offered(dossier: Opened) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """What can be shared now, and what not yet, each with `called`, its address and what is missing."""
        base, found = f"/dossiers/{dossier.number}", []
        for one in dossier.open["decisions"]:
            if is_grid(one):
                found.append(_offer(one["question"], f"{base}/rooster/{one['key']}", one["missing"], one["article"]))
                continue
            found += [
                _offer(
                    one["question"],
                    f"{base}/delen/{one['key']}?antwoord={outcome['key']}",
                    [*one["missing"], *outcome["missing"]],
                    outcome["article"],
                    outcome["answer"],
                )
                for outcome in one["outcomes"]
                if outcome["shares"]
            ]
        for one in dossier.open["records"]:
            if one["composed"]:
                address = f"{base}/delen/stukken/{one['category']}"
                found.append(_offer(f"Een {one['name']} samenstellen", address, one["missing"]))
            elif one["category"] == QUESTION_RECORD:
                found.append(_offer("Vragen aan wie een bron beheert", f"{base}/vragen", one["missing"], "art. 18"))
        return [one for one in found if not one["missing"]], [one for one in found if one["missing"]]

    # --- one decision or paper -------------------------------------------------------------------

    def asked(
        self, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any], to: str | None
    ) -> tuple[Control, ...]:
        """The controls of a decision that shares something. Raises NotFound for a receiver to whom this answer leads not."""
        if outcome["forwarding"] and to not in (passing_on.NOBODY, *passing_on.receivers(dossier, outcome)):
            raise NotFound
        found = self._dossiers.asked(dossier, decision, outcome, to)
        # First what goes, then why.
        return tuple(sorted(found, key=lambda one: not one.name.startswith("forwarding.")))

    def paper(self, dossier: Opened, record: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of a paper. Raises NotFound for what is not composed of items."""
        if not record["composed"]:
            raise NotFound
        return self._dossiers.recorded(dossier, record)

    async def preview(
        self,
        session: Session,
        dossier: Opened,
        decision: dict[str, Any],
        outcome: dict[str, Any],
        asked: tuple[Control, ...],
        filled: Filled,
    ) -> tuple[list[Read], Trouble | None]:
        """What each receiver would read; or what is wrong."""
        body = self._dossiers.decision_body(decision, outcome, asked, filled)
        return await self._previewed(session, dossier, body)

    async def preview_of_paper(
        self, session: Session, dossier: Opened, record: dict[str, Any], asked: tuple[Control, ...], filled: Filled
    ) -> tuple[list[Read], Trouble | None]:
        return await self._previewed(session, dossier, self._dossiers.record_body(record, asked, filled))

    async def _previewed(
        self, session: Session, dossier: Opened, body: dict[str, Any]
    ) -> tuple[list[Read], Trouble | None]:
        purpose = session.purposes[dossier.number]
        said = await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/previews", body, purpose)
        if not said.is_done:
            return [], trouble(said)
        found = [Read.of_share(one) for one in said.body["shares"]]
        return [*found, *([Read.of_paper(said.body["paper"])] if "paper" in said.body else [])], None

    async def send(
        self,
        session: Session,
        dossier: Opened,
        decision: dict[str, Any],
        outcome: dict[str, Any],
        asked: tuple[Control, ...],
        filled: Filled,
    ) -> Trouble | None:
        body = self._dossiers.decision_body(decision, outcome, asked, filled)
        return trouble(await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/decisions", body))

    async def send_paper(
        self, session: Session, dossier: Opened, record: dict[str, Any], asked: tuple[Control, ...], filled: Filled
    ) -> Trouble | None:
        body = self._dossiers.record_body(record, asked, filled)
        return trouble(await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/items", body))

    # --- a matrix --------------------------------------------------------------------------------

    @staticmethod
    def grid(dossier: Opened, decision: dict[str, Any]) -> Grid:
        """Raises NotFound for what is decided one by one."""
        if not is_grid(decision):
            raise NotFound
        return grid_of(
            decision,
            dossier.known,
            dossier.names,
            dossier.open["entitled"],
            dossier.open["concerns"],
            dossier.decisions,
        )

    async def decide_grid(
        self, session: Session, dossier: Opened, decision: dict[str, Any], grid: Grid, filled: Filled
    ) -> Trouble | None:
        parts = grid.parts(filled)
        if not parts:
            return Trouble("Vul ten minste één vakje in.")
        body = {
            "key": decision["key"],
            "outcome": "",
            "reason": text(filled, "reason"),
            "fields": {},
            "parts": [one.body for one in parts],
            "expectedVersion": version(filled),
            "specialGrounds": special(filled),
        }
        found = trouble(await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/decisions", body))
        return grid.placed(found, parts) if found else None


def _offer(called: str, address: str, missing: Sequence[str], article: str = "", answer: str = "") -> dict[str, Any]:
    return {"called": called, "address": address, "missing": list(missing), "article": article, "answer": answer}
