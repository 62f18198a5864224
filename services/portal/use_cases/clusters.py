"""Several signals decided on at once: one form for all, and beside it what is different for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.filled import text, trouble
from shared.errors import Conflict, NotFound

OF_ONE = ("outcome", "reason", "fields", "forwarding")
"""What can be different for one signal; on which ground special data stand there is said once."""


@dataclass(frozen=True)
class FormOfMember:
    """A signal of the cluster at the version that was seen. `other`: the control that says what is answered for it instead;
    `own`: what that answer asks."""

    number: str
    version: int
    other: Control
    own: tuple[Control, ...]
    drawn: str
    """For which answer `own` is drawn; empty where it is not different."""


class _Below:
    """What was filled in for one signal."""

    def __init__(self, filled: Filled, prefix: str) -> None:
        self._filled, self._prefix = filled, prefix

    def get(self, key: str, default: Any = None, /) -> Any:
        return self._filled.get(f"{self._prefix}.{key}", default)

    def getlist(self, key: Any, /) -> list[Any]:
        return self._filled.getlist(f"{self._prefix}.{key}")


class ClusterForms:
    def __init__(self, calls: Calls, dossiers: Dossiers) -> None:
        self._calls = calls
        self._dossiers = dossiers

    async def open(self, session: Session, dossier: Opened) -> dict[str, Any]:
        """What can be decided for all of them. Raises NotFound for a signal that is in no cluster, Conflict."""
        if "cluster" not in dossier.view:
            raise NotFound
        path = f"/v1/clusters/{dossier.view['cluster']['number']}/open-decisions"
        said = await self._calls.get(session, dossier.holder, path)
        if not said.is_done:
            raise Conflict(said.body.get("detail", "")) if said.status == 409 else NotFound
        return said.body

    def asked(self, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any]) -> tuple[Control, ...]:
        """What is asked for all."""
        return self._dossiers.asked(_shared(dossier), decision, outcome)

    def members(
        self,
        dossier: Opened,
        cluster: dict[str, Any],
        decision: dict[str, Any],
        outcome: dict[str, Any],
        filled: Filled,
    ) -> list[FormOfMember]:
        """Each with what is asked of it apart, as far as something was chosen for it."""
        others = {one["key"]: one for one in decision["outcomes"]}
        choices = tuple((one["key"], one["answer"]) for one in others.values() if not one["missing"])
        found = []
        for place, one in enumerate(cluster["members"]):
            at = f"members.{place}.own"
            chosen = others.get(text(filled, f"{at}.outcome"))
            asked = self._dossiers.asked(_shared(dossier), decision, chosen) if chosen else ()
            own = tuple(
                replace(each, name=f"{at}.{each.name}") for each in asked if not each.name.startswith(("about", "meet"))
            )
            label = f"Wat is het antwoord voor {one['number']}?"
            other = Control("list", f"{at}.outcome", label, "Leeg: hetzelfde als voor de andere", options=choices)
            found.append(FormOfMember(one["number"], one["version"], other, own, chosen["key"] if chosen else ""))
        return found

    async def decide(
        self,
        session: Session,
        dossier: Opened,
        decision: dict[str, Any],
        outcome: dict[str, Any],
        members: Sequence[FormOfMember],
        filled: Filled,
    ) -> Trouble | None:
        """None when it was decided for every one; else what was wrong, for all or for one."""
        unasked = [
            one.number for place, one in enumerate(members) if one.drawn != text(filled, f"members.{place}.drawn")
        ]
        if unasked:
            return Trouble(f"Vul ook in wat anders is voor {' en '.join(unasked)}.")
        shared = _shared(dossier)
        body = self._dossiers.body(shared, decision, outcome, filled)
        del body["expectedVersion"]
        named = []
        for place, one in enumerate(members):
            seen = text(filled, f"members.{place}.version")
            version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
            each: dict[str, Any] = {"number": one.number, "expectedVersion": version}
            if one.drawn:
                other = next(answer for answer in decision["outcomes"] if answer["key"] == one.drawn)
                below = _Below(filled, f"members.{place}.own")
                said = self._dossiers.body(shared, decision, other, below)
                each["own"] = {name: said[name] for name in OF_ONE if name in said}
            named.append(each)
        path = f"/v1/clusters/{dossier.view['cluster']['number']}/decisions"
        return trouble(await self._calls.post(session, dossier.holder, path, body | {"members": named}))


def _shared(dossier: Opened) -> Opened:
    """A signal as far as it is like the others: what is numbered in each for itself is decided on for that one alone."""
    return replace(dossier, view={}, open=dossier.open | {"shareable": ["report"]}, decisions=[])
