"""Keeping: audit lines, decisions with their words, disclosures, whereabouts."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store, trail
from services.oversight.domain import FIRST_HOLDER, next_holders
from shared.audit import VANISHED, chain
from shared.bus.inbox import Handled, Incoming
from shared.bus.post import KEPT_HEADERS
from shared.contracts.common import Audited, KeyRef, KeysMade, Whereabouts
from shared.contracts.dossier import DecidedLetter, DecisionWords, Disclosed
from shared.engine.consult import CONSULTATION, EXISTENCE_CHECK
from shared.engine.head import changed, vouch_for
from shared.engine.store import add
from shared.errors import CannotSucceed, PartDown
from shared.keys.transit import Place, key_name
from shared.laws import known_law
from shared.protocol.states import PHASES
from shared.service.platform import Platform


class RegisterKeeping:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def audited(self, incoming: Incoming, message: Audited) -> Handled:
        """Audit lines; a batch whose own chain is broken is parked, a missing batch shows as a gap."""
        head = message.previous
        for entry in message.entries:
            head = chain(head, entry)
        if head != message.head or not message.entries:
            raise CannotSucceed("the chain of these audit lines is broken")

        now = self.platform.clock.now()
        turns = [
            entry
            for entry in message.entries
            if isinstance(entry.get("turn"), int) and isinstance(entry.get("record"), str)
        ]
        gone = [entry["record"] for entry in turns if entry.get("result") == VANISHED]
        anchors = [
            {"producer": incoming.producer, "record": entry["record"], "turn": entry["turn"], "at": now}
            for entry in turns
        ]

        batch = trail.AuditBatch(
            producer=incoming.producer,
            first=message.first,
            last=message.first + len(message.entries) - 1,
            previous=message.previous,
            head=message.head,
            headers={name: incoming.headers[name] for name in KEPT_HEADERS if name in incoming.headers},
            body=incoming.body,
        )
        await vouch_for(self.platform.mac, batch)
        lines = [
            trail.AuditLine(
                producer=incoming.producer, seq=seq, actor=entry.get("actor"), record=entry.get("record"), entry=entry
            )
            for seq, entry in enumerate(message.entries, message.first)
        ]

        async def effect(session: AsyncSession) -> None:
            await add(session, batch, *lines)
            await store.note_anchors(session, anchors)
            await store.forget_anchors(session, incoming.producer, gone)

        return Handled(effect)

    async def decided(self, incoming: Incoming, message: DecidedLetter) -> Handled:
        """A decision: its words go under a key of this room, one per signal."""
        # A duty to inform is no signal: rights decides on it, and says nothing of where its signal is. A question to a
        # colleague outside leaves it where it is.
        if bool(message.state) == (incoming.producer == "rights" or message.key in (CONSULTATION, EXISTENCE_CHECK)):
            raise CannotSucceed("a decision that is not this service's to take")
        if message.ended_in is not None and (
            message.ended_in not in PHASES or PHASES[message.ended_in].holder != incoming.producer
        ):
            raise CannotSucceed("a signal is ended in a phase that is another service's")
        known = await self._known(message.number)
        if message.state:
            _believe(known.where, incoming.producer)
        law = known_law(self.platform.settings.laws, message.protocol)
        words, word, kid = await self.platform.opener.content(message, DecisionWords)
        room = self.platform.room()
        key = known.key
        told_of = key is not None and kid in known.carried_by
        keys: tuple[KeyRef, ...] = ()
        if key is None:
            key = key_name(incoming.id, room.mount)
            await room.make(key)
            keys = (KeyRef(mount=room.mount, key=key),)
        place = Place(room.mount, message.number, f"decision-{incoming.id}", 1)
        ciphertext = (await room.encrypt(key, [(place, words.model_dump_json().encode())]))[0]
        facts = message.model_dump(mode="json", exclude={"letters"}) | {"decision": words.decision}
        row = store.DecidedRow(
            id=incoming.id,
            producer=incoming.producer,
            number=message.number,
            version=message.version,
            facts=facts,
            room_key=key,
            carried_by=kid,
            ciphertext=ciphertext,
            taken_at=message.taken_at,
        )
        await vouch_for(self.platform.mac, row)

        here = {
            "number": message.number,
            "version": message.version,
            "holder": incoming.producer,
            "state": message.state,
            "since": message.taken_at,
            "next_holders": sorted(next_holders(law, message.key, message.outcome, message.state)),
        }

        async def effect(session: AsyncSession) -> None:
            session.add(changed(row))
            if message.state:
                await store.note_whereabouts(session, [here])
            if not told_of:
                # Once per key: those who end a signal have to know of each, not of each letter.
                told = KeysMade(number=message.number, keys=keys, carried_by=(kid,))
                self.platform.post.tell(session, "retention", told)

        return Handled(effect, word)

    async def disclosed(self, incoming: Incoming, message: Disclosed) -> Handled:
        """One line of the disclosure register: who receives which items, for what, on which ground (R-6.4)."""
        facts = message.model_dump(mode="json")

        row = store.Disclosure(id=incoming.id, number=message.number, facts=facts, decided_at=message.decided_at)
        await vouch_for(self.platform.mac, row)

        async def effect(session: AsyncSession) -> None:
            session.add(changed(row))

        return Handled(effect)

    async def whereabouts(self, incoming: Incoming, message: Whereabouts) -> Handled:
        """Who has it says so: the first holder, or who was named by the one before. What comes late changes nothing."""
        if message.holder != incoming.producer:
            raise CannotSucceed("a service tells where another service's signal is")
        _believe((await self._known(message.number)).where, incoming.producer)
        here = message.model_dump() | {"next_holders": []}
        return Handled(lambda session: store.note_whereabouts(session, [here]))

    async def _known(self, number: str) -> store.Told:
        async with self.platform.database.reading() as session:
            return await store.told_of(session, number)


def _believe(where: store.Whereabout | None, service: str) -> None:
    """Raises PartDown for a service that does not hold the signal, by what is known here: who names it may still come.

    Who held it before is believed about that time; what he says changes nothing any more.
    """
    holders = {FIRST_HOLDER} if where is None else {where.holder, *where.next_holders, *where.earlier}
    if service not in holders:
        raise PartDown("another service has this signal, and no decision hands it over to this one")
