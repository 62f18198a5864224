"""Nobody is delivered what is addressed to somebody else, and nobody can arrange to be."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from uuid import uuid4

import nats.errors
import pytest

from deploy.openbao import apply as bao_config
from shared.bus.post import NobodyListens, Post
from shared.clock import SystemClock
from shared.contracts.common import Receipts
from shared.contracts.retention import Destroy
from shared.privileges import SERVICES
from tests.deliveries import Delivered, deliveries
from tests.house import TestHouse, until
from tests.parts import run_async
from tests.security.attacker import NoSigner

ROADS = {
    "the subject itself": ("subscribe", "meldpunt.intake.*.*.assessment", None),
    "the deliveries of the other": ("subscribe", "_INBOX_assessment.>", None),
    "the other's consumer": ("ask", "$JS.API.CONSUMER.MSG.NEXT.INTAKE.assessment", {"batch": 1, "expires": 10**9}),
    "a wider consumer of one's own": ("ask", "$JS.API.CONSUMER.CREATE.INTAKE.{me}", {"wide": True}),
    "the same by the older request": ("ask", "$JS.API.CONSUMER.DURABLE.CREATE.INTAKE.{me}", {"wide": True}),
    "a passing consumer": ("ask", "$JS.API.CONSUMER.CREATE.INTAKE", {"wide": True}),
    "a message by its number": ("ask", "$JS.API.STREAM.MSG.GET.INTAKE", {"seq": 1}),
    "the last message": (
        "ask",
        "$JS.API.STREAM.MSG.GET.INTAKE",
        {"last_by_subj": "meldpunt.intake.report.v1.assessment"},
    ),
    "the same without the leader": ("ask", "$JS.API.DIRECT.GET.INTAKE", {"seq": 1}),
}


@pytest.mark.refused("R-5.12", "R-9.3")
@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("me", ["sources", "retention"])
def test_another_ones_message_is_not_delivered(own_house: TestHouse, me: str, road: str) -> None:
    """A report for assessment, by every road, with the real password of one that consumes intake's stream."""
    house = own_house
    admin = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    password = bao_config.nats_passwords(admin)[me]
    how, subject, request = ROADS[road]
    consumer = {
        "stream_name": "INTAKE",
        "config": {"durable_name": me, "ack_policy": "explicit", "filter_subject": "meldpunt.intake.>"},
    }
    body = json.dumps(consumer if request and "wide" in request else request).encode()
    got: list[bytes] = []
    refused: list[str] = []

    async def attempt() -> None:
        async def heard(message: Any) -> None:
            got.append(message.data)

        async def error(problem: Exception) -> None:
            refused.append(str(problem).lower())

        connection = await house.nats_as(me, password, error_cb=error, inbox_prefix=f"_INBOX_{me}".encode())
        if how == "subscribe":
            await connection.subscribe(subject, cb=heard)
            await connection.flush()
            number = await asyncio.to_thread(house.report)
            await asyncio.to_thread(house.arrived, number)
        else:
            with contextlib.suppress(nats.errors.TimeoutError):
                answer = await connection.request(subject.format(me=me), body, timeout=2)
                got.append(answer.data)
        await connection.close()

    run_async(attempt())
    assert got == []
    assert any("permissions violation" in one for one in refused)


@pytest.mark.refused("R-5.12", "R-9.3")
def test_every_delivery_was_meant_for_its_receiver(own_house: TestHouse) -> None:
    """NATS's own counts, of everything that this house has sent so far: nothing that its header addresses to others."""
    house = own_house
    house.ended_signal()

    def settled() -> list[Delivered]:
        counted = run_async(deliveries(house))
        return [] if any(one.waiting for one in counted) else counted

    found = until(settled)
    assert {one.receiver for one in found} == {service.name for service in SERVICES}
    assert sum(one.meant for one in found) > 0
    assert {f"{one.stream} to {one.receiver}": one.unmeant for one in found if one.unmeant} == {}


def test_retention_hears_of_a_key_once_and_not_with_every_decision(own_house: TestHouse) -> None:
    """One message per key of a signal's words and letterbox key that carried them (there were two decisions)."""
    house = own_house
    number = house.ended_signal()
    until(lambda: house.sql("oversight", "SELECT count(*) AS n FROM decided WHERE number=$1", number)[0]["n"] == 2)
    until(lambda: house.sql("oversight", "SELECT count(*) AS n FROM outgoing WHERE event='keys-made.v1'")[0]["n"] == 0)
    # Two decisions that came at the same moment made a key each; then there is a message for each key.
    query = "SELECT DISTINCT room_key, carried_by FROM decided WHERE number=$1"
    decided = house.sql("oversight", query, number)

    async def told() -> set[str]:
        connection = await house.nats_admin()
        js = connection.jetstream()
        subject = "meldpunt.oversight.keys-made.v1.retention"
        state = (await js.stream_info("OVERSIGHT", subjects_filter=subject)).state
        reading = await js.subscribe(subject, ordered_consumer=True)
        found = set()
        for _ in range((state.subjects or {}).get(subject, 0)):
            message = await reading.next_msg(timeout=10)
            if number.encode() in message.data:
                found.add(message.headers["ce-id"])
        await connection.close()
        return found

    assert len(run_async(told())) == len(decided)
    kept = house.sql("retention", "SELECT key FROM signal_key WHERE number=$1 AND mount LIKE 'room-acc%'", number)
    assert sorted(one["key"] for one in kept) == sorted({one["room_key"] for one in decided})


def test_what_the_table_has_nobody_for_is_not_even_written() -> None:
    """NATS would refuse it for ever, and everything behind it in the post would wait."""
    post = Post("intake", NoSigner("intake"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    with pytest.raises(NobodyListens, match=r"intake sends no destroy\.v1 to assessment"):
        post.envelope("assessment", Destroy(numbers=(), list_id=uuid4()))
    assert post.envelope("retention", Receipts(received=())).addressee == "retention"
    with pytest.raises(NobodyListens):
        post.envelope("all", Receipts(received=()))
