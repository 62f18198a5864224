"""What intake does: accept a report, keep the reporter's contact data apart, let a colleague contact him."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import structlog
from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from services.intake import store
from services.intake.bodies import ReporterIn, SignalIn
from services.intake.door import IntakeDoor
from services.intake.settings import Settings
from services.intake.wording import faults_at_the_door, marks_of_reporter, without_numbers
from shared import audit
from shared.batch import Batcher
from shared.contracts.common import KeyRef, KeysMade
from shared.contracts.intake import ReportContent, ReportedObject, Reporter, ReportLetter, Subject
from shared.database.tables import Audit, Outgoing
from shared.errors import CannotSucceed, Conflict, Invalid, KeyFinished, NotFound, PartDown
from shared.identity import Person
from shared.keys.transit import Place, key_name
from shared.numbers import derived_seed, random_seed, receipt_code, signal_number
from shared.processing import Concerns
from shared.protocol.activities import WHO_REPORTED
from shared.queue import Queue
from shared.service.platform import Platform

log = structlog.get_logger()


@dataclass(frozen=True)
class Accepted:
    """What the reporter is told; `number` is for colleagues only."""

    number: str
    receipt_code: str


class Intake:
    """The use cases. The door (`accept`) needs PostgreSQL only."""

    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self.clock = platform.clock
        self._secret = settings.door_secret.read_bytes()
        self.door = IntakeDoor(platform, settings)
        self.letters = Queue(
            platform.database,
            store.MelderLetter,
            platform.clock,
            name="reporters",
            of=true(),
            lease=timedelta(seconds=60),
            began="sealed_at",
            most=8,
            shows=("number",),
            remedy="contact data of a reporter cannot be opened: its letterbox key may be gone; it goes with its signal",
        )
        self._write: Batcher[Sequence[SQLModel], None] = Batcher(self._write_all)

    def _hash(self, label: str, data: bytes) -> str:
        return hmac.new(self._secret, label.encode() + b"|" + data, hashlib.sha256).hexdigest()

    async def accept(
        self, signal: SignalIn, raw: bytes, idempotency_key: str | None, person: Person | None
    ) -> Accepted:
        """Accept a report; it is on disk, sealed, when this returns.

        The same key and body get the same answer. Raises Conflict for the same key with another body, PartDown when
        PostgreSQL is away, and Invalid where a colleague has to write something down in another way.
        """
        if person is None:
            signal = without_numbers(signal)
        elif faults := faults_at_the_door(signal):
            raise Invalid(faults)
        if person is not None and not self.platform.signer.certified:
            # Only what anybody could send may go unsigned; a colleague is asked to wait.
            raise PartDown("this cannot be signed yet; only the public form is open")
        now = self.clock.now()
        key = idempotency_key.encode() if idempotency_key else random_seed()
        seed = derived_seed(self._secret, key, raw)
        accepted = Accepted(signal_number(seed), receipt_code(seed))
        key_hash, body_hash = self._hash("key", key), self._hash("body", raw)
        row = store.AcceptedReport(
            key_hash=key_hash,
            body_hash=body_hash,
            receipt_hash=self._hash("receipt", accepted.receipt_code.encode()),
            number=accepted.number,
            accepted_at=now,
        )
        line = audit.line(
            now,
            "report accepted",
            actor=person.user_id if person else None,
            record=accepted.number,
            concerns=(Concerns(accepted.number, tuple(f"S{n}" for n in range(1, len(signal.subjects) + 1))),),
            answered=signal.special_grounds,
        )
        self.platform.proofs.put_on(line)
        rows = [row, line, *self.platform.proofs.besides(line)]
        try:
            with self.platform.tracing.span("transaction"):
                try:
                    await self._write([*rows, *self._sealed(accepted.number, signal)])
                except KeyFinished:
                    # This process has not heard which key has followed; PostgreSQL has.
                    await self.door.learn()
                    await self._write([*rows, *self._sealed(accepted.number, signal)])
        except IntegrityError:
            await self._same_as_before(key_hash, body_hash)
        else:
            self.platform.proofs.committed([line])
        self.platform.database.woke(Outgoing, Audit, store.MelderLetter)
        return accepted

    async def _write_all(self, reports: Sequence[Sequence[SQLModel]]) -> list[Exception | None]:
        """The rows of several reports together; when one collides, each on its own shows which."""
        if len(reports) > 1:
            with contextlib.suppress(IntegrityError, KeyFinished):
                await self.door.insert([row for rows in reports for row in rows])
                return [None] * len(reports)
        return [await self._write_one(rows) for rows in reports]

    async def _write_one(self, rows: Sequence[SQLModel]) -> Exception | None:
        try:
            await self.door.insert(rows)
        except (IntegrityError, PartDown) as problem:
            return problem
        return None

    def _sealed(self, number: str, signal: SignalIn) -> list[SQLModel]:
        """What is sealed of a report: for assessment, and for the vault who reported it."""
        letter = self.platform.sealer.seal("assessment", self._content(number, signal))
        report = ReportLetter(number=number, letters=(letter.text,))
        envelope = self.platform.post.envelope("assessment", report, number=number, letter=letter)
        return [envelope, *self._vault_letters(number, signal.reporter)]

    def _content(self, number: str, signal: SignalIn) -> ReportContent:
        """What assessment gets: everything but who the reporter is and how to reach him (R-5.1)."""
        now = self.clock.now()
        return ReportContent(
            number=number,
            channel=signal.channel,
            received_at=signal.received_by(now),
            registered_at=now,
            text=signal.text,
            subjects=tuple(Subject(**one.model_dump()) for one in signal.subjects),
            objects=tuple(ReportedObject(**one.model_dump()) for one in signal.objects),
            reporter_kind=signal.reporter.kind if signal.reporter else "anonymous",
            reporter_wants_contact=bool(signal.reporter and signal.reporter.wants_contact),
            reporter_marks=marks_of_reporter(signal.reporter),
            special_grounds=signal.special_grounds,
        )

    def _vault_letters(self, number: str, reporter: ReporterIn | None) -> list[store.MelderLetter]:
        """How to reach the reporter, sealed for the vault; nothing when he gave nothing."""
        if reporter is None or not reporter.has_contact_data:
            return []
        sealed = self.platform.sealer.seal("intake", Reporter(number=number, **reporter.model_dump()))
        now = self.clock.now()
        letter = store.MelderLetter(
            id=uuid4(), next_at=now, number=number, kid=sealed.kid, letter=sealed.text, sealed_at=now
        )
        return [letter]

    async def _same_as_before(self, key_hash: str, body_hash: str) -> None:
        """Of what came so long ago that its signal is destroyed and its hash gone, the number says it, which is made of key and
        body: it is answered as it was, and comes in no second time."""
        known = await self.door.body_hash(key_hash)
        if known is not None and known != body_hash:
            raise Conflict(
                "Deze Idempotency-Key is al voor een andere melding gebruikt.", code="idempotency-key-reused"
            )

    async def open_vault_letter(self, row: store.MelderLetter) -> None:
        """Move contact data from a letter of the door into the vault.

        Raises PartDown; CannotSucceed for a letter that cannot be opened, which stays and shows as outstanding.
        """
        opened = await self.platform.opener.open(row.letter)
        # The number stands inside: a letter cannot be moved to another signal.
        if json.loads(opened)["content"]["number"] != row.number:
            raise CannotSucceed("contact data of another signal")
        room = self.platform.room()
        key = key_name(row.id, room.mount)
        await room.make(key)
        ciphertext = (await room.encrypt(key, [(Place(room.mount, row.number, "reporter", 1), opened)]))[0]
        made = KeysMade(number=row.number, keys=(KeyRef(mount=room.mount, key=key),), carried_by=(row.kid,))
        async with self.platform.database.transaction() as session:
            found = await session.get(store.MelderLetter, row.id, with_for_update=True)
            if found is None:
                return
            session.add(store.MelderVault(number=row.number, room_key=key, ciphertext=ciphertext, active=found.active))
            await session.delete(found)
            self.platform.post.tell(session, "retention", made)

    async def contact(self, number: str, reason: str, person: Person, role: str) -> Reporter:
        """The only action that opens contact data (R-5.2); the audit line is on disk before they leave."""
        room = self.platform.room()
        async with self.platform.database.reading() as session:
            row = await session.get(store.MelderVault, number)
        if row is None:
            raise NotFound("Van dit signaal worden geen contactgegevens bewaard.")
        if not row.active:
            raise Conflict("Het signaal is beëindigd; met de melder wordt geen contact meer opgenomen (art. 9).")
        plain = await room.decrypt(row.room_key, [(Place(room.mount, number, "reporter", 1), row.ciphertext)])
        line = audit.line(
            self.clock.now(),
            "contact data opened",
            actor=person.user_id,
            role=role,
            record=number,
            reason=reason,
            concerns=(Concerns(number, alone=WHO_REPORTED),),
        )
        async with self.platform.database.transaction() as session:
            session.add(line)
        return Reporter.model_validate(json.loads(plain[0])["content"])

    async def withdraw(self, code: str) -> None:
        """The reporter wants to be reached no more: his data are closed as when the signal ends. What he reported stays;
        raises NotFound for a code that is none, or of what was destroyed."""
        async with self.platform.database.transaction() as session:
            number = await store.number_of(session, self._hash("receipt", code.encode()))
            if not number:
                raise NotFound("Deze ontvangstcode is hier niet (meer) bekend.")
            await self.close_vault(session, number)
            concerns = (Concerns(number, alone=WHO_REPORTED),)
            session.add(audit.line(self.clock.now(), "reporter withdrew", actor=None, record=number, concerns=concerns))

    async def waiting(self, number: str) -> dict[str, str]:
        """A report that has been accepted and that assessment has not received yet; else NotFound."""
        query = select(Outgoing).where(col(Outgoing.number) == number, col(Outgoing.event) == ReportLetter.event)
        async with self.platform.database.reading() as session:
            row = (await session.scalars(query)).first()
        if row is None or row.receipted_at is not None:
            raise NotFound
        since = row.created_at.isoformat()
        return {"number": number, "state": "handing-over", "destination": row.addressee, "handingOverSince": since}

    async def close_vault(self, session: AsyncSession, number: str) -> None:
        """The signal has ended: its reporter's data stay locked away until they are destroyed."""
        # In this order: who is just moving them into the vault is waited for, and has them there afterwards.
        await store.end_waiting(session, number)
        await store.close_vault(session, number)
