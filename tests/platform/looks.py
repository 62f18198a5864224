"""A signal that was sealed, retention that keeps it, and who may look into it for a new one; on real parts, without bus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.retention.tables import Holder
from services.retention.use_cases import GivingLooks, Keeping
from shared.contracts.consult import Consult, LookAnswered, LookGiven
from shared.contracts.dossier import SealedDossier, SealedDossierLetter
from shared.contracts.intake import Subject
from shared.database.tables import Outgoing
from shared.engine.documents import Finding
from shared.engine.sealing import Sealing
from shared.identity import Person
from shared.numbers import random_seed, signal_number
from shared.protocol.model import State
from tests.platform.desk import ANNA, Desk

DeskOf = Callable[[str], Awaitable[Desk]]
READERS = ("assessment", "sources", "casework")
WHY = {"wrong": "Nagezien in het register."}
FOUND = {
    "item-01": ("bag", "report", "Een woning, zegt de basisregistratie."),
    "item-02": ("internet", "S1", "Biedt een schuur te huur aan, 'een loods vol' volgens de buurman."),
    "item-03": ("benefits", "S1", "Ontving een uitkering tot april; zo meldde een loods vol."),
    "item-04": ("department-finding", "report", "De schuur was leeg."),
    "item-05": ("department-report", "report", "In quarantaine."),
    "item-06": ("bag", "S1", "Dit klopte niet."),
    "item-07": ("benefits", "S2", "Ontvangt een uitkering."),
    "item-08": ("question", "S1", "Ontvangt hij een uitkering?"),
}


def finding(desk: Desk, category: str, about: str, words: str) -> Finding:
    fields: dict[str, Any] = {}
    if category == "internet":
        fields = {"persons": [{"subject": "S3", "name": "Karel Beukendaal"}]}
    return Finding(
        category=category,
        about=about,
        finding=words,
        fields=fields,
        recorded_by="anna",
        recorded_at=desk.clock.now().isoformat(),
    )


@dataclass
class Kept:
    """Retention with signals that ended in casework, and the readers of its archives."""

    retention: Desk
    readers: dict[str, Desk]
    new: str = field(default_factory=lambda: signal_number(random_seed()))
    number: str = ""

    @classmethod
    async def of(cls, desk_of: DeskOf, holder: str = "assessment", *, closed_to: str = "") -> Kept:
        """One signal is kept; `holder` has a new one, and the old one is closed to `closed_to`."""
        kept = cls(await desk_of("retention"), {name: await desk_of(name) for name in READERS})
        await kept.now_held_by(holder)
        await kept.ends(closed_to)
        return kept

    async def now_held_by(self, service: str) -> None:
        """The new signal has gone on to `service`, as was signed and heard."""
        async with self.retention.platform.database.transaction() as session:
            for row in await self.retention.rows(Holder, number=self.new):
                await session.delete(await session.merge(row))
        await self.retention.add(Holder(number=self.new, holder=service, before=[]))

    async def sealed(self, closed_to: str = "") -> SealedDossier:
        """What casework seals of a signal with something of every class."""
        desk = self.readers["casework"]
        subjects = (Subject(name="Jan Wilgenroos", address="Dorpsstraat 1"), Subject(name="Piet Populier"))
        findings = {name: finding(desk, *one) for name, one in FOUND.items()}
        text = "Er stond een loods vol, zei de buurman."
        number = await desk.arrives(State.EXECUTION, subjects=subjects, findings=findings, text=text)
        await desk.record(number, "child", "S1", "Zit nog op school.", representative=[{"name": "Els Wilgenroos"}])
        await desk.record(number, "reporter-clue", "report", "een loods vol")
        if closed_to:
            person = Person(closed_to, frozenset({"oov"}))
            await desk.decide(number, "closing", "closed", person, about=(closed_to,), reason="Dat is mijn broer.")
        await desk.decide(number, "not-concerned", "taken-out", about=("S2",), fields={"known": "Een naamgenoot."})
        last = await desk.decide(number, "rectify", "withdrawn", about=("item-06",), fields=WHY)
        loaded = await desk.engine.parts.loader.load(number)
        return await Sealing(desk.platform, desk.engine.policy).sealed(loaded, await desk.decision(last))

    async def ends(self, closed_to: str = "") -> str:
        """Retention keeps it; returns its number."""
        dossier = await self.sealed(closed_to)
        self.number = dossier.number
        await self.retention.add(Holder(number=self.number, holder="casework", before=[]))
        letter = await self.retention.letter(SealedDossierLetter, self.number, dossier)
        await self.retention.hears(Keeping(self.retention.platform).sealed, letter, "casework")
        return self.number

    async def asks(
        self, service: str, phase: int, *, person: str = "anna", number: str = "", new: str = "", hours: float = 8
    ) -> tuple[str, ...]:
        """A look is asked, and each reader hears what it is given; returns where retention says that it can be read."""
        look = uuid4()
        until = self.retention.clock.now() + timedelta(hours=hours)
        wanted = Consult(
            number=number or self.number,
            new_signal=new or self.new,
            phase=phase,
            person=person,
            until=until,
            look=look,
        )
        before = {row.id for row in await self.retention.rows(Outgoing)}
        await self.retention.hears(GivingLooks(self.retention.platform).asked, wanted, service)
        sent = [row for row in await self.retention.rows(Outgoing) if row.id not in before]
        for one in sent:
            if one.event == LookGiven.event:
                desk = self.readers[one.addressee]
                given = LookGiven.model_validate_json(one.body or b"")
                await desk.hears(desk.engine.looks.given, given, "retention")
        return self._answer(sent, service, look)

    @staticmethod
    def _answer(sent: list[Outgoing], service: str, look: UUID) -> tuple[str, ...]:
        (answer,) = [one for one in sent if one.event == LookAnswered.event]
        assert answer.addressee == service
        said = LookAnswered.model_validate_json(answer.body or b"")
        assert said.look == look
        return said.at

    async def given(self) -> list[LookGiven]:
        """All that retention ever sent to readers."""
        rows: list[Outgoing] = await self.retention.rows(Outgoing, event=LookGiven.event)
        return [LookGiven.model_validate_json(one.body or b"") for one in rows]

    async def reads(self, service: str, person: Person = ANNA, new: str = "") -> dict[str, Any]:
        return await self.readers[service].engine.looks.read(self.number, new or self.new, person)
