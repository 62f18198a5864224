"""Who is designated: the list, what excludes what, designating and ending. Access judges it by the law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, read, somebody
from services.portal.people import People
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import body_of, part_of
from services.portal.use_cases.filled import text, trouble
from shared.clock import AMSTERDAM, end_of_day
from shared.pages import MOST
from shared.protocol.designations import BEHEERDER, are_apart
from shared.protocol.model import Law

FIRST_YEAR, LAST_YEAR = 2000, 2999
"""A day before or after these is a slip of the pen."""
_WHO = {
    "label": "Wie wijst u aan?",
    "hint": "Wie nog niet is aangewezen, ziet zijn nummer op zijn eerste bladzijde.",
    "required": True,
}


@dataclass(frozen=True)
class RoleOffered:
    """A designation that the beheerder can give. `excluded_by`: what this person is, so that it cannot be given now."""

    role: str
    called: str
    excludes: tuple[str, ...]
    excluded_by: tuple[str, ...] = ()


class DesignationPages:
    def __init__(self, calls: Calls, law: Law, people: People) -> None:
        self._calls, self._law, self._people = calls, law, people

    @property
    def who(self) -> Control:
        """The control that asks whom it is about."""
        return somebody("userId", self._people.everybody(), _WHO)

    async def listed(self, session: Session, cursor: str = "") -> dict[str, Any]:
        """Raises NotFound for who may not see them."""
        return body_of(await self._calls.get(session, "access", part_of("/v1/designations", cursor)))

    async def held_by(self, session: Session, user_id: str, now: datetime) -> list[dict[str, Any]]:
        """What somebody is designated for, now or from a later day."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            path = part_of("/v1/designations", cursor, limit=str(MOST))
            page = body_of(await self._calls.get(session, "access", path))
            found += [one for one in page["designations"] if one["userId"] == user_id and is_open(one, now)]
            cursor = page["next"]
        return found

    def offered(self, held: Iterable[dict[str, Any]] = ()) -> tuple[RoleOffered, ...]:
        """Every designation that the beheerder gives, with those that exclude it (art. 1 onder k, art. 7, AVG 38 lid 6)."""
        has = list(dict.fromkeys(one["role"] for one in held))
        return tuple(
            RoleOffered(
                role,
                self._law.called(role),
                tuple(self._law.called(one) for one in self._law.designations if are_apart(self._law, role, one)),
                tuple(self._law.called(one) for one in has if are_apart(self._law, role, one)),
            )
            for role, giver in self._law.designations.items()
            if giver == BEHEERDER
        )

    @staticmethod
    def asked(offered: Iterable[RoleOffered]) -> tuple[Control, ...]:
        """The controls of a designation; the person is known by then."""
        roles = tuple((one.role, one.called) for one in offered if not one.excluded_by)
        basis = "Het kenmerk van het besluit, in hoofdletters en cijfers, zoals BESLUIT-2026-17."
        return (
            Control("choice", "role", "Welke aanwijzing?", required=True, options=roles),
            Control("date", "startsAt", "Vanaf welke dag?", required=True),
            Control("date", "endsAt", "Tot en met welke dag?", required=True),
            Control("text", "basis", "Op welk besluit rust dit?", basis, required=True, most=40),
        )

    async def designate(self, session: Session, filled: Filled) -> Trouble | None:
        """None when it was done; else what was wrong, by the fields of the page."""
        asked = self.asked(self.offered())
        given = read(asked, filled, "")
        missing = tuple((one.name, "Moet worden ingevuld.") for one in asked if not given.get(one.name))
        if missing:
            return Trouble("Vul alle velden in.", missing)
        starts, ends = _day(given["startsAt"]), _day(given["endsAt"])
        if starts is None or ends is None:
            wrong = [name for name, one in (("startsAt", starts), ("endsAt", ends)) if one is None]
            return Trouble("Dit is geen dag.", tuple((name, "Vul een bestaande dag in.") for name in wrong))
        body = {
            "userId": text(filled, "userId"),
            "role": given["role"],
            "startsAt": datetime.combine(starts, time(), AMSTERDAM).isoformat(),
            "endsAt": end_of_day(ends).isoformat(),
            "basis": given["basis"],
        }
        return trouble(await self._calls.post(session, "access", "/v1/designations", body))

    async def end(self, session: Session, number: int) -> Trouble | None:
        said = await self._calls.delete(session, "access", f"/v1/designations/{number}")
        return trouble(said)


def is_open(one: dict[str, Any], now: datetime) -> bool:
    return datetime.fromisoformat(one["endsAt"]) > now


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
