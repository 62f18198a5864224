"""A person asks what the municipality has of him: the holder of a signal that was found says whether it is about him (art. 10).

It is no decision on the signal and no act in its case: its version, its term and its last processing stay as they are (R-9.7,
R-10.2). Who asks is kept under the key of the dossier until it was answered; the answer goes to rights alone, sealed. A signal
that goes on takes no question with it: rights hears where it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.answering import PersonAnsweredLetter, PersonElsewhere
from shared.contracts.common import KeysMade
from shared.contracts.rights import PersonAsked, PersonAskedLetter, Requester
from shared.database.tables import table_of
from shared.engine.about_person import concerning, items_known
from shared.engine.answer_about import GivenAnswerAbout, answer_made, described
from shared.engine.head import changed, vouch_for
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.rectified import shown_subjects
from shared.engine.show import Showing
from shared.engine.store import open_to
from shared.engine.tables import AskedRow, Dossier
from shared.errors import CannotSucceed, Conflict, NotFound, PartDown
from shared.identity import Person
from shared.keys.transit import Place
from shared.pages import Keyset, Page, Window

ASKED_OF_PERSON = "person-asked"
REQUESTS_BY_AGE = Keyset("person-requests", col(AskedRow.asked_at), col(AskedRow.request), col(AskedRow.number))


@dataclass(frozen=True)
class AskedShown:
    """A request with who makes it, and what there is to choose from; `about`: by person what the dossier says is about him."""

    row: AskedRow
    requester: Requester
    subjects: dict[str, dict[str, Any]]
    objects: dict[str, dict[str, Any]]
    items: dict[str, dict[str, Any]]
    about: dict[str, tuple[str, ...]]


class Answering:
    """Requests of persons about signals that are here."""

    def __init__(self, parts: Parts, showing: Showing) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._showing = showing

    # --- asked -----------------------------------------------------------------------------------

    async def asked(self, incoming: Incoming, message: PersonAskedLetter) -> Handled:
        """Rights asks. Who asks again puts the question anew, also when it was answered."""
        content, word, kid = await self.platform.opener.content(message, PersonAsked)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        carried = KeysMade(number=content.number, carried_by=(kid,))
        row = await self._row(content)

        async def effect(session: AsyncSession) -> None:
            self.platform.post.tell(session, "retention", carried)
            if isinstance(row, PersonElsewhere):
                self.platform.post.tell(session, "rights", row)
                return
            new = upsert(table_of(AskedRow)).values(**row.model_dump())
            again = {name: new.excluded[name] for name in AskedRow.model_fields if name not in ("request", "number")}
            await session.execute(new.on_conflict_do_update(index_elements=["request", "number"], set_=again))
            now = self.platform.clock.now()
            line = audit.line(now, "person asks", actor=None, record=content.number, reason=content.request)
            session.add(line)

        return Handled(effect, word)

    async def _row(self, content: PersonAsked) -> AskedRow | PersonElsewhere:
        gone = PersonElsewhere(number=content.number, request=content.request)
        try:
            # Also that it has left is believed for its MAC: else a row would send rights elsewhere, and what is here is not answered.
            dossier = (await self.parts.loader.load(content.number, opened=False)).dossier
        except NotFound as problem:
            return gone.model_copy(update={"holder": problem.extra.get("holder")})
        if dossier.handing_over_since:
            raise PartDown("the signal is being handed over")
        if dossier.room_key is None:
            return gone
        who = content.requester.model_dump_json().encode()
        (ciphertext,) = await self.platform.room().encrypt(
            dossier.room_key, [(self._place(content.number, content.request), who)]
        )
        row = AskedRow(
            request=content.request,
            number=content.number,
            kind=content.kind,
            answer_by=content.answer_by,
            asked_at=self.platform.clock.now(),
            who=ciphertext,
        )
        return await vouch_for(self.platform.mac, row)

    def _place(self, number: str, request: str) -> Place:
        return Place(self.platform.room().mount, number, f"asked-{request}", 0, ASKED_OF_PERSON)

    # --- shown -----------------------------------------------------------------------------------

    async def waiting(self, person: Person, window: Window) -> Page[AskedRow]:
        """What is asked and not answered, the oldest first; not of a signal that is closed to `person`. Raises Forbidden."""
        self.parts.role_of(person)
        mine = select(AskedRow).join(Dossier, col(Dossier.number) == col(AskedRow.number))
        mine = mine.where(col(AskedRow.answered_at).is_(None), col(Dossier.left).is_(False), open_to(person))
        async with self.platform.database.reading() as session:
            return await REQUESTS_BY_AGE.page(session, mine, window)

    async def one(self, number: str, request: str, person: Person, purpose: str) -> AskedShown:
        """Who asks, and what there is to choose from: the file is opened for this request alone, on the record. Raises
        Forbidden, NotFound, NotBelieved, Conflict when it was answered."""
        role = self.parts.role_of(person)
        loaded, row = await self._loaded(number, request, person)
        shown = AskedShown(
            row,
            await self._requester(loaded, row),
            shown_subjects(loaded),
            {name: one.model_dump(exclude_none=True) for name, one in loaded.opened.objects.items()},
            {name: described(loaded, name) for name in items_known(loaded)},
            {one: concerning(loaded, one) for one in loaded.opened.subjects},
        )
        await self._showing.note(person, role, "opened for a request", number, f"{request}: {purpose}", loaded.concerns)
        return shown

    async def _loaded(self, number: str, request: str, person: Person) -> tuple[Loaded, AskedRow]:
        loaded = await self.parts.loader.load(number, by=person)
        async with self.platform.database.reading() as session:
            row = await session.get(AskedRow, (request, number))
        if row is None:
            raise NotFound
        await self.parts.loader.believe(row, number)
        if loaded.content is None:
            raise Conflict("Dit signaal is op weg naar de volgende fase.", state=loaded.state)
        if row.answered_at is not None or row.who is None:
            raise Conflict("Dit verzoek is al beantwoord.")
        return loaded, row

    async def _requester(self, loaded: Loaded, row: AskedRow) -> Requester:
        place = self._place(row.number, row.request)
        (found,) = await self.platform.room().decrypt(loaded.dossier.room_key or "", [(place, row.who or "")])
        return Requester.model_validate_json(found)

    # --- answered --------------------------------------------------------------------------------

    async def answer(self, number: str, request: str, person: Person, given: GivenAnswerAbout) -> AskedRow:
        """Answer it; the row as it is then. Raises as `one`, and Invalid with everything that is wrong."""
        role = self.parts.role_of(person)
        loaded, row = await self._loaded(number, request, person)
        now = self.platform.clock.now()
        content = answer_made(loaded, request, person, given)
        letter = self.platform.sealer.seal("rights", content)
        message = PersonAnsweredLetter(number=number, letters=(letter.text,))
        answered = changed(row, who=None, answered_at=now, answered_by=person.user_id)
        await vouch_for(self.platform.mac, answered)
        async with self.platform.database.transaction() as session:
            found = await session.get(AskedRow, (request, number), with_for_update=True)
            if found is None or found.mac != row.mac:
                raise Conflict("Dit is intussen gewijzigd: kijk opnieuw.")
            await session.merge(answered)
            session.add(self.platform.post.envelope("rights", message, number=number, letter=letter))
            action = f"request answered: {given.outcome}"
            line = audit.line(
                now,
                action,
                actor=person.user_id,
                role=role,
                record=number,
                reason=request,
                concerns=loaded.concerns,
            )
            session.add(line)
        return answered


async def unanswered(session: AsyncSession, number: str, holder: str) -> list[PersonElsewhere]:
    """What was not answered of a signal that has gone on to `holder`, for rights to ask there."""
    mine = col(AskedRow.number) == number, col(AskedRow.answered_at).is_(None)
    rows = await session.scalars(select(col(AskedRow.request)).where(*mine))
    return [PersonElsewhere(number=number, request=one, holder=holder) for one in rows]
