"""A request is put before whoever holds a signal that was found; what is answered comes to stand in the request (art. 10 lid 1).

The holder learns who asks by a letter. A signal that has gone on is asked about where it went. What is answered is an item of
the request, and whether it is given is decided on like what a person recorded.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.completeness import looked_name, names_of
from services.rights.going_after import late, question, with_earlier
from services.rights.holdings import questions, still_searched
from services.rights.restricting import ITEM_THERE, THE_PERSON_THERE, RequestRestricting
from services.rights.sealed import KEEPS_SEALED, AskingReaders
from services.rights.shelf import Moments
from services.rights.store import AskedSignal
from shared.bus.inbox import Handled, Incoming
from shared.contracts.answering import PersonAnswered, PersonAnsweredLetter
from shared.contracts.common import KeysMade
from shared.engine.documents import REPORT, Document, Finding, encrypted
from shared.engine.engine import Engine
from shared.engine.head import Head, changed, vouch_for
from shared.engine.hear import heard
from shared.engine.store import of_signal
from shared.engine.tables import ItemRow
from shared.errors import CannotSucceed, NotFound
from shared.identity import Person
from shared.protocol.model import Law, State
from shared.protocol.request_kinds import FOUND_ITEM, LOOKED_ITEM

FROM_A_REPORT = "een melding bij de gemeente"


class AskingHolders:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self._readers = AskingReaders(engine)
        self._restricting = RequestRestricting(engine)

    async def ask(self, number: str, person: Person, signal: str, holder: str) -> AskedSignal:
        """Ask `holder` about `signal` for request `number`; anew when that was done before. Raises Forbidden, NotFound, and
        Conflict before it is established who asks, or when looking is over."""
        role = self.engine.parts.role_of(person)
        loaded = await self._loader.load(number, by=person)
        still_searched(loaded.head)
        now = self.platform.clock.now()
        row = AskedSignal(
            request=number,
            signal=signal,
            holder=holder,
            state=store.WAITS_FOR_HOLDER,
            asked_by=person.user_id,
            asked_at=now,
            asked_as=role,
        )
        letter = question(self.platform, loaded, signal, holder)
        services, letters = await questions(self.platform, number, (signal,), now)
        who: dict[str, Any] = {"person": person, "role": role, "reason": signal}
        async with self.platform.database.transaction() as session:
            await heard(self._loader, session, number, still_searched, "holder asked", **who)
            row = await self._asked_again(session, row)
            for one in (row, *services):
                await session.merge(one)
            session.add_all((letter, *letters))
            self._restricting.tell_procedure(session, loaded, row)
        return row

    async def _asked_again(self, session: AsyncSession, row: AskedSignal) -> AskedSignal:
        """What is known of who he is there stays while it is asked anew."""
        before = await store.locked(session, self.platform.mac, AskedSignal, (row.request, row.signal))
        if before:
            known: dict[str, Any] = {"subject": before.subject, "carried_out": before.carried_out}
            known["missed"] = before.state == store.NOWHERE
            known |= {"restricted": before.restricted} if before.holder == row.holder else {}
            row = changed(row, **known, earlier=with_earlier(before, row.holder))
        return await vouch_for(self.platform.mac, row)

    # --- answered ----------------------------------------------------------------------------------

    async def answered(self, incoming: Incoming, message: PersonAnsweredLetter) -> Handled:
        """What a holder answers, as items of the request. Raises CannotSucceed for who was not asked."""
        content, word, kid = await self.platform.opener.content(message, PersonAnswered)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        asked = await self._readers.asked_of(incoming.producer, content)
        carried = KeysMade(number=content.number, carried_by=(kid,))
        if asked is None:
            return Handled(lambda session: self._late(session, content, carried), word)
        row, holder = asked.row, KEEPS_SEALED if asked.sealed else incoming.producer
        mine = names_of(content.number, incoming.producer if asked.sealed else "")
        items = await self._items(holder, content, mine)
        said: dict[str, Any] = {"answered_at": self.platform.clock.now(), "found": content.found}
        said |= {"subject": content.subject} if content.subject and not asked.sealed else {}

        def becomes(head: Head) -> Head:
            kept = (one for one in head.items if not one.item.startswith(mine))
            return replace(head, items=(*kept, *(items or ())))

        async def effect(session: AsyncSession) -> None:
            await self._carried(session, carried)
            if items is not None:
                await heard(self._loader, session, content.request, becomes, "holder answered")
                # Who answers anew answers the whole of it: what he chose before and not now goes.
                before = col(ItemRow.number) == content.request, col(ItemRow.item).startswith(mine)
                await session.execute(delete(ItemRow).where(*before))
                # Copies: it may be done twice, the second time in a transaction of its own.
                session.add_all([changed(one) for one in items])
            after = await store.amend(session, self.platform.mac, row, state=store.HOLDER_ANSWERED, **said)
            if isinstance(after, AskedSignal):
                if items is not None:
                    await self._restricting.tell(session, content, after)
            elif signal := await self._readers.all_answered(session, content.request, content.number):
                await self._restricting.over_when_nothing(session, signal)

        return Handled(effect, word)

    async def _late(self, session: AsyncSession, content: PersonAnswered, carried: KeysMade) -> None:
        """Another has it since, or it was asked anew: that one's answer counts."""
        await self._carried(session, carried)
        session.add(late(self.platform, content.request, content.number))

    async def _carried(self, session: AsyncSession, carried: KeysMade) -> None:
        """Retention hears by which letterbox key something of the signal came."""
        self.platform.post.tell(session, "retention", carried)

    async def _items(self, holder: str, content: PersonAnswered, begins: str) -> list[ItemRow] | None:
        """None where the answer comes when nothing is looked for any more."""
        try:
            loaded = await self._loader.load(content.request, opened=False)
        except NotFound:
            return None
        key = loaded.dossier.room_key
        if loaded.state != State.REQUEST_SEARCH or key is None:
            return None
        said = {looked_name(begins): self._looked(holder, content)}
        if content.found:
            said |= await self._said(holder, content, loaded.law, begins)
        documents: list[tuple[str, str, Document]] = [(content.request, name, one) for name, one in said.items()]
        return await encrypted(self.platform.room(), key, documents)

    def _looked(self, holder: str, content: PersonAnswered) -> Finding:
        """How was looked in free text, kept whatever was found."""
        return Finding(
            category=LOOKED_ITEM,
            about=holder,
            finding=content.looked,
            fields={"signal": content.number, "found": content.found},
            recorded_by=content.answered_by,
            recorded_at=self.platform.clock.now().isoformat(),
        )

    async def _said(self, holder: str, content: PersonAnswered, law: Law, begins: str) -> dict[str, Finding]:
        """Each thing that was answered as what was found at `holder`, in the words in which he reads it."""
        shared = {
            "use": _uses(content, law),
            "recipients": await self._recipients(content),
            "keptFor": law.choices.notice["bewaren"],
        }
        texts = [(THE_PERSON_THERE, _described(content), FROM_A_REPORT)] if content.person else []
        for one in content.items:
            category = law.category(one.category)
            closed = " (niet openbaar)" if one.closed else ""
            source = (
                FROM_A_REPORT if one.category == REPORT else f"{category.name if category else one.category}{closed}"
            )
            texts.append((one.item, one.text or _compared(one.matches), source))
        return {
            _name(begins, name): Finding(
                category=FOUND_ITEM,
                about=holder,
                fields={"what": what, "source": source, **shared, ITEM_THERE: name},
                recorded_by=content.answered_by,
                recorded_at=self.platform.clock.now().isoformat(),
            )
            for name, what, source in texts
        }

    async def _recipients(self, content: PersonAnswered) -> str:
        """Who received something of him out of this signal, as his duty to be informed has it from the register."""
        async with self.platform.database.reading() as session:
            duties = [one for one in await of_signal(session, content.number) if one.subject == content.subject]
        named: set[str] = set()
        for one in duties:
            named |= set((await self._loader.load(one.number, opened=False)).mine(Moments).received_by())
        return ", ".join(sorted(named)) or "niemand"


def _name(begins: str, item: str) -> str:
    return f"{begins}{hashlib.sha256(item.encode()).hexdigest()[:12]}"


def _described(content: PersonAnswered) -> str:
    known = content.person.model_dump(exclude_none=True) if content.person else {}
    called = {"name": "naam", "address": "adres", "occupation": "beroep"}
    said = [f"{called.get(name, name)}: {text}" for name, text in known.items()]
    said += [f"adres in het dossier: {one.address}" for one in content.objects if one.address]
    return "; ".join(said)


def _compared(matches: dict[str, bool] | None) -> str:
    return "; ".join(f"{name}: {'komt overeen' if same else 'wijkt af'}" for name, same in (matches or {}).items())


def _uses(content: PersonAnswered, law: Law) -> str:
    """For what it was used: the questions that were decided with it, each once."""
    rules = (law.decision(one.key) for one in content.uses)
    return " ".join(dict.fromkeys(rule.question for rule in rules if rule)) or "nog niet beoordeeld"
