"""Whoever can insert a row, publish on a subject or read public keys makes nothing that is believed.

The attacker here has a service's real NATS password, or is the database administrator; what he has not is
a signing key certified by OpenBao.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.openbao import apply as bao_config
from shared.bus.post import STATEMENT, Post, claims_of
from shared.clock import SystemClock
from shared.contracts.common import KeyRef, KeysReleased, Released
from shared.contracts.intake import ReportLetter
from shared.contracts.retention import Destroy
from shared.contracts.worklist import ListedDossier, WorkTold
from shared.keys.signing import Signer
from shared.openbao import OpenBao
from tests.house import TestHouse, until
from tests.parts import run_async
from tests.security.attacker import NoSigner, forged, parked, publish, sealed_report


def test_a_letter_with_an_own_certificate(house: TestHouse) -> None:
    report, letter = sealed_report(house)
    row = forged("intake", "assessment", report, letter=letter)
    publish(house, "intake", row)
    assert "signature" in parked(house, "assessment", row["id"])
    assert house.signal("S-ZZZZZ-ZZZZZ") is None
    listed = stuck(house, "assessment", "received")
    assert any(one["id"] == str(row["id"]) and one["why"] for one in listed), "what is parked is listed"
    assert house.ready("assessment"), "and makes nobody unready"


def test_an_unsigned_report_of_a_channel_that_is_not_public(house: TestHouse) -> None:
    report, letter = sealed_report(house)
    row = forged("intake", "assessment", report, letter=letter)
    del row["headers"]["meldpunt-signature"]
    publish(house, "intake", row)
    assert "not public" in parked(house, "assessment", row["id"])


def test_a_real_message_that_was_altered_or_readdressed(house: TestHouse) -> None:
    number = house.arrived(house.report())

    async def stored() -> Any:
        connection = await house.nats_admin()
        js = connection.jetstream()
        last = (await js.stream_info("INTAKE")).state.last_seq
        for seq in range(last, 0, -1):
            message = await js.get_msg("INTAKE", seq)
            if message.subject == "meldpunt.intake.report.v1.assessment" and number.encode() in (message.data or b""):
                await connection.close()
                return message
        raise AssertionError("the report is not in the stream")

    message = run_async(stored())
    headers = dict(message.headers)
    for change in ("id", "body", "type"):
        row = {"headers": dict(headers), "body": message.data, "event": "report.v1"}
        row["headers"]["ce-id"] = str(uuid4())
        if change == "body":
            row["body"] = message.data.replace(number.encode(), b"S-YYYYY-YYYYY")
        if change == "type":
            row["headers"]["ce-type"] = "nl.meldpunt.receipts.v1"
        publish(house, "intake", row)
        assert parked(house, "assessment", UUID(row["headers"]["ce-id"]))
    row = {"headers": headers | {"ce-id": str(uuid4())}, "body": message.data}
    publish(house, "intake", row, event="keys-made.v1", to="retention")
    assert "somebody else" in parked(house, "retention", UUID(row["headers"]["ce-id"]))


def test_a_list_of_work_that_no_holder_signed(house: TestHouse) -> None:
    """By somebody with a holder's own password, and for the edition that the list is of."""
    begun = until(lambda: house.sql("worklist", "SELECT begun_at FROM edition"))[0]["begun_at"]
    number = "S-YYYYY-YYYYY"
    entry = ListedDossier(number=number, version=9, turn=9, here=True, state="weging-1", working_name="rode merel")
    row = forged("assessment", "worklist", WorkTold(edition=begun, dossiers=(entry,)))
    publish(house, "assessment", row)
    assert "signature" in parked(house, "worklist", row["id"])
    assert house.sql("worklist", "SELECT 1 AS x FROM work WHERE number = $1", number) == []


def test_a_row_in_the_outbox_is_carried_and_not_believed(house: TestHouse) -> None:
    """The database administrator writes a destroy order into retention's outbox."""
    number = house.arrived(house.report())
    row = forged("retention", "assessment", Destroy(numbers=(number,), list_id=uuid4()))
    insert_outgoing(house, "retention", row)
    assert "signature" in parked(house, "assessment", row["id"])
    assert house.signal(number) is not None


def test_a_row_that_claims_to_be_received_releases_no_key(house: TestHouse) -> None:
    """Lock, key and receipt of a row are believed only as far as signatures say them."""
    number = house.arrived(house.report())
    key = house.sql("assessment", "SELECT room_key FROM dossier WHERE number=$1", number)[0]["room_key"]
    row = forged(
        "assessment",
        "retention",
        KeysReleased(released=(Released(number=number),)),
        lock=KeyRef(mount="room-signal", key=key),
    )
    row["number"] = number
    insert_outgoing(house, "assessment", row, receipted=True)
    other = uuid4()
    insert_outgoing(house, "assessment", row | {"id": other})

    def listed(queue: str, identifier: UUID) -> list[str]:
        return [one["why"] for one in stuck(house, "assessment", queue) if one["id"] == str(identifier)]

    assert "did not sign" in until(lambda: listed("outgoing", other))[0], "what is not carried is listed"
    assert "did not sign" in until(lambda: listed("grace", row["id"]))[0], "and so is what is not released"
    assert house.ready("assessment"), "and holds up nothing"
    assert house.signal(number) is not None, "the key still opens"
    house.end(number)
    house.sealed(number)
    house.destroy_everything_due()
    house.declared(number)
    left = "SELECT id FROM outgoing WHERE id = ANY($1)"
    assert house.sql("assessment", left, [row["id"], other]) == [], "nor does it hold up a destruction"


def stuck(house: TestHouse, service: str, queue: str) -> list[dict[str, Any]]:
    """What a service says of one of its queues."""
    found = house.client.status_of(service)["queues"]
    rows: list[dict[str, Any]] = next(one["rows"] for one in found if one["queue"] == queue)
    return rows


def insert_outgoing(house: TestHouse, database: str, row: dict[str, Any], *, receipted: bool = False) -> None:
    now = datetime.now(UTC)
    house.sql(
        database,
        "INSERT INTO outgoing (id, addressee, event, headers, body, lock_mount, lock_key, created_at, next_at,"
        " attempts, receipted_at, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, $9, $10)",
        row["id"],
        row["addressee"],
        row["event"],
        json.dumps(row["headers"]),
        row["body"],
        row.get("lock_mount"),
        row.get("lock_key"),
        now,
        datetime(2020, 1, 1, tzinfo=UTC) if receipted else None,
        row.get("number"),
    )


def test_a_list_approved_in_the_database_destroys_nothing(house: TestHouse) -> None:
    number = house.ended_signal()
    lists = house.run_as_of()
    until(lambda: house.sql("oversight", "SELECT 1 AS x FROM listed_signal WHERE number=$1", number))
    house.sql(
        "oversight", "UPDATE listed_signal SET state = 'approved', approval = $2 WHERE number = $1", number, uuid4()
    )
    house.sql(
        "oversight",
        "INSERT INTO approval (id, next_at, attempts, list_id, approver, approved_at, effective_at, statement, withdrawn,"
        " done) SELECT approval, '2020-01-01', 0, list_id, 'mallory', '2020-01-01', now(), 'a.b.c', false, false"
        " FROM listed_signal WHERE number = $1",
        number,
    )
    house.report()
    key = json.loads(house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]["dossier"])[
        0
    ]["key"]
    bao = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    until(lambda: [one for one in stuck(house, "oversight", "releases") if one["parked"]], 180)
    assert '"queue": "releases"' in house.home.log("oversight").read_text(), "and the log says so"
    assert bao.read(f"archive-signal/keys/{key}")["data"]["deletion_allowed"] is False
    # What he changed of the list is put right. His approval stays, and holds up no other.
    house.sql("oversight", "UPDATE listed_signal SET state = 'listed', approval = NULL WHERE number = $1", number)
    for list_id in lists:
        assert house.approve(list_id).status_code == 201
    house.declared(number)


def test_a_service_cannot_send_what_is_another_services(house: TestHouse) -> None:
    """Really signed by intake, but an event that intake does not have."""

    async def really_signed() -> dict[str, Any]:
        bao = OpenBao(
            house.client.addresses["openbao"], house.home.secret_file("approle-intake"), house.home.tls("intake")
        )
        signer = Signer("intake", bao, SystemClock())
        await signer.certify()
        order = Destroy(numbers=("S-00000-00000",), list_id=uuid4())
        letter = ReportLetter(number="S-00000-00000", letters=("a.b.c.d.e",))
        row = Post("intake", signer, SystemClock(), "0" * 20).envelope("assessment", letter).model_dump()
        row["headers"]["ce-type"], row["body"] = f"nl.meldpunt.{order.event}", order.model_dump_json().encode()
        row["headers"]["meldpunt-signature"] = signer.sign(STATEMENT, claims_of(row["headers"], row["body"]))
        await bao.close()
        return row

    row = run_async(really_signed())
    publish(house, "intake", row, event="report.v1")
    assert "does not send" in parked(house, "assessment", row["id"])


@pytest.mark.parametrize("kid", ["assessment.20260101-00000000/../x", "../intake.20260101-00000000", "", "retention.1"])
def test_a_letter_that_names_another_key(house: TestHouse, kid: str) -> None:
    report, _ = sealed_report(house, channel="web")
    header = base64.urlsafe_b64encode(json.dumps({"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid}).encode())
    letter = ".".join([header.decode().rstrip("="), *report.letters[0].split(".")[1:]])
    row = forged("intake", "assessment", ReportLetter(number=report.number, letters=(letter,)))
    del row["headers"]["meldpunt-signature"]
    publish(house, "intake", row)
    assert "letter" in parked(house, "assessment", row["id"])


def test_tokens_of_other_makers(house: TestHouse) -> None:
    now = int(datetime.now(UTC).timestamp())
    claims = {"aud": "assessment", "sub": "mallory", "exp": now + 200, "designations": []}
    own = NoSigner("access").sign("at+jwt", claims)
    none = ".".join(
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=")
        for one in ({"alg": "none", "typ": "at+jwt"}, claims | {"iat": now, "cert": own.split(".")[1]})
    )
    address = f"{house.client.addresses['assessment']}/v1/signals"
    for token in (own, f"{none}.", "a.b.c", "x", house.client.token("anna", "oversight")):
        answer = httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        assert answer.status_code == 401, token[:20]
