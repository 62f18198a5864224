"""Ending: every class of content goes into its archive under a new key, and to who keeps it as a letter."""

from __future__ import annotations

from collections.abc import Sequence

from shared.clock import calendar_date
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.dossier import ArchivedItem, CodedDecision, Ended, Sealed, SealedDossier
from shared.database.tables import Outgoing
from shared.dossier.chapter import Chapter
from shared.dossier.content import Content
from shared.dossier.tables import DecisionRow, Dossier, Item
from shared.dossier.views import coded
from shared.keys.transit import Place, Transit, key_name
from shared.protocol.model import PHASE_OF, Law, State
from shared.protocol.phase_5 import TOLD_OF_AN_ENDING
from shared.protocol.terms import CASE
from shared.service.platform import Platform

OPEN_ARCHIVE, CLOSED_ARCHIVE = "archive-signal", "archive-closed"


class Sealing:
    def __init__(self, platform: Platform, chapter: Chapter) -> None:
        self.platform = platform
        self.chapter = chapter

    def archive_of(self, law: Law, category: str) -> str:
        """Which class of content this is: who may ever read it again depends on it."""
        found = law.category(category)
        if found is None or found.process:
            assert self.chapter.own_archive is not None
            return self.chapter.own_archive
        return CLOSED_ARCHIVE if found.closed else OPEN_ARCHIVE

    async def seal(
        self,
        decision: DecisionRow,
        dossier: Dossier,
        items: Sequence[Item],
        content: Content,
        decisions: Sequence[DecisionRow],
    ) -> list[Outgoing]:
        """The messages of an ending: the sealed dossier, the keys that were made, and that it has ended."""
        archived: list[ArchivedItem] = []
        law = self.platform.settings.laws.of(dossier.protocol)
        for archive in dict.fromkeys(self.archive_of(law, one.category) for one in items):
            mine = [one for one in items if self.archive_of(law, one.category) == archive]
            archived += await self._into(archive, decision, mine, content)
        phase = PHASE_OF[State(decision.state_before)]
        case = phase == CASE
        sealed = SealedDossier(
            number=dossier.number,
            version=decision.version,
            category="case" if case else self.chapter.category,
            ending=f"{decision.key}:{decision.outcome}",
            article=decision.article,
            decided_on=dossier.last_act_on if case else calendar_date(decision.taken_at),
            received_on=dossier.received_on,
            protocol=decision.protocol,
            decisions=(
                *(CodedDecision.model_validate(one) for one in dossier.earlier),
                *(coded(one) for one in decisions),
            ),
            items=tuple(archived),
            phase=phase,
        )
        assert dossier.room_key is not None
        letter = self.platform.sealer.seal("retention", sealed)
        post = self.platform.post
        message = Sealed(number=dossier.number, letters=(letter.text,))
        lock = KeyRef(mount=self.platform.room().mount, key=dossier.room_key)
        keys = tuple({KeyRef(mount=one.archive, key=one.key) for one in archived})
        return [
            # The same decision gives the same message, so that two workers cannot hand over twice.
            post.envelope(
                "retention", message, number=dossier.number, letter=letter, lock=lock, message_id=decision.id
            ),
            post.envelope("retention", KeysMade(number=dossier.number, keys=keys)),
            *(post.envelope(to, Ended(number=dossier.number)) for to in TOLD_OF_AN_ENDING),
        ]

    async def _into(
        self, archive: str, decision: DecisionRow, items: Sequence[Item], content: Content
    ) -> list[ArchivedItem]:
        transit = Transit(self.platform.bao, archive)
        key = key_name(decision.id, archive)
        await transit.make(key)
        pairs = [(Place(archive, one.number, one.item, one.version), content.raw[one.item]) for one in items]
        return [
            ArchivedItem(archive=archive, key=key, item=one.item, version=one.version, ciphertext=text)
            for one, text in zip(items, await transit.encrypt(key, pairs), strict=True)
        ]
