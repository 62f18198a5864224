"""One service's engine at work, on its own database and with its own identity in OpenBao; without bus and HTTP."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel
from sqlalchemy import event, select
from sqlmodel import SQLModel, col

from shared.bus.inbox import Handler, Incoming
from shared.clock import AMSTERDAM, calendar_date
from shared.contracts.common import Letter, Message
from shared.contracts.intake import ReportedObject, ReporterMarks, Subject
from shared.database.engine import Database
from shared.database.tables import Outgoing
from shared.engine.arrive import Arrival, keep
from shared.engine.documents import REPORT, Finding, Report
from shared.engine.engine import Engine
from shared.engine.given import Given, GivenRecord, Recorded, Shown
from shared.engine.head import Head, stands_by_itself, vouch_for, vouched
from shared.engine.policy import Policy
from shared.engine.shelf import Shelf
from shared.engine.tables import DecisionRow, Dossier, ItemRow, NoticeRow, TaskRow
from shared.identity import Person
from shared.keys.announced import PublicKey
from shared.keys.letters import Opener, new_kid, seal, split_kid
from shared.keys.own_letterbox import RSA_SECONDS
from shared.numbers import random_seed, signal_number
from shared.openbao import OpenBao
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.records import Record
from shared.service.platform import Platform
from shared.settings import ServiceSettings
from tests.parts import TOLD
from tests.platform.designated import LEASE, AccessSays, known

VERSION = "midden-delfland-2025"
ANNA = Person("anna", frozenset({"oov"}), has_just_proved=True)
WINDOW = 300
LATEST = "2199-12-31"
_Letter = TypeVar("_Letter", bound=Letter)


def noon() -> datetime:
    """Noon of today: what lets minutes pass stays within its day, also when it is run just before midnight."""
    return datetime.combine(calendar_date(datetime.now(UTC)), time(12), AMSTERDAM).astimezone(UTC)


@dataclass
class MovedClock:
    """A clock that stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Costs:
    """What was asked of PostgreSQL and OpenBao. BEGIN and COMMIT count as the transaction that they are."""

    statements: list[str] = field(default_factory=list)
    transactions: int = 0
    calls: list[str] = field(default_factory=list)


@cache
def _public_pem() -> str:
    """Letters are sealed with it and nobody opens them: one for all desks, because to find its primes takes long."""
    public = rsa.generate_private_key(65537, 3072).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Desk:
    def __init__(
        self,
        service: str,
        policy: Policy,
        database: Database,
        bao: OpenBao,
        access: OpenBao,
        folder: Path,
        shelf: Shelf | None = None,
    ) -> None:
        """`bao`, `access`: OpenBao with the AppRole of this service, and of access."""
        settings = ServiceSettings(
            **TOLD,
            openbao_credentials=folder / "none",
            folder=folder,
            tombstones=folder / "tombstones",
            withdrawal_seconds=WINDOW,
        )
        self.clock = MovedClock(noon())
        self.platform = Platform(service, settings, self.clock, "none")
        self.platform.database, self.platform.bao = database, bao
        database.stamps = self.platform.proofs
        self.platform.signer._bao = self.platform.verifier._bao = self.platform.mac._bao = bao
        self.platform.designations._database = database
        self.platform.opener = Opener(bao, service)
        self.engine = Engine(self.platform, policy, shelf)
        for addressee in self.platform.row.letters_to:
            self.platform.sealer.adopt(addressee, PublicKey(f"{addressee}/test", _public_pem(), self.clock.now()))
        self._made = itertools.count(1)
        self._access = AccessSays(access, self.clock)
        self._heard_until = self.began = self.clock.now()
        self.designated: set[tuple[str, str]] = {("anna", "oov")}
        """Who is designated as what, as access says it here; changed by a test, and heard with `hears_access`."""

    async def ready(self) -> Desk:
        await self.platform.signer.certify()
        await self.platform.mac.prepare()
        await self.hears_access()
        return self

    async def hears_access(self) -> None:
        """Access says who is designated."""
        await self._access.to(self.platform, *known(self.designated, self.began))
        self._heard_until = self.clock.now() + LEASE

    async def designates(self, *persons: Person) -> None:
        """Access says that these are designated too, as what they act as here."""
        self.designated |= {(one.user_id, role) for one in persons for role in one.roles}
        await self.hears_access()

    # --- what comes in ---------------------------------------------------------------------------

    async def arrives(
        self,
        state: State,
        *,
        subjects: Sequence[Subject] = (Subject(name="Jan Wilgenroos", address="Dorpsstraat 1"),),
        findings: dict[str, Finding] | None = None,
        protocol: str = VERSION,
        text: str = "Een schuur vol.",
        reporter: ReporterMarks | None = None,
    ) -> str:
        """A dossier stands here in `state`; returns its number."""
        number = signal_number(random_seed())
        objects = (ReportedObject(kind="schuur"),)
        report = Report(text=text, subjects=tuple(subjects), objects=objects, reporter_marks=reporter)
        arrival = Arrival(
            number,
            1,
            state,
            protocol,
            calendar_date(self.clock.now()),
            {REPORT: report, **(findings or {})},
            "box/test",
            "word",
            people=len(subjects),
        )
        kept = await keep(self.platform, Incoming(uuid4(), "intake", signed=True), arrival)
        async with self.platform.database.transaction() as session:
            await kept.effect(session)
        return number

    async def letter(self, kind: type[_Letter], number: str, content: BaseModel) -> _Letter:
        """Sealed for this service, with a key of its own letterbox."""
        bao, kid = self.platform.bao, new_kid(self.platform.name, calendar_date(self.clock.now()))
        _, box = split_kid(kid)
        await bao.call("POST", f"{self.platform.row.letterbox}/keys/{box}", {"type": "rsa-3072"}, seconds=RSA_SECONDS)
        answer = await bao.call("GET", f"{self.platform.row.letterbox}/export/public-key/{box}/latest")
        pem = next(iter(answer["data"]["keys"].values()))
        text = json.dumps({"word": "woord", "content": content.model_dump(mode="json")})
        return kind.model_validate({"number": number, "letters": (seal(text.encode(), kid, pem),)})

    async def hears(self, handler: Handler, message: Message, producer: str) -> None:
        """What a message of `producer` does, and its effect committed."""
        handled = await handler(Incoming(uuid4(), producer, signed=True), message)
        await self.platform.database.together(handled.effect)

    async def add(self, *rows: SQLModel) -> None:
        """Rows as the service itself would have written them."""
        for row in rows:
            if stands_by_itself(row):
                await vouch_for(self.platform.mac, row)
        async with self.platform.database.transaction() as session:
            session.add_all(rows)
        for number in {row.number for row in rows if isinstance(row, (TaskRow, NoticeRow))}:
            await self.believe(number)

    async def believe(self, number: str) -> None:
        """What stands in the rows of a dossier counts as written by the service, if there is such a dossier."""
        async with self.platform.database.transaction() as session:
            dossier = await session.get(Dossier, number)
            if dossier is not None:
                kinds = (ItemRow, DecisionRow, TaskRow, NoticeRow)
                found = [tuple(await self.rows(kind, number=number)) for kind in kinds]
                await session.merge(await vouched(self.platform.mac, Head(dossier, *found)))

    # --- what people do --------------------------------------------------------------------------

    async def version(self, number: str) -> int:
        return (await self.engine.parts.loader.load(number, opened=False)).dossier.version

    async def decide(
        self,
        number: str,
        key: str,
        outcome: str = "",
        person: Person = ANNA,
        *,
        reason: str = "Zo is het gewogen.",
        confirms: UUID | None = None,
        **more: Any,
    ) -> Shown:
        if self.clock.now() >= self._heard_until:
            await self.hears_access()
        attempt = Attempt(key, outcome, reason, more.pop("fields", {}), **more)
        given = Given(attempt, await self.version(number), confirms)
        return await self.engine.deciding.decide(number, person, given)

    async def decide_as(self, number: str, key: str, outcome: str, person: Person, proposal: UUID) -> Shown:
        """Answer a proposal under the designation that was asked for, as the answer to a task does."""
        given = Given(Attempt(key, outcome, "Zo is het.", {}), await self.version(number), proposal)
        return await self.engine.deciding.decide(number, person, given, only=person.roles)

    async def record(self, number: str, category: str, about: str, finding: str, **fields: Any) -> Recorded:
        grounds = fields.pop("special_grounds", {})
        record = Record(category, about, finding, None, fields, grounds)
        return await self.engine.recording.record(number, ANNA, GivenRecord(record, await self.version(number)))

    # --- what is there ---------------------------------------------------------------------------

    async def row(self, kind: type[Any], key: Any) -> Any:
        async with self.platform.database.reading() as session:
            return await session.get(kind, key)

    async def rows(self, kind: type[Any], **values: Any) -> list[Any]:
        query = select(kind).where(*(col(getattr(kind, name)) == value for name, value in values.items()))
        async with self.platform.database.reading() as session:
            return list((await session.scalars(query)).all())

    async def post(self, number: str, event: str) -> list[Outgoing]:
        return await self.rows(Outgoing, number=number, event=event)

    async def decision(self, found: Shown) -> DecisionRow:
        assert isinstance(found.decision, DecisionRow)
        row: DecisionRow = await self.row(DecisionRow, found.decision.id)
        return row

    async def open_tasks(self, number: str) -> list[TaskRow]:
        return [one for one in await self.rows(TaskRow, number=number) if one.opened_at and not one.closed_at]

    def counted(self) -> Costs:
        """From now on everything that is asked of PostgreSQL and OpenBao is counted."""
        costs = Costs()
        engine = self.platform.database.engine.sync_engine

        @event.listens_for(engine, "before_cursor_execute")
        def statement(_c: Any, _cursor: Any, text: str, *_more: Any) -> None:
            costs.statements.append(" ".join(text.split()))

        @event.listens_for(engine, "commit")
        def commit(_connection: Any) -> None:
            costs.transactions += 1

        call: Callable[..., Any] = self.platform.bao.call

        async def counted(method: str, path: str, body: Any = None, **more: Any) -> Any:
            costs.calls.append(f"{method} {path}")
            return await call(method, path, body, **more)

        self.platform.bao.call = counted  # type: ignore[method-assign]
        return costs
