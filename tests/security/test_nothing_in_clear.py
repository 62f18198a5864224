"""None of what people type is found in any byte that a part, a log or a trace wrote (invariant 2)."""

from __future__ import annotations

import json
import secrets
import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.played import USUAL, Played
from shared.protocol.kinds import Answers, Text
from shared.protocol.kinds_of_signal import Persons
from tests.house import SUSPICION, TestHouse, a_report, until
from tests.journeys import moved, parts_until, player_of, steps
from tests.parts import run_async
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.security.search import files, hits, plant

SKIP = ("secrets", "postgres-install")


def canary() -> str:
    """Random letters: nothing that a machine writes by itself, and nothing that compresses away."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(14))


def flush(house: TestHouse) -> None:
    """What was on its way to disk until now is there: seen by what was written last."""
    for database in SERVICE_NAMES:
        house.sql(database, "CHECKPOINT")
    last, store = run_async(last_messages(house)), house.home.part("nats") / "store"
    until(lambda: all(any(one in file.read_bytes() for file in files(store / "jetstream")) for one in last))
    moment = datetime.now(UTC).isoformat()
    for name in SERVICE_NAMES:
        # Who looks whether it lives would leave no span.
        assert httpx.get(f"{house.client.addresses[name]}/nothing-here", timeout=60).status_code == 404
    traces = [house.home.path / "logs" / f"traces-{name}.jsonl" for name in SERVICE_NAMES]
    until(lambda: all(last_began(file) > moment for file in traces))


def last_began(traces: Path) -> str:
    """When the last span began that is wholly written."""
    whole = [line for line in traces.read_text().splitlines() if line.endswith("}")]
    found: str = json.loads(whole[-1])["start_time"]
    return found


async def last_messages(house: TestHouse) -> list[bytes]:
    """The ids of the newest message of every stream."""
    connection = await house.nats_admin()
    js = connection.jetstream()
    found = []
    for name in SERVICE_NAMES:
        state = (await js.stream_info(name.upper())).state
        if state.messages:
            message = await js.get_msg(name.upper(), state.last_seq)
            found.append((message.headers or {})["ce-id"].encode())
    await connection.close()
    return found


def planted_report(mark: str, channel: str) -> dict[str, Any]:
    return a_report(channel) | {
        "text": f"{mark} zag {mark} bij het huis van {mark}" * 20,
        # Whoever is named so is not named in the words that an OOV'er can type.
        "subjects": [{"name": f"{mark}sma Jansen", "address": f"{mark}straat 1", "occupation": f"{mark}er"}],
        "objects": [{"kind": "building", "address": f"{mark}weg 2", "description": f"loods {mark}"}],
        "reporter": {"kind": "person", "name": f"{mark}stra", "email": f"{mark}@post.example", "wantsContact": True},
    }


def headers(mark: str) -> dict[str, str]:
    names = ("User-Agent", "Referer", "Cookie", "X-Forwarded-For", "X-Purpose", "tracestate", "baggage", "X-Request-ID")
    return {name: f"{name}={mark}" for name in names} | {"Idempotency-Key": f"key-{mark}", "traceparent": f"00-{mark}"}


@pytest.mark.allowed("R-5.12")
@pytest.mark.refused("R-5.12", "R-7.6")
def test_canaries(house: TestHouse) -> None:
    mark = canary()
    intake, assessment = house.client.addresses["intake"], house.client.addresses["assessment"]
    number = house.arrived(
        house.client.post("intake", "/v1/signals", "collega", planted_report(mark, "colleague"), headers(mark))[
            "number"
        ]
    )
    other = headers(mark) | {"Idempotency-Key": f"other-{mark}"}
    assert (
        httpx.post(f"{intake}/v1/signals", json=planted_report(mark, "web"), headers=other, timeout=60).status_code
        == 201
    )
    # The same key with another report is refused, and that request leaves nothing behind either.
    again = planted_report(mark, "web") | {"text": f"anders {mark}"}
    assert httpx.post(f"{intake}/v1/signals", json=again, headers=other, timeout=60).status_code == 409

    for body in (
        planted_report(mark, "web") | {"bsn": mark, mark: mark},
        planted_report(mark, "web") | {"receivedAt": mark, "channel": mark},
        planted_report(mark, "web") | {"subjects": [{mark: mark}], "reporter": {"kind": mark, "phone": mark}},
        [mark],
        mark,
    ):
        answer = httpx.post(f"{intake}/v1/signals", json=body, headers=headers(mark), timeout=60)
        assert answer.status_code == 400
        assert mark not in answer.text
    httpx.post(f"{intake}/v1/signals", content=f'{{"text": "{mark}', headers=headers(mark), timeout=60)
    for path in (f"/v1/{mark}", f"/v1/signals/{mark}", f"/v1/signals?name={mark}", f"/{mark}?q={mark}"):
        for address in (intake, assessment):
            token = {"Authorization": f"Bearer {house.client.token('anna', 'assessment')}"}
            assert mark not in httpx.get(f"{address}{path}", headers=headers(mark) | token, timeout=60).text
    httpx.get(f"{assessment}/v1/signals", headers={"Authorization": f"Bearer {mark}"}, timeout=60)
    decide(house, number, mark)
    house.sealed(number)
    flush(house)

    found = hits(house.home.path, mark, SKIP)
    assert found == [], "content in the clear"
    check_the_search(house, mark)


def decide(house: TestHouse, number: str, mark: str) -> None:
    """Canaries in everything that an OOV'er can type, accepted and refused."""
    house.with_purpose(number)
    version = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")["version"]
    item = {"category": "bag", "about": "O1", "finding": f"gevonden: {mark}", "expectedVersion": version}
    assert (
        house.client.request(
            "POST", "assessment", f"/v1/signals/{number}/items", "anna", item, headers(mark)
        ).status_code
        == 201
    )
    item |= {"category": "benefits", "about": mark[:10], "expectedVersion": version + 1}
    assert (
        house.client.request(
            "POST", "assessment", f"/v1/signals/{number}/items", "anna", item, headers(mark)
        ).status_code
        == 400
    )
    for wrong in (
        {"outcome": mark.lower(), "reason": mark},
        {"outcome": "suspicion", "reason": mark, "fields": {mark: mark, "sources": [mark]}},
        {"outcome": "no-suspicion", "reason": mark, "about": [mark], "forwarding": {"recipient": mark}},
        {"outcome": "suspicion", "reason": mark, "meeting": mark},
    ):
        answer = house.decide(number, "anna", "weging-1", **wrong)
        assert answer.status_code == 400, answer.text
        assert mark not in answer.text
    looked = SUSPICION | {"sources": ["bag"]}
    house.must_decide(number, "anna", "weging-1", "suspicion", fields=looked, reason=f"om {mark}")
    house.must_decide(
        number, "bram", "weging-2a", "no-task", reason=f"geen taak {mark}", fields={"considered": f"alles van {mark}"},
        forwarding={"noneBecause": f"niemand voor {mark}"},
    )  # fmt: skip


def in_a_name(mark: str) -> str:
    """Another canary: who is named so may not be named in the words of those who have no file."""
    return mark[::-1]


def marked(step: dict[str, Any], mark: str) -> dict[str, Any]:
    """A step with a canary in everything that is typed."""
    found = dict(step)
    for name in ("reason", "finding"):
        if name in found:
            found[name] = f"{mark} staat hier, om {mark}"
    decision = MIDDEN_DELFLAND.decision(str(step.get("key") or step.get("decide") or KEY_OF.get(step.get("task", ""))))
    category = MIDDEN_DELFLAND.category(str(step.get("item")))
    asked = decision.fields if decision else category.fields if category else ()
    fields = dict(step.get("fields", {}))
    for one in asked:
        if isinstance(one.kind, Text) and one.name in fields and not str(fields[one.name]).startswith("@"):
            fields[one.name] = f"{mark} in {one.name}"
        if isinstance(one.kind, Persons):
            fields[one.name] = [{"name": f"{in_a_name(mark)} van Elders", "address": f"{mark} 4"}]
        if isinstance(one.kind, Answers) and one.name in fields:
            fields[one.name] = dict.fromkeys(one.kind.questions, f"{mark} als antwoord")
    return found | ({"fields": fields} if fields else {})


MET = {
    "by": "anna",
    "duty": "S2",
    "decide": "duty",
    "outcome": "not-due",
    "reason": "Wist het al.",
    "co_signed_by": "petra",
    "fields": {"ground": "already-informed"},
}
KEY_OF = {"question": "answer", "intervention": "execution"}


@pytest.mark.allowed("R-5.12")
@pytest.mark.refused("R-5.12", "R-17.1")
def test_canaries_through_the_whole_chain(house: TestHouse) -> None:
    """Everything that anybody types from the report to the closing, and requests that each service refuses."""
    mark = canary()
    player = player_of(house)
    played = Played("canary", "")
    player.report(planted_report(mark, "colleague"), played)
    for step in steps(*parts_until("closed"), "lot")[:-1]:
        if step.get("meeting") and played.holder == "assessment":
            player.step(played, step)
            player.step(played, marked(USUAL["lot"][0], mark))
            continue
        player.step(played, marked(step, mark))
        if "persons" in marked(step, mark).get("fields", {}):
            player.step(played, marked(MET, mark))
        refused_everywhere(house, played.number, mark)
    moved(house, played)
    hold = {"key": "hold", "outcome": "held", "reason": mark, "fields": {"ground": "bezwaar", "endsOn": "2099-01-01"}}
    hold["fields"] |= {"needed": f"alles van {mark}"}  # type: ignore[operator]
    hold["about"] = ["report"]
    version = house.client.get("retention", f"/v1/signals/{played.number}/open-decisions", "anna")["version"]
    path = f"/v1/signals/{played.number}/decisions"
    house.client.post("retention", path, "anna", hold | {"expectedVersion": version})
    flush(house)
    for one in (mark, in_a_name(mark)):
        assert hits(house.home.path, one, SKIP) == [], "content in the clear"


def refused_everywhere(house: TestHouse, number: str, mark: str) -> None:
    """Requests full of canaries at every service that holds something: none is accepted, none is repeated."""
    bodies: list[tuple[str, str, str, Any]] = [
        ("assessment", "anna", "/v1/meetings", {"kind": mark, "heldOn": mark, "members": [{"userId": mark}]}),
        ("assessment", "anna", f"/v1/signals/{number}/consultations", {"case": mark, "reason": mark}),
        ("rights", "anna", f"/v1/duties/{mark}/decisions", {"key": mark, "expectedVersion": mark}),
        ("sources", "dirk", f"/v1/tasks/{uuid4()}/decisions", {"outcome": mark.lower(), "reason": mark}),
        ("casework", "farid", f"/v1/tasks/{mark}/decisions", {"outcome": "executed", mark: mark}),
    ]
    for service in ("assessment", "sources", "casework"):
        wrong = {"key": "weging-4", "outcome": mark.lower(), "reason": mark, "expectedVersion": 0, "about": [mark]}
        bodies.append((service, "anna", f"/v1/signals/{number}/decisions", wrong))
        wrong = {"category": mark, "about": mark, "finding": mark, "expectedVersion": 0, "fields": {mark: mark}}
        bodies.append((service, "anna", f"/v1/signals/{number}/items", wrong))
    for service, user, path, body in bodies:
        answer = house.client.request("POST", service, path, user, body, headers(mark))
        assert answer.status_code in (400, 404, 409), (service, path, answer.status_code)
        assert mark not in answer.text


def check_the_search(house: TestHouse, mark: str) -> None:
    """A search that finds nothing proves nothing unless it finds what was planted."""
    folder = house.folder / "planted"
    for name, file in plant(folder, mark).items():
        assert any(name_of in one for one in hits(folder, mark) for name_of in [file.name]), name
    other = canary()
    text = json.dumps({"noise": "abcdefgh" * 500, "x": other})
    house.sql("access", "CREATE TABLE planted (t text)")
    house.sql("access", "INSERT INTO planted VALUES ($1)", text)
    flush(house)
    assert any("postgres" in one for one in until(lambda: hits(house.home.path, other, SKIP)))
    house.sql("access", "DROP TABLE planted")


@pytest.mark.refused("R-5.1")
def test_the_reporter_is_in_no_database_but_as_ciphertext(house: TestHouse) -> None:
    number = house.arrived(house.report())
    row = until(lambda: house.sql("intake", "SELECT * FROM melder_vault WHERE number=$1", number))[0]
    assert row["ciphertext"].startswith("vault:v1:")
    assert set(row) == {"number", "room_key", "ciphertext", "active"}
