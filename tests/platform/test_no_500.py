"""Whatever is sent, by whom ever: no service answers that it did not foresee it."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope

from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.portal import assertion, exchange_form
from services.access.portal import FOR_SESSIONS
from services.access.store import KnownUser, put_user
from services.access.use_cases import KNOWN_USER_KIND
from shared.bus.inbox import Incoming
from shared.contracts.intake import Subject
from shared.contracts.oversight import DesignationsKept
from shared.engine.documents import REPORT, Report, encrypted
from shared.engine.head import Head, vouch_for, vouched
from shared.http.operators import HEALTH
from shared.identity import Person
from shared.keys.transit import key_name
from shared.openbao import OpenBao
from shared.protocol.laws import Laws
from shared.protocol.model import State
from shared.service.platform import Platform
from tests.days import today
from tests.platform.conftest import DECIDES, BaoOf
from tests.platform.desk import Desk
from tests.platform.hostile import TOKENS, USUAL, Bodies, Sent, requests
from tests.platform.real import Postgres, RealParts
from tests.platform.requested import requested
from tests.platform.rows import LIST, dossier, number, offered, sealed, shared
from tests.platform.served import portal_of, served
from tests.platform.test_heads_elsewhere import purpose

ABSENT = "S-7K3MQ-9XD4T"
CLUSTER = "C-7K3MQ-9XD4T"


class Everybody:
    """Whoever asks is somebody who may everything: this is about what lies behind the first refusal."""

    def __init__(self) -> None:
        law = Laws.read("midden-delfland-2025").configured
        roles = {"beheerder", "fg", "privacy-officer", "lot-member", *law.file_roles}
        self._person = Person("anna-van-dam", frozenset(roles), has_just_proved=True)

    async def caller(self, authorization: str | None) -> Person:
        return self._person

    async def claims(self, authorization: str | None) -> dict[str, Any]:
        return {}

    def forget(self) -> None: ...


async def answer(app: FastAPI, sent: Sent) -> tuple[int, bytes]:
    """Straight to the application: a client of HTTP would refuse to send some of it."""
    found: dict[str, Any] = {"body": b""}
    left = [sent.body]

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        found["status"] = message.get("status", found.get("status"))
        found["body"] += message.get("body", b"")

    headers = [(name.lower().encode(), value) for name, value in sent.headers.items()]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": sent.method,
        "scheme": "http",
        "path": unquote_to_bytes(sent.path).decode("utf-8", "replace"),
        "raw_path": sent.path.encode(),
        "query_string": sent.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("service", 80),
    }
    await app(scope, receive, send)
    return found["status"], found["body"]


async def begun(app: FastAPI) -> Platform:
    """What it stands on, when the database has a user for it."""
    platform: Platform = app.state.platform
    async with asyncio.timeout(60):
        while not platform.signer.certified:
            await asyncio.sleep(0.05)
    return platform


def decision(key: str, outcome: str, *about: str, **fields: Any) -> dict[str, Any]:
    said = {"key": key, "outcome": outcome, "reason": "Zo is het gewogen.", "expectedVersion": 1, "fields": fields}
    return said | ({"about": list(about)} if about else {})


def item(category: str, about: str, **more: Any) -> dict[str, Any]:
    return {"category": category, "about": about, "finding": "Een schuur.", "expectedVersion": 1} | more


def soon(days: int) -> str:
    """So many days from now, as people give a moment."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


WHY = {"necessity": "Nodig.", "proportionality": "Kort.", "factors": "Duur."}
PERSON_ANSWER = {
    "outcome": "about",
    "looked": "Alles is gelezen.",
    "subject": "S1",
    "items": ["report"],
    "objects": ["O1"],
    "summaries": {"report": "U sjouwt tonnen."},
}
CONSULT = {"case": ABSENT, "reason": "Hetzelfde adres."}
EVERYTHING = {
    "confirms": str(LIST),
    "about": ["report", "O1"],
    "meeting": "M-7K3MQ-9XD4T",
    "forwarding": {"recipientKind": "partner", "recipient": "politie", "items": ["report"], "noneBecause": "Nee."},
}
DONE = {"outcome": "executed", "reason": "Volgens plan.", "fields": {"executedOn": "2026-11-25", "result": "Gesloten."}}
REPORTED = {"category": "department-report", "finding": "Een auto.", "fields": {"foundOn": "2026-11-25", "named": [{}]}}
VOICE = {"outcome": "against", "reason": "Er ligt te weinig."}
WITHDRAWAL = {"decision": str(LIST), "reason": "Verkeerd aangeklikt.", "expectedVersion": 1}
ANSWERS = {"answers": [DONE | {"task": str(LIST)}, DONE | {"task": str(UUID(int=7))}], "reason": "Nagezien."}
PARTS = {"parts": [{"about": [["report"], ["politie", "wonen"]], "outcome": "may", "reason": "Nodig.", "fields": {}}]}


def steps(*given: dict[str, Any]) -> dict[str, Any]:
    """Decisions and records of one request; the version stands beside them."""
    bare = [{name: one for name, one in step.items() if name != "expectedVersion"} for step in given]
    return {"expectedVersion": 1, "steps": [{"item" if "category" in one else "decision": one} for one in bare]}


MEMBERS = [{"number": "{number}", "expectedVersion": 1}, {"number": ABSENT, "expectedVersion": 1}]


def clusters(decision: dict[str, Any], **own: Any) -> Bodies:
    """Joining, splitting, and `decision` for all; with `own` for one, where that is tried: it is the same everywhere."""
    joined = {"members": MEMBERS, "reason": "Eén schuur."} if own else {"members": MEMBERS[:1]}
    bare = {name: one for name, one in decision.items() if name not in ("expectedVersion", "fields")}
    return {
        "/clusters": [joined],
        "/signals/{number}/clusters": [{"others": [ABSENT], "expectedVersion": 1, "reason": "Eén schuur."}],
        "/clusters/{cluster}/splits": [joined],
        "/clusters/{cluster}/decisions": [
            bare | {"members": [*MEMBERS[:1], *([MEMBERS[1] | {"own": own}] if own else [])]}
        ],
    }


DRAFT = {"filled": {"reason": ["Begonnen."], "fields.sources": ["none"]}}
PROCESSING = {
    "traceId": "ef4e77b9-b03b-585f-b613-5fcf8d8555fb",
    "startTime": 1,
    "endTime": 2,
    "dpl.core.data_subject_id": "v1:x",
    "number": "S-7K3MQ-9XD4T",
    "person": "S1",
}
BODIES: dict[str, Bodies] = {
    "worklist": {"/lists": [{"words": "merel", "phase": 2, "due": "meeting", "limit": 10}]},
    "assessment": {
        **clusters(
            decision("purpose", "set"),
            outcome="set",
            reason="Hier niet.",
            about=["O1"],
            fields={"purposes": ["niet-faciliteren"]},
            forwarding={"recipientKind": "partner", "recipient": "politie", "items": ["report"]},
        ),
        "/signals/{number}/withdrawals": [WITHDRAWAL],
        "/signals/{number}/steps": [
            steps(decision("purpose", "set", purposes=["niet-faciliteren"]), item("indication", "O1"))
        ],
        "/task-answers": [ANSWERS],
        "/signals/{number}/decisions": [
            decision("purpose", "set", purposes=["niet-faciliteren"]),
            decision("weging-1", "suspicion", sources=["none"], indicators={"geur": "Hennep."}, against="Niets.")
            | EVERYTHING,
            decision("rectify", "corrected", "item-2", wrong="Nee.")
            | {"correction": {"finding": "Zo.", "about": "O1"}},
        ],
        "/signals/{number}/previews": [decision("weging-2a", "no-task", considered="Alles.") | EVERYTHING],
        "/signals/{number}/items": [
            item("bag", "O1"),
            item("brp-verification", "S1", matches={"name": True, "address": False}, finding=None, fields={"a": "b"}),
        ],
        "/signals/{number}/consultations": [CONSULT],
        "/signals/{number}/person-requests/{request}/answer": [PERSON_ANSWER],
        "/signals/{number}/sealed-requests/{request}/answer": [PERSON_ANSWER],
        "/signals/{number}/existence-checks": [
            {
                "about": ["S1"],
                "typed": {"name": "J. Bos", "address": "Weg 1", "companyNumber": "12345678"},
                "reason": "Nodig.",
            }
        ],
        "/signals/{number}/drafts/{form}": [DRAFT],
        "/tasks/{taskId}/drafts/{outcome}": [DRAFT],
        "/tasks/{taskId}/decisions": [DONE],
        "/meetings": [
            {"kind": "LOT", "heldOn": "2099-11-25", "members": [{"userId": "esra"}, {"organisation": "politie"}]},
            {"kind": "LOT", "heldOn": "2099-11-25", "members": [{"userId": "esra"}], "present": ["esra"]},
        ],
        "/meetings/{meetingId}/agenda-items": [{"number": ABSENT}],
        "/meetings/{meetingId}/attendances": [{"member": "esra"}],
        "/meetings/{meetingId}/agenda-items/{number}/voices": [VOICE],
    },
    "sources": {
        **clusters(decision("source-list", "listed")),
        "/signals/{number}/withdrawals": [WITHDRAWAL],
        "/signals/{number}/steps": [steps(decision("source-list", "listed", sources=["horeca-permits"]))],
        "/task-answers": [ANSWERS],
        "/signals/{number}/decisions": [decision("source-list", "listed", sources=["horeca-permits"])],
        "/signals/{number}/previews": [decision("source-list", "listed", sources=["horeca-permits"]) | EVERYTHING],
        "/signals/{number}/items": [
            item("question", "O1", fields={"source": "horeca-permits", "answerBy": "2199-12-31"})
        ],
        "/signals/{number}/consultations": [CONSULT],
        "/signals/{number}/person-requests/{request}/answer": [PERSON_ANSWER],
        "/signals/{number}/sealed-requests/{request}/answer": [PERSON_ANSWER],
        "/signals/{number}/drafts/{form}": [DRAFT],
        "/tasks/{taskId}/drafts/{outcome}": [DRAFT],
        "/tasks/{taskId}/decisions": [DONE],
    },
    "casework": {
        **clusters(decision("check-2a", "may")),
        "/signals/{number}/withdrawals": [WITHDRAWAL],
        "/signals/{number}/steps": [steps(decision("check-2a", "may", "report", "politie", task="taak-politie"))],
        "/task-answers": [ANSWERS],
        "/signals/{number}/decisions": [
            decision("check-2a", "may", "report", "politie", task="taak-politie"),
            decision("check-2a", "may", task="taak-politie") | PARTS,
        ],
        "/signals/{number}/previews": [
            decision("check-2a", "may", "report", "politie", task="taak-politie") | EVERYTHING,
            item("paper", "report", fields={"meeting": "M-7K3MQ-9XD4T", "items": ["report"], "concerning": ["S1"]}),
        ],
        "/signals/{number}/items": [
            item("intervention", "O1", fields={"instrument": "Last", "plannedOn": "2026-11-25", "subjects": ["S1"]})
        ],
        "/signals/{number}/person-requests/{request}/answer": [PERSON_ANSWER],
        "/signals/{number}/sealed-requests/{request}/answer": [PERSON_ANSWER],
        "/signals/{number}/consultations": [CONSULT],
        "/signals/{number}/drafts/{form}": [DRAFT],
        "/tasks/{taskId}/drafts/{outcome}": [DRAFT],
        "/tasks/{taskId}/decisions": [DONE, DONE | {"key": "progress", "outcome": "done", "reason": ""}],
        "/meetings/{meetingId}/agenda-items/{number}/voices": [VOICE],
        "/tasks/{taskId}/items": [REPORTED],
    },
    "rights": {
        "/duties/{number}/withdrawals": [WITHDRAWAL],
        "/task-answers": [ANSWERS],
        "/duties/{number}/decisions": [
            decision("duty", "nobody", looked="In de tekst."),
            decision("duty", "defer", grounds=["d"], reviewOn=soon(30)[:10], **WHY),
        ],
        "/duties/{number}/letters": [
            {
                "expectedVersion": 1,
                "channel": "letter",
                "categories": ["identity"],
                "sources": ["report"],
                "recipients": ["none"],
            }
        ],
        "/duties/{number}/drafts/{form}": [DRAFT],
        "/requests": [
            {
                "fields": {
                    "kind": "access",
                    "firstReceivedOn": "2026-11-02",
                    "channel": "paper",
                    "capacity": "self",
                    "name": "Wilhelmina Zonneveld",
                    "address": "Zandhoek 17",
                    "bornOn": "1961-03-04",
                    "asks": "Wat heeft u over mij?",
                },
                "key": "",
            }
        ],
        "/requests/{number}/withdrawals": [WITHDRAWAL],
        "/requests/{number}/decisions": [
            decision("request-identity", "asked-more", what="Wie.", moreAskedOn="2026-11-02")
        ],
        "/requests/{number}/signals": [{"signal": ABSENT, "holder": "sources"}],
        "/requests/{number}/letters": [
            {"expectedVersion": 1, "kind": "receipt"},
            {"expectedVersion": 1, "kind": "lifting"},
            {"expectedVersion": 1, "kind": "supplement"},
        ],
        "/requests/{number}/drafts/{form}": [DRAFT],
        "/tasks/{taskId}/drafts/{outcome}": [DRAFT],
        "/tasks/{taskId}/decisions": [DONE],
    },
    "retention": {
        "/signals/{number}/withdrawals": [WITHDRAWAL],
        "/signals/{number}/decisions": [
            decision("hold", "held", "report", ground="bezwaar", endsOn=soon(60)[:10], needed="De melding zelf.")
        ],
        "/signals/{number}/items": [item("bag", "O1")],
        "/existence-checks": [{"warrant": "e30.e30.AAAA"}],
    },
    "oversight": {
        "/destruction-lists/{number}/withdrawals": [WITHDRAWAL],
        "/destruction-lists/{number}/decisions": [
            decision("approve-destruction", "approved", confirmList="{number}"),
            decision("never-informed", "answered", neverInformed={"D-00000-00001": "inform"}),
        ],
        "/signals/{number}/accountability-files": [{"seals": ["e30.e30.AAAA"]}],
        "/breaches": [{"discoveredAt": soon(-1)}],
        "/breaches/{number}/withdrawals": [WITHDRAWAL],
        "/breaches/{number}/decisions": [
            decision("breach-proposal", "incident", broken=["integrity"]),
            decision(
                "breach-facts",
                "recorded",
                happened="Een map lag op de balie.",
                data=["report"],
                persons={"concerned": "ongeveer 12"},
                consequences="Geen.",
                measures="Opgehaald.",
                risk="unlikely",
            ),
            decision("breach-authority", "notified", notifiedAt=soon(-1), reference="AP-1", whyLate="Zo."),
            decision("breach-persons", "told", toldOn=today(-1).isoformat()),
        ],
        "/breaches/{number}/drafts/{form}": [DRAFT],
        "/urgent-shares/{shareId}/judgement": [
            {"outcome": "rightly", "because": "danger-shown", "reason": "Zo was het."}
        ],
    },
    "intake": {
        "/signals": [
            {
                "channel": "web",
                "text": "Een sterke henneplucht.",
                "subjects": [{"name": "Jan", "address": "Dorpsstraat 1", "occupation": "bakker"}],
                "objects": [{"kind": "building", "address": "Dorpsstraat 1", "description": "Een schuur."}],
                "reporter": {"kind": "person", "name": "Piet", "email": "p@x.nl", "phone": "0612345678"},
            }
        ],
        "/reporter-contacts": [{"number": ABSENT, "reason": "contact-melder"}],
        "/withdrawals": [{"receiptCode": "R-7K3MQ-9XD4T7K3MQ"}],
    },
    "export": {
        "/shares/{shareId}/answers": [{"outcome": "refused", "reason": "not-enough"}],
        "/inbox/{shareId}/answers": [{"outcome": "accepted"}],
        "/pickups": [{"link": "x" * 43, "secret": "7K3MQ-9XD4T"}],
        "/pickup-answers": [{"link": "x" * 43, "secret": "7K3MQ-9XD4T", "answer": {"outcome": "accepted"}}],
        "/outside-statements": [{"share": "5b1a9e8e-2f3c-4b7d-9a46-0f6d3c2b1a00", "statement": "x" * 40}],
        "/endings": [{"receiver": "riec", "statement": "x" * 40}],
    },
    "access": {
        "/designations": [
            {
                "userId": "petra-van-dam",
                "role": "oov",
                "startsAt": soon(1),
                "endsAt": soon(365),
                "basis": "BESLUIT-1",
            }
        ],
    },
}
"""What is accepted, or nearly, so that what is hostile in it gets as far as it can."""
STATES = {"assessment": State.RECEIVED, "sources": State.SOURCE_LIST, "casework": State.CHECK_2A}


class Standing:
    """What stands in a service, so that there is something to be hostile to."""

    def __init__(self, name: str, platform: Platform, access: OpenBao, folder: Path) -> None:
        self._name, self._platform = name, platform
        chapter, shelf = DECIDES.get(name, DECIDES["assessment"])()
        self._desk = Desk(name, chapter, platform.database, platform.bao, access, folder, shelf)
        platform.sealer = self._desk.platform.sealer
        platform.database.stamps = platform.proofs
        self._made = itertools.count(1)

    async def another(self) -> str:
        """The number of something new."""
        n = next(self._made)
        if self._name in STATES:
            return await (await self._desk.ready()).arrives(STATES[self._name])
        if self._name == "rights":
            return await self._duty(n)
        if self._name == "retention":
            signal = sealed(n)
            signal.state, signal.ends_on = "sealed", date(2099, 1, 1)
            signal.dossier = [{"item": "report", "archive": "archive-signal", "key": "k", "ciphertext": "x"}]
            await self._desk.add(signal)
            return number(n)
        if self._name == "export":
            async with self._platform.database.transaction() as session:
                await session.merge(await vouch_for(self._platform.mac, shared(LIST)))
            return str(LIST)
        if self._name == "oversight":
            room, listed = self._platform.room(), offered(n, UUID(int=n))
            listed.words_key = key_name(listed.id, room.mount)
            await room.make(listed.words_key)
            await self._desk.add(listed)
            return str(listed.id)
        return ABSENT

    async def request(self) -> str:
        """The number of something that somebody asked."""
        return await requested(await self._desk.ready())

    async def _duty(self, n: int) -> str:
        room, duty = self._platform.room(), dossier(n, due=True)
        duty.room_key = key_name(uuid4(), room.mount)
        duty.earlier = [purpose(self._desk).model_dump(mode="json")]
        await room.make(duty.room_key)
        report = Report(subjects=(Subject(name="Jan Wilgenroos"),))
        (item,) = await encrypted(room, duty.room_key, [(duty.number, REPORT, report)])
        await self._desk.add(await vouched(self._platform.mac, Head(duty, (item,))), item)
        return duty.number


@pytest.mark.parametrize(
    "one_in", [pytest.param(5, id="some of everything"), pytest.param(1, id="everything", marks=pytest.mark.drill)]
)
@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_no_answer_is_a_500(
    name: str,
    one_in: int,
    parts: RealParts,
    postgres: Postgres,
    bao_of: BaoOf,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {"web_reports_per_minute": 10**9}
    async with served(name, parts, postgres, tmp_path, monkeypatch, **told) as (app, _):
        platform = await begun(app)
        platform.identity = cast(Any, Everybody())
        standing = Standing(name, platform, bao_of("access"), tmp_path)
        if name == "access":
            await agreed(app, platform)
        here = await standing.another()
        asked = await standing.request() if name == "rights" else ""
        wrong: list[str] = []
        seen: Counter[int] = Counter()
        for sent in requests(app, bodies_of(name, tmp_path), one_in):
            if name == "access":
                # As the portal shows it where sessions are kept: else nothing gets further than that.
                shown = assertion(portal_of(tmp_path), aud=FOR_SESSIONS)
                sent.headers = {"Client-Assertion": shown.encode()} | sent.headers
            mine = asked if "/requests/" in sent.path else here
            for which in (mine, ABSENT) if sent.says == USUAL else (mine,):
                status, _ = await answer(app, filled(sent, which))
                seen[status] += 1
                if status == 500:
                    wrong.append(f"{sent.method} {sent.path}?{sent.query[:60]}: {sent.says}")
                if status in (201, 202):
                    here = await standing.another()
                    asked = await standing.request() if name == "rights" else ""
        assert not wrong, "\n".join([f"{len(wrong)} of {seen.total()}", *wrong[:200]])
        assert seen[201] + seen[202], "nothing was accepted: what is hostile got no further than the first refusal"


async def agreed(app: FastAPI, platform: Platform) -> None:
    """Oversight has no other statements, and who is designated once logged in: so that somebody can be designated."""
    answer = DesignationsKept(asked_at=platform.clock.now(), seq=0)
    handle = app.state.service._inbox._handlers[answer.event]
    handled = await handle(Incoming(uuid4(), "oversight", signed=True), answer)
    await platform.database.together(handled.effect)
    handled.after()
    user = "petra-van-dam"
    statement = platform.signer.sign(KNOWN_USER_KIND, {"sub": user})
    async with platform.database.transaction() as session:
        await put_user(session, KnownUser(user_id=user, statement=statement, seen_at=platform.clock.now()))


def bodies_of(name: str, folder: Path) -> Bodies:
    found = dict(BODIES[name]) | {"/processing-activities": [PROCESSING]}
    if name == "access":
        asked = exchange_form(portal_of(folder), "assessment", "e30.e30.AAAA", "a-nonce")
        found["/tokens"] = [asked]
        shown = {one: asked[one] for one in ("client_assertion_type", "client_assertion")}
        found["/log-outs"] = [shown | {"token": "e30.e30.AAAA"}]
        found["/sessions"] = [{"name": "a" * 64, "token": "e30.e30.AAAA", "idleSeconds": 1800, "sealed": "AAAA"}]
        found["/sessions/{sessionName}"] = [{"version": 1, "sealed": "AAAA"}]
        found["/words"] = [{"name": "b" * 64, "session": "a" * 64, "sealed": "AAAA"}]
    return found


def filled(sent: Sent, number: str) -> Sent:
    """With `number` where that is not attacked, and something else that is not here in the other places."""
    body = sent.body.replace(b"{number}", number.encode())
    path = sent.path.replace("{number}", number).replace("{meetingId}", "M-7K3MQ-9XD4T")
    path = path.replace("{cluster}", CLUSTER).replace("{sessionName}", "a" * 64).replace("{wordsName}", "b" * 64)
    return Sent(sent.method, re.sub(r"\{\w+\}", str(LIST), path), sent.says, sent.query, sent.headers, body)


@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_no_token_makes_a_500(
    name: str, parts: RealParts, postgres: Postgres, bao_of: BaoOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(name, parts, postgres, tmp_path, monkeypatch) as (app, _):
        await begun(app)
        paths = {f"/v1{path}" for path, operations in app.openapi()["paths"].items() if "get" in operations} | {*HEALTH}
        traced = {"traceparent": b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
        for path in sorted(paths):
            for token in TOKENS:
                sent = Sent("GET", path, "a token", headers={"Authorization": token} | traced)
                status, _ = await answer(app, sent)
                assert status in (200, 400, 401, 404, 503), (path, token[:60], status)
