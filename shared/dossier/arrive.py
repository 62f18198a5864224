"""A dossier arrives from the holder before: keep it under a key of its own, and say that it is here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.bus.inbox import Handled, Handler, Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import Finding, ResearchContent
from shared.contracts.common import KeyRef, KeysMade, Letter, Whereabouts
from shared.contracts.dossier import CodedDecision
from shared.dossier.content import working_name
from shared.dossier.tables import Dossier, Item
from shared.errors import CannotSucceed
from shared.keys.transit import Place, key_name
from shared.laws import known_law
from shared.protocol.model import State
from shared.service.platform import Platform

Document = tuple[str, str, bytes]
"""Item name, category, JSON."""


def documents_of(content: ResearchContent, findings: Sequence[Finding]) -> list[Document]:
    """The items of a dossier that came on: the report without its door, and every finding under its own name."""
    report = {
        "text": content.text,
        "subjects": [one.model_dump() for one in content.subjects],
        "objects": [one.model_dump() for one in content.objects],
    }
    found: list[Document] = [("report", "report", _json(report))]
    for one in findings:
        document = {
            "category": one.category,
            "about": one.about,
            "finding": one.finding,
            "matches": one.matches,
            "fields": one.fields,
            "recordedBy": one.recorded_by,
            "recordedAt": one.recorded_at,
        }
        found.append((one.item, one.category, _json(document)))
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


async def keep(
    platform: Platform,
    incoming: Incoming,
    number: str,
    version: int,
    state: State,
    protocol: str,
    received_on: date,
    documents: Sequence[Document],
    carried_by: str,
    word: str,
    *,
    earlier: Sequence[CodedDecision] = (),
    people: int = 0,
) -> Handled:
    """Everything that OpenBao has to do comes before the transaction; then dossier, items and receipt as one."""
    room = platform.room()
    key = key_name(incoming.id, room.mount)
    await room.make(key)
    pairs = [(Place(room.mount, number, name, 1), text) for name, _, text in documents]
    ciphertexts = await room.encrypt(key, pairs)
    now = platform.clock.now()

    async def effect(session: AsyncSession) -> None:
        session.add(
            Dossier(
                number=number,
                signal=number,
                version=version,
                state=state,
                working_name=working_name(number),
                room_key=key,
                protocol=protocol,
                received_on=received_on,
                arrived_at=now,
                signed=incoming.signed,
                last_act_on=calendar_date(now),
                people=people,
                earlier=[one.model_dump(mode="json") for one in earlier],
            )
        )
        for (name, category, _), ciphertext in zip(documents, ciphertexts, strict=True):
            session.add(Item(number=number, item=name, category=category, version=1, ciphertext=ciphertext))
        made = KeysMade(number=number, keys=(KeyRef(mount=room.mount, key=key),), carried_by=(carried_by,))
        here = Whereabouts(number=number, version=version, holder=platform.name, state=state, since=now)
        post = platform.post
        post.send(session, post.envelope("retention", made), post.envelope("oversight", here))
        session.add(audit.line(now, "signal received", actor=None, record=number))

    return Handled(effect, word)


def arrived(platform: Platform, kind: type[ResearchContent], state: State) -> Handler:
    """For a letter of the holder before: what it carries as `kind` is kept here and waits in `state`."""

    async def handle(incoming: Incoming, message: Letter) -> Handled:
        content, word, kid = await platform.opener.content(message, kind)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        known_law(platform.settings.laws, content.protocol)
        return await keep(
            platform,
            incoming,
            content.number,
            content.version + 1,
            state,
            content.protocol,
            content.received_on,
            documents_of(content, content.all_findings),
            kid,
            word,
            earlier=content.decisions,
            people=content.people,
        )

    return handle
