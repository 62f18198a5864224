"""Several signals decided on at once: one form for all, and beside it what is different for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.filled import text, trouble, version
from shared.errors import Conflict, NotFound

_OF_MEMBER = re.compile(r"members\.(\d+)(?:\.(.+))?")
"""How the interface says what is wrong with one of the signals: by its place among those that were sent."""
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

    @property
    def name(self) -> str:
        """Before the names of its fields: its number, for its place can be that of another when the cluster has changed."""
        return f"members.{self.number}"


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
        for one in cluster["members"]:
            at = f"members.{one['number']}.own"
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
        unasked = [one.number for one in members if one.drawn != text(filled, f"{one.name}.drawn")]
        if unasked:
            return Trouble(f"Vul ook in wat anders is voor {' en '.join(unasked)}.")
        shared = _shared(dossier)
        body = self._dossiers.body(shared, decision, outcome, filled)
        del body["expectedVersion"]
        named = []
        for one in members:
            each: dict[str, Any] = {"number": one.number, "expectedVersion": version(_Below(filled, one.name))}
            if one.drawn:
                other = next(answer for answer in decision["outcomes"] if answer["key"] == one.drawn)
                below = _Below(filled, f"{one.name}.own")
                said = self._dossiers.body(shared, decision, other, below)
                each["own"] = {name: said[name] for name in OF_ONE if name in said}
            named.append(each)
        path = f"/v1/clusters/{dossier.view['cluster']['number']}/decisions"
        answer = await self._calls.post(session, dossier.holder, path, body | {"members": named})
        wrong = trouble(answer)
        if wrong is None:
            return None
        if any(one["code"] == Conflict.code for one in answer.body.get("invalidParams", ())):
            wrong = replace(wrong, overtaken=True)
        fields = (*self.asked(dossier, decision, outcome), *(each for one in members for each in (one.other, *one.own)))
        return _placed(wrong, members).at_the_fields(one.name for one in fields)


def _placed(wrong: Trouble, members: Sequence[FormOfMember]) -> Trouble:
    """What is wrong with what is asked for all at its field, once; with what is of one signal after its number."""
    alike = {one.number for one in members if not one.drawn}
    # Of which signals each is said.
    found: dict[tuple[str, str], set[str]] = {}
    for name, reason in wrong.faults:
        place = _OF_MEMBER.fullmatch(name)
        if place is None:
            found[name, reason] = alike
            continue
        one, rest = members[int(place[1])], place[2] or ""
        is_own = not rest or rest.partition(".")[0] == "own"
        at = f"{one.name}.{rest}" if is_own else rest, reason
        found[at] = found.get(at, set()) | {one.number}
    faults = (
        (name, reason if of == alike and not name.startswith("members.") else f"{' en '.join(sorted(of))}: {reason}")
        for (name, reason), of in found.items()
    )
    return replace(wrong, faults=tuple(faults))


def _shared(dossier: Opened) -> Opened:
    """A signal as far as it is like the others: what is numbered in each for itself is decided on for that one alone."""
    return replace(dossier, view={}, open=dossier.open | {"shareable": ["report"]}, decisions=[])
