"""Ending: every class of content goes into its archive under a new key, and to who keeps it as a letter."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from shared.clock import calendar_date
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.dossier import ArchivedItem, SealedDossier, SealedDossierLetter
from shared.database.tables import Outgoing
from shared.engine.consulted import PlainReading, every_reading_of
from shared.engine.documents import REPORT, encoded
from shared.engine.findable import found_by
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import DecisionRow, ItemRow
from shared.errors import CannotSucceed
from shared.keys.lookup import Lookup
from shared.keys.transit import Place, Transit, key_name
from shared.protocol.model import PHASE_OF, State
from shared.protocol.opening import seen_from
from shared.protocol.terms import CASE
from shared.service.platform import Platform

OPEN_ARCHIVE, CLOSED_ARCHIVE = "archive-signal", "archive-closed"
READING = "reading"
"""What the ciphertext of a reading is bound to besides its place: so that it is never taken for the item itself."""


def place_of_reading(archive: str, number: str, item: str, version: int) -> Place:
    return Place(archive, number, item, version, READING)


class Sealing:
    """Seals a dossier for the non-active environment: from the room's key to keys of the archives."""

    def __init__(self, platform: Platform, policy: Policy) -> None:
        self.platform = platform
        self.policy = policy

    def archive_of(self, loaded: Loaded, category: str) -> str:
        """Which class of content this is: who may ever read it again depends on it."""
        found = loaded.law.category(category)
        if found is None or found.process or found.from_phase == PHASE_OF[State.EXECUTION]:
            if self.policy.own_archive is None:
                raise TypeError("nothing is sealed here")
            return self.policy.own_archive
        return CLOSED_ARCHIVE if found.closed else OPEN_ARCHIVE

    async def seal(self, loaded: Loaded, decision: DecisionRow) -> list[Outgoing]:
        """The messages of an ending: the sealed dossier, and the keys that were made."""
        dossier, sealed = loaded.dossier, await self.sealed(loaded, decision)
        letter = self.platform.sealer.seal("retention", sealed)
        post = self.platform.post
        message = SealedDossierLetter(number=dossier.number, letters=(letter.text,))
        lock = KeyRef(mount=self.platform.room().mount, key=dossier.room_key or "")
        keys = tuple({KeyRef(mount=one.archive, key=one.key) for one in sealed.items})
        told: list[Outgoing] = []
        with contextlib.suppress(CannotSucceed):
            # Once more, since nobody can afterwards: what was to be told still may not have been.
            told = [post.envelope("retention", await found_by(Lookup(self.platform.bao), loaded))]
        return [
            *told,
            # The same decision gives the same message, so that two workers cannot hand over twice.
            post.envelope(
                "retention", message, number=dossier.number, letter=letter, lock=lock, message_id=decision.id
            ),
            post.envelope("retention", KeysMade(number=dossier.number, keys=keys)),
        ]

    async def sealed(self, loaded: Loaded, decision: DecisionRow) -> SealedDossier:
        """What retention gets: every item under a new key of the archive of its class."""
        archived: list[ArchivedItem] = []
        archives = {one.item: self.archive_of(loaded, one.category) for one in loaded.items}
        readings = every_reading_of(loaded)
        for archive in dict.fromkeys(archives.values()):
            mine = [one for one in loaded.items if archives[one.item] == archive]
            archived += await self._into(archive, loaded, decision, mine, readings)
        dossier, phase = loaded.dossier, PHASE_OF[State(decision.state_before)]
        case = phase == CASE
        return SealedDossier(
            number=dossier.number,
            version=decision.version,
            ending=f"{decision.key}:{decision.outcome}",
            article=decision.article,
            decided_on=dossier.last_act_on if case else calendar_date(decision.taken_at),
            received_on=dossier.received_on,
            protocol=dossier.protocol,
            decisions=loaded.coded(),
            items=tuple(archived),
            phase=phase,
        )

    async def _into(
        self,
        archive: str,
        loaded: Loaded,
        decision: DecisionRow,
        items: Sequence[ItemRow],
        readings: Mapping[str, PlainReading],
    ) -> list[ArchivedItem]:
        """Each item as it is, and beside it as it may be read for a new signal, or for who is in it: only who has the file knows
        his reporter, whom nobody is to read there, and nobody has it any more."""
        transit = Transit(self.platform.bao, archive)
        key = key_name(decision.id, archive)
        await transit.make(key)
        raw = dict(loaded.opened.raw)
        if loaded.opened.report.reporter_marks:
            raw[REPORT] = encoded(loaded.opened.report.to_be_sealed())
        pairs = [(Place(archive, one.number, one.item, one.version), raw[one.item]) for one in items]
        read = [one for one in items if one.item in readings]
        pairs += [
            (place_of_reading(archive, one.number, one.item, one.version), readings[one.item].encoded) for one in read
        ]
        texts = await transit.encrypt(key, pairs)
        beside = {one.item: text for one, text in zip(read, texts[len(items) :], strict=True)}
        return [
            ArchivedItem(
                archive=archive,
                key=key,
                item=one.item,
                version=one.version,
                ciphertext=text,
                reading=beside.get(one.item, ""),
                seen_from=_seen_from(loaded, readings.get(one.item)),
            )
            for one, text in zip(items, texts[: len(items)], strict=True)
        ]


def _seen_from(loaded: Loaded, reading: PlainReading | None) -> int:
    """For a new signal; what is read for a request of a person alone is read for none."""
    return seen_from(loaded.law.category(reading.category)) if reading and not reading.for_persons else 0
