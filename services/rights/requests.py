"""The register of requests: one begins when somebody registers it, is listed with its clocks, and goes when its term is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from services.rights import store
from services.rights.request_clock import reckon
from services.rights.request_policy import reminder, row_of, shown_clocks
from services.rights.restricting import as_of_bezwaar
from services.rights.store import RequestRow
from shared import audit
from shared.clock import calendar_date
from shared.contracts.acts import ProcedureTold
from shared.contracts.common import KeyRef, KeysMade, KeysReleased, Released
from shared.contracts.intake import Subject
from shared.engine.documents import REPORT, Document, Finding, Report, encrypted
from shared.engine.engine import Engine
from shared.engine.head import Head, vouch_for, vouched
from shared.engine.loaded import Loaded
from shared.engine.show import heading
from shared.engine.tables import Dossier
from shared.engine.working_name import working_name
from shared.errors import Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.transit import key_name
from shared.numbers import is_request, random_seed, request_number
from shared.pages import Window
from shared.periodic import Periodic
from shared.protocol.designations import BEHEERDER, FG
from shared.protocol.faults import Fault
from shared.protocol.fields import field_faults
from shared.protocol.model import Law, State
from shared.protocol.registering import registered, registration_faults, registration_fields
from shared.protocol.request_kinds import AS_REGISTERED, REQUEST_KINDS
from shared.protocol.wording import Written, word_faults
from shared.telemetry import traceparent
from shared.words.bsn import has_bsn

OF_THE_REGISTER = "art. 10 lid 4"
IN_THE_CONTENT = ("name", "address", "askerName", "askerAddress", "asks")
"""What is kept of who asks and what he asks, apart from the codes and days."""
REGISTER_SECONDS = 3600.0
GONE_AT_A_TIME = 20


@dataclass(frozen=True)
class Registered:
    """A request that was registered: its number, and until when it is answered by the protocol and by the law."""

    number: str
    due_on: date
    legal_on: date


class Requests:
    """`forgetting` destroys what has had its time in the register."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self._laws = engine.platform.settings.laws
        self.forgetting = Periodic(
            "rights-register",
            self.forget,
            self.platform.clock,
            every=REGISTER_SECONDS,
            remedy="requests of persons stay in the register after their term: see the log of rights",
        )

    # --- registering -------------------------------------------------------------------------------

    async def register(self, person: Person, fields: Mapping[str, Any], key: str = "") -> Registered:
        """A request that reached the municipality, by whatever door (art. 3, art. 10 lid 4). `key`: of the form; sent again by
        the same person it is the same request. Raises Forbidden, and Invalid with everything that is wrong."""
        law = self._laws.configured
        role = person.role_among({*law.file_roles, BEHEERDER})
        kept = {name: one for name, one in fields.items() if one is not None}
        faults = field_faults(OF_THE_REGISTER, registration_fields(law.choices), kept, role, ())
        now = self.platform.clock.now()
        if not faults:
            faults = registration_faults(registered(kept), calendar_date(now))
            faults += word_faults([Written("fields.asks", bsn=has_bsn(str(kept["asks"])))], {})
        if faults:
            raise Invalid(faults)
        number = request_number(await self._seed(person, key))
        if before := await self._before(number) if key else None:
            return before
        against = await self._answered(kept.get("against"))
        kept |= {"toldOn": on.isoformat()} if against and (on := _answered_on(against)) else {}
        try:
            return await self._keep(number, person, role, law, kept, against)
        except IntegrityError:
            # He clicked twice, and the other was first.
            if before := await self._before(number):
                return before
            raise

    async def _seed(self, person: Person, key: str) -> bytes:
        """From which its number is made: of a form always the same, which nobody else can work out."""
        if not key:
            return random_seed()
        return (await self.platform.mac.of("request-number", {"by": person.user_id, "key": key})).encode()

    async def _before(self, number: str) -> Registered | None:
        """What was registered under this number, if anything was. Raises NotBelieved."""
        try:
            loaded = await self.engine.parts.loader.load(number, opened=False)
        except NotFound:
            return None
        legal = row_of(loaded).legal_on
        return Registered(number, loaded.dossier.due_on or legal, legal)

    async def _answered(self, against: str | None) -> Loaded | None:
        """The request that was answered, against which a bezwaar is. Raises Invalid where there is none."""
        if against is None:
            return None
        try:
            loaded = await self.engine.parts.loader.load(against, opened=False) if is_request(against) else None
        except NotFound:
            loaded = None
        if loaded is None or _answered_on(loaded) is None:
            words = "is geen verzoek dat hier is beantwoord"
            raise Invalid([Fault("fields.against", words, "art. 6:5 Awb", "against-unknown")])
        return loaded

    async def _keep(
        self,
        number: str,
        person: Person,
        role: str,
        law: Law,
        fields: Mapping[str, Any],
        against: Loaded | None,
    ) -> Registered:
        now, room = self.platform.clock.now(), self.platform.room()
        key = key_name(uuid4(), room.mount)
        asked = {name: one for name, one in fields.items() if name not in IN_THE_CONTENT}
        reckoned = reckon(asked, (), law)
        if reckoned.due_on is None:
            raise ValueError("a request without an answer is due")
        people = [Subject(name=fields["name"], address=fields["address"])]
        if fields.get("askerName"):
            people.append(Subject(name=fields["askerName"], address=fields.get("askerAddress")))
        finding = Finding(
            category=AS_REGISTERED,
            about="report",
            finding=fields["asks"],
            fields=asked,
            recorded_by=person.user_id,
            recorded_at=now.isoformat(),
        )
        await room.make(key)
        documents: list[tuple[str, str, Document]] = [
            (number, REPORT, Report(subjects=tuple(people))),
            (number, AS_REGISTERED, finding),
        ]
        items = await encrypted(room, key, documents)
        row = RequestRow(number=number, kind=fields["kind"], against=fields.get("against"), legal_on=reckoned.legal_on)
        dossier = Dossier(
            number=number,
            signal=number,
            version=1,
            state=State.REQUEST_RECEIVED,
            working_name=working_name(number),
            room_key=key,
            protocol=law.version,
            received_on=date.fromisoformat(fields["firstReceivedOn"]),
            arrived_at=now,
            due_on=reckoned.due_on,
            last_act_on=calendar_date(now),
            people=len(people),
            earlier=[],
            closed_to=[],
            traceparent=traceparent(),
        )
        dossier = await vouched(self.platform.mac, Head(dossier, tuple(items), own=(row,)))
        line = audit.line(
            now,
            "request registered",
            actor=person.user_id,
            role=role,
            record=number,
            reason=row.kind,
            turn=dossier.turn,
        )
        due_on, legal_on = reckoned.due_on, reckoned.legal_on
        # What it was about is what the bezwaar is about: nothing of that is destroyed while it runs.
        about = as_of_bezwaar(against, number, person.user_id, role) if against else []
        about = [await vouch_for(self.platform.mac, one) for one in about]
        async with self.platform.database.transaction() as session:
            session.add_all((dossier, row, *items, line, *about))
            for one in about:
                told = ProcedureTold(number=one.signal, request=number, kind=row.kind, runs=True, turn=dossier.turn)
                self.platform.post.tell(session, "retention", told)
            made = KeysMade(number=number, keys=(KeyRef(mount=room.mount, key=key),))
            self.platform.post.tell(session, "retention", made)
        return Registered(number, due_on, legal_on)

    # --- the register -------------------------------------------------------------------------------

    async def all(self, person: Person, window: Window, *, done: bool = False) -> dict[str, Any]:
        """The register by the day of first receipt, with both clocks and nobody's name (R-3.1, R-10.6). Raises Forbidden."""
        role = person.role_among({*self._laws.configured.file_roles, BEHEERDER, FG})
        return await self._listed(person, role, window, "register of requests read", done=done)

    async def overdue(self, person: Person, window: Window) -> dict[str, Any]:
        """What should have been answered, or looked at again: for the beheerder and the FG (R-10.5, R-10.12). Raises Forbidden."""
        role = person.role_among({BEHEERDER, FG})
        today = calendar_date(self.platform.clock.now())
        return await self._listed(person, role, window, "overdue requests read", late=today)

    async def _listed(
        self, person: Person, role: str, window: Window, action: str, *, late: date | None = None, done: bool = False
    ) -> dict[str, Any]:
        async with self.platform.database.reading() as session:
            page, rows = await store.requests(session, person, window, late=late, done=done)
        await self.engine.showing.note(person, role, action, "requests")
        today = calendar_date(self.platform.clock.now())
        law = self._laws.configured

        def shown(one: Dossier) -> dict[str, Any]:
            # A list believes nothing: a row that somebody took away is missed when the request is opened.
            row = rows.get(one.number) or RequestRow(number=one.number, kind="", legal_on=one.due_on or one.received_on)
            late = one.due_on is not None and one.due_on < today
            kind = {"kind": row.kind, "kindCalled": REQUEST_KINDS.get(row.kind, row.kind)}
            return heading(one) | kind | shown_clocks(row) | {"reminder": reminder(one, row, law, today), "late": late}

        return page.of("requests", shown)

    # --- its end ------------------------------------------------------------------------------------

    async def forget(self) -> None:
        """Destroy what has had its time: its key by two hands, its rows with everything in them (R-10.8). Of the row only the
        number is believed; that the term is over stands under the MAC of its head."""
        today = calendar_date(self.platform.clock.now())
        async with self.platform.database.reading() as session:
            numbers = await store.had_their_time(session, today, GONE_AT_A_TIME)
        for number in numbers:
            try:
                loaded = await self.engine.parts.loader.load(number, opened=False)
            except (NotBelieved, NotFound):
                # It is frozen, and shows.
                continue
            await self._destroy(loaded, today)

    async def _destroy(self, loaded: Loaded, today: date) -> None:
        row = next((one for one in loaded.own_rows if isinstance(one, RequestRow)), None)
        if row is None or row.ends_on is None or row.ends_on >= today or loaded.dossier.room_key is None:
            return
        number, ref = loaded.number, KeyRef(mount=self.platform.room().mount, key=loaded.dossier.room_key)
        await self.platform.releaser.release([ref])
        async with self.platform.database.transaction() as session:
            await store.erase_duties(self.platform.clock)(session, [number])
            await self.platform.processing.forget(session, [number])
            self.platform.post.tell(
                session, "retention", KeysReleased(released=(Released(number=number, keys=(ref,)),))
            )


def _answered_on(loaded: Loaded) -> date | None:
    return next((one.answered_on for one in loaded.own_rows if isinstance(one, RequestRow)), None)
