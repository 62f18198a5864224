"""Every list outside the engine, with far more rows than a page: all pages together give every row once, in order."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from sqlmodel import SQLModel

from services.access import api as access_api
from services.access.store import Designated
from services.access.use_cases import Access
from services.assessment import api as assessment_api
from services.assessment.policy import AssessmentPolicy
from services.assessment.use_cases import Meetings
from services.oversight import api as oversight_api
from services.oversight.policy import OversightPolicy
from services.oversight.shelf import ListShelf
from services.oversight.store import Approval, AuditLine, DecidedRow, Disclosure, ListedRow, OfferedList
from services.oversight.use_cases import DestructionLists, RegisterReading
from services.retention import api as retention_api
from services.retention.policy import RetentionPolicy
from services.retention.shelf import SealedSignalShelf
from services.retention.tables import Declaration, Hold, SealedSignal
from services.retention.use_cases import Declarations, Destruction, Holds, Keeping
from services.rights import api as rights_api
from services.rights.policy import RightsPolicy
from services.rights.shelf import DutyShelf
from services.rights.use_cases import OverdueDuties
from shared.database.engine import Database
from shared.engine.engine import Engine
from shared.engine.tables import Dossier, MeetingRow, TaskRow
from shared.http.problems import install
from shared.identity import Person
from shared.keys.transit import Place, Transit
from shared.openbao import OpenBao
from shared.pages import MOST, USUAL
from shared.service.platform import Platform
from shared.settings import ServiceSettings
from tests.platform.conftest import BaoOf, DatabaseOf

MANY = 2 * MOST + 203
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 11, 25)
NUMBER = "S-7K3MQ-9XD4T"
VERSION = "midden-delfland-2025"
LIST = UUID(int=7)
FG = Person("fg-1", frozenset({"fg", "beheerder", "oov"}))
FARID = Person("farid", frozenset({"lot-member"}))


def number(n: int) -> str:
    return f"S-00000-{n:05}"


def moment(n: int) -> datetime:
    """Three rows have the same moment."""
    return NOON + timedelta(seconds=n // 3)


def day(n: int) -> date:
    return DAY + timedelta(days=n // 3)


def sealed(n: int) -> SealedSignal:
    return SealedSignal(
        number=number(n),
        version=1,
        state="approved",
        phase=1,
        ending="no-suspicion",
        article="art. 13",
        protocol=VERSION,
        received_on=DAY,
        decided_on=DAY,
        ends_on=DAY,
        decisions=[],
        sealed_at=NOON,
        staying=[],
    )


def approval(n: int) -> Approval:
    return Approval(
        id=uuid4(),
        list_id=LIST,
        approver="b",
        approved_at=moment(n),
        effective_at=moment(n),
        next_at=moment(n),
        statement="",
    )


def offered(n: int, identifier: UUID | None = None) -> OfferedList:
    return OfferedList(
        id=identifier or uuid4(),
        version=1,
        state="listed",
        protocol=VERSION,
        words_key="none",
        listed_on=day(n),
        approve_before=day(n),
        ultimate_on=day(n),
    )


def hold(n: int) -> Hold:
    return Hold(
        id=uuid4(),
        number=number(n),
        state="held" if n % 2 else "proposed",
        ground="procedure",
        items=[],
        ends_on=DAY,
        asked_by="a",
        asked_at=moment(n),
    )


def designated(n: int) -> Designated:
    return Designated(
        id=uuid4(),
        user_id=f"user-{n:05}",
        role="oov",
        starts_at=NOON,
        ends_at=NOON,
        designated_by="b",
        basis="BESLUIT-1",
        made_at=moment(n),
    )


def dossier(n: int, *, due: bool = False) -> Dossier:
    return Dossier(
        number=f"D-00000-{n:05}" if due else number(n),
        signal=number(n),
        version=1,
        state="duty-open" if due else "received",
        working_name="x",
        room_key=None,
        protocol=VERSION,
        received_on=DAY,
        arrived_at=moment(n),
        last_act_on=DAY,
        due_on=day(n // 2) - timedelta(days=1000) if due else None,
        earlier=[],
    )


def by_arrival(one: Any) -> Any:
    return (one.arrived_at, one.number)


def by_urgency(one: Any) -> Any:
    return (one.due_on, one.number)


def task(n: int, role: str = "lot-member", closed_at: datetime | None = None) -> TaskRow:
    return TaskRow(
        id=uuid4(),
        number=number(0),
        item=f"item-{n}",
        kind="paper",
        role=role,
        # A task is shown when it has begun.
        opened_at=moment(n) - timedelta(days=1),
        closed_at=closed_at,
    )


def meeting(n: int, who: str = "farid") -> MeetingRow:
    return MeetingRow(
        id=f"M-{uuid4()}",
        version=1,
        kind="lot",
        held_on=day(n),
        chair="anna",
        members=[{"userId": who}, {"organisation": "politie"}],
        present=[],
        agenda=[],
    )


@dataclass(frozen=True)
class Listing:
    """A list: where it is asked, what a row of it looks like, and the key by which it is ordered and recognised."""

    service: str
    path: str
    noun: str
    make: Callable[[int], SQLModel]
    key: Callable[[Any], Any]
    shown: str = "id"
    newest_first: bool = False
    besides: Callable[[], Sequence[SQLModel]] = tuple
    """Rows of others that are not shown, or what the list belongs to."""
    by: Person = FG


def audit_line(n: int) -> AuditLine:
    return AuditLine(producer="intake" if n % 2 else "access", seq=n, actor="anna", record=NUMBER, entry={})


def disclosure(n: int, of: str = NUMBER) -> Disclosure:
    return Disclosure(id=uuid4(), number=of, facts={}, decided_at=moment(n))


def declaration(n: int, of: str | None = None) -> Declaration:
    return Declaration(id=uuid4(), number=of or number(n), declared_on=day(n), content={}, signature="")


def listed(n: int) -> ListedRow:
    return ListedRow(list_id=LIST, number=number(n), state="listed", facts={}, archive_keys=[])


BY_SEQ = ("lines", audit_line, lambda one: (one.producer, one.seq), "seq")
LISTS = {
    "audit lines": Listing("oversight", "/v1/audit-lines", *BY_SEQ),
    "audit lines of somebody": Listing("oversight", "/v1/audit-lines?actor=anna", *BY_SEQ),
    "audit lines of a signal": Listing("oversight", f"/v1/audit-lines?number={NUMBER}", *BY_SEQ),
    "disclosures": Listing(
        "oversight",
        "/v1/disclosures",
        "disclosures",
        disclosure,
        lambda one: (one.decided_at, one.id),
        newest_first=True,
    ),
    "disclosures of a signal": Listing(
        "oversight",
        f"/v1/disclosures?number={NUMBER}",
        "disclosures",
        disclosure,
        lambda one: (one.decided_at, one.id),
        newest_first=True,
        besides=lambda: [disclosure(0, number(0))],
    ),
    "destruction lists": Listing(
        "oversight",
        "/v1/destruction-lists",
        "lists",
        offered,
        lambda one: (one.listed_on, one.id),
        "listId",
        newest_first=True,
    ),
    "signals on a list": Listing(
        "oversight",
        f"/v1/destruction-lists/{LIST}/signals",
        "signals",
        listed,
        lambda one: one.number,
        "number",
        besides=lambda: [offered(0, LIST)],
    ),
    "approvals of a list": Listing(
        "oversight",
        f"/v1/destruction-lists/{LIST}/approvals",
        "approvals",
        approval,
        lambda one: (one.approved_at, one.id),
        besides=lambda: [offered(0, LIST)],
    ),
    "declarations": Listing(
        "retention",
        "/v1/declarations",
        "declarations",
        declaration,
        lambda one: (one.declared_on, one.id),
        newest_first=True,
    ),
    "declarations of a signal": Listing(
        "retention",
        f"/v1/declarations?number={NUMBER}",
        "declarations",
        lambda n: declaration(n, NUMBER),
        lambda one: (one.declared_on, one.id),
        newest_first=True,
        besides=lambda: [declaration(0)],
    ),
    "holds": Listing("retention", "/v1/holds", "holds", hold, lambda one: (one.asked_at, one.id)),
    "open destructions": Listing(
        "retention", "/v1/open-destructions", "destructions", sealed, lambda one: one.number, "number"
    ),
    "work list": Listing("assessment", "/v1/signals", "signals", dossier, by_arrival, "number"),
    "duties": Listing("rights", "/v1/duties", "duties", lambda n: dossier(n, due=True), by_urgency, "number"),
    "overdue duties": Listing(
        "rights", "/v1/overdue-duties", "duties", lambda n: dossier(n, due=True), by_urgency, "number"
    ),
    "tasks": Listing(
        "assessment",
        "/v1/tasks",
        "tasks",
        task,
        lambda one: (one.opened_at, one.id),
        besides=lambda: [
            dossier(0),
            # Of somebody else, and done; both came first.
            *(task(-n, role="department-wonen") for n in range(1, 601)),
            *(task(-n, closed_at=NOON) for n in range(1, 601)),
        ],
        by=FARID,
    ),
    "meetings": Listing(
        "assessment",
        "/v1/meetings",
        "meetings",
        meeting,
        lambda one: (one.held_on, one.id),
        newest_first=True,
    ),
    "meetings of a member": Listing(
        "assessment",
        "/v1/meetings",
        "meetings",
        meeting,
        lambda one: (one.held_on, one.id),
        newest_first=True,
        besides=lambda: [meeting(n, "hanna") for n in range(600)],
        by=FARID,
    ),
    "designations": Listing(
        "access",
        "/v1/designations",
        "designations",
        designated,
        lambda one: (one.made_at, one.id),
        newest_first=True,
    ),
}


class Somebody:
    """Whoever asks is this person: this is about pages."""

    def __init__(self, who: Person) -> None:
        self._who = who

    async def caller(self, authorization: str | None) -> Person:
        return self._who


class Noon:
    def now(self) -> datetime:
        return NOON


def platform_on(service: str, database: Database, who: Person, bao: OpenBao | None = None) -> Platform:
    """What a service stands on, with `database` and nothing else (or `bao`), asked by `who`."""
    nowhere = Path("/nowhere")
    settings = ServiceSettings(
        openbao_address="http://127.0.0.1:1",
        openbao_credentials=nowhere,
        nats_address="nats://127.0.0.1:1",
        database_host="127.0.0.1",
        database_port=1,
        folder=nowhere,
        tombstones=nowhere,
    )
    platform = Platform(service, settings, Noon(), "none")
    platform.database = database
    platform.bao = bao or platform.bao
    platform.identity = cast(Any, Somebody(who))
    return platform


def _routes(platform: Platform) -> APIRouter:
    nothing = cast(Any, None)
    if platform.name == "oversight":
        engine = Engine(platform, OversightPolicy(), ListShelf())
        return oversight_api.router(engine, RegisterReading(platform), nothing, DestructionLists(engine))
    if platform.name == "access":
        access = Access.__new__(Access)
        access.platform = platform
        return access_api.router(platform, access)
    if platform.name == "assessment":
        engine = Engine(platform, AssessmentPolicy())
        return assessment_api.router(engine, Meetings(engine))
    if platform.name == "rights":
        engine = Engine(platform, RightsPolicy(), DutyShelf())
        return rights_api.router(engine, OverdueDuties(engine))
    engine = Engine(platform, RetentionPolicy(), SealedSignalShelf())
    destruction, declarations = Destruction.__new__(Destruction), Declarations.__new__(Declarations)
    destruction.platform = declarations.platform = platform
    return retention_api.router(engine, Keeping(platform), Holds(engine), destruction, declarations)


def http_of(platform: Platform) -> httpx.AsyncClient:
    app = FastAPI()
    install(app)
    app.include_router(_routes(platform))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://list")


async def add(database: Database, rows: Iterable[SQLModel]) -> None:
    async with database.transaction() as session:
        session.add_all(rows)


def params_of(path: str) -> dict[str, str]:
    """The filters of a list; httpx lets new ones take their place."""
    return dict(httpx.URL(path).params)


async def _pages(
    http: httpx.AsyncClient, path: str, noun: str, limit: int, between: Callable[[], Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = await http.get(path, params={**params_of(path), **query})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page[noun]
        if page["next"] is None:
            return found
        assert len(page[noun]) == limit
        query["cursor"] = page["next"]
        await between()


@pytest.mark.parametrize("one", LISTS.values(), ids=LISTS.keys())
async def test_all_pages_give_every_row_once_and_in_order(one: Listing, database_of: DatabaseOf) -> None:
    database = await database_of(one.service)
    rows = [one.make(n) for n in range(MANY)]
    expected = [str(_shown(row, one.shown)) for row in sorted(rows, key=one.key, reverse=one.newest_first)]
    await add(database, [*one.besides(), *random.Random(1).sample(rows, len(rows))])
    more = iter(range(MANY, 2 * MANY))

    async def between() -> None:
        await add(database, [one.make(next(more)) for _ in range(3)])

    async with http_of(platform_on(one.service, database, one.by)) as http:
        for limit in (USUAL, MOST):
            found = [str(row[one.shown]) for row in await _pages(http, one.path, one.noun, limit, between)]
            assert len(found) == len(set(found))
            known = set(expected)
            assert [name for name in found if name in known] == expected
        for cursor in ("WyJub3doZXJlIiwxXQ", "x", "%00", "9" * 3000):
            mark = "&" if "?" in one.path else "?"
            answer = await http.get(f"{one.path}{mark}cursor={cursor}")
            assert (answer.status_code, answer.json()["invalidParams"][0]["name"]) == (400, "cursor")


def _shown(row: Any, name: str) -> Any:
    return getattr(row, {"listId": "id"}.get(name, name))


async def test_decisions_with_their_words(database_of: DatabaseOf, bao_of: BaoOf) -> None:
    """The words are opened by the page, not by the list: one call for a page of one key."""
    database = await database_of("oversight")
    bao = bao_of("oversight")
    room = Transit(bao, "room-accountability")
    rows: list[DecidedRow] = []
    # Two keys for one signal: its first decisions came at the same moment.
    for key in (uuid4().hex, uuid4().hex):
        await room.make(key)
        made = [
            DecidedRow(
                id=uuid4(),
                number=NUMBER,
                version=n,
                facts={},
                room_key=key,
                carried_by="box",
                ciphertext="",
                taken_at=NOON,
            )
            for n in range(130)
        ]
        words = [json.dumps({"reason": str(row.id), "fields": {}}).encode() for row in made]
        places = [Place(room.mount, NUMBER, f"decision-{row.id}", 1) for row in made]
        for row, ciphertext in zip(made, await room.encrypt(key, list(zip(places, words, strict=True))), strict=True):
            row.ciphertext = ciphertext
        rows += made
    await add(database, rows)
    expected = [str(row.id) for row in sorted(rows, key=lambda one: (one.version, one.id))]

    async def between() -> None:
        """Nothing happens meanwhile."""

    async with http_of(platform_on("oversight", database, FG, bao)) as http:
        http.headers["X-Purpose"] = "weging"
        for limit in (100, MOST):
            found = await _pages(http, f"/v1/signals/{NUMBER}/decisions", "decisions", limit, between)
            assert [one["reason"] for one in found] == expected
