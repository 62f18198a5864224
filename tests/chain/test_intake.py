"""Reports come in: what is accepted, what is refused, and what a reporter is told."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.house import TestHouse, a_report, until


def post(house: TestHouse, body: Any, user: str | None = "collega", **headers: str) -> Any:
    return house.client.request("POST", "intake", "/v1/signals", user, body, headers)


@pytest.mark.allowed("R-5.4")
def test_a_web_report_without_any_reporter(house: TestHouse) -> None:
    body = a_report("web")
    del body["reporter"]
    answer = post(house, body, user=None)
    assert answer.status_code == 201
    assert set(answer.json()) == {"receiptCode", "warning"}
    assert answer.json()["warning"].startswith("Proefopstelling: hier horen geen echte gegevens")


def test_a_colleague_also_gets_the_number_and_numbers_are_random(house: TestHouse) -> None:
    found = [post(house, a_report()).json() for _ in range(3)]
    numbers = {one["number"] for one in found}
    assert len(numbers) == len({one["receiptCode"] for one in found}) == 3
    assert all(re.fullmatch(r"S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", one) for one in numbers)
    assert len({one[:7] for one in numbers}) == 3, "numbers that begin alike look like a sequence"


def test_every_channel_but_the_web_needs_a_colleague(house: TestHouse) -> None:
    for channel in ("phone", "letter", "e-mail", "app", "desk", "meld-misdaad-anoniem", "colleague", "partner"):
        assert post(house, a_report(channel), user=None).status_code == 401
    stolen = {"Authorization": f"Bearer {house.client.token('collega', 'assessment')}"}
    answer = post(house, a_report(), user=None, **stolen)
    assert answer.status_code == 401, "a token of another service is no token here"


def test_the_same_key_and_body_get_the_same_answer(house: TestHouse) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    body = a_report()
    first, again = post(house, body, **key), post(house, body, **key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = post(house, body | {"text": "iets anders"}, **key)
    assert other.status_code == 409
    house.arrived(first.json()["number"])
    numbers = [one["number"] for one in house.work_list()]
    assert numbers.count(first.json()["number"]) == 1


@pytest.mark.refused("R-B1.1", "R-2.1")
def test_everything_wrong_is_listed_at_once_and_nothing_is_repeated(house: TestHouse) -> None:
    secret = "Geheime Naam 0612345678"
    body = {
        "channel": "carrier-pigeon",
        "receivedAt": "yesterday",
        "text": "",
        "bsn": secret,
        "subjects": [{"name": "x" * 300, "nationality": secret}],
        "objects": [{"kind": "vehicle"}],
        "reporter": {"kind": "person", "email": "no at sign", "phone": secret},
    }
    answer = post(house, body, user=None)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    names = {one["name"] for one in answer.json()["invalidParams"]}
    assert {
        "channel",
        "receivedAt",
        "text",
        "body",
        "subjects.0",
        "subjects.0.name",
        "objects.0.kind",
        "reporter.email",
        "reporter.phone",
    } <= names
    assert secret not in answer.text
    assert "pigeon" not in answer.text


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"null"])
def test_what_is_no_report_is_refused_with_a_problem(house: TestHouse, raw: bytes) -> None:
    answer = httpx.post(f"{house.client.addresses['intake']}/v1/signals", content=raw, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["status"] == 400


def test_sizes_are_bounded(house: TestHouse) -> None:
    assert post(house, a_report("web") | {"text": "x" * 20_001}, user=None).status_code == 400
    assert post(house, a_report("web") | {"text": "x" * 300_000}, user=None).status_code == 413
    assert post(house, a_report("web") | {"subjects": [{"name": "a"}] * 21}, user=None).status_code == 400


def test_a_report_from_the_future_is_refused(house: TestHouse) -> None:
    answer = post(house, a_report() | {"receivedAt": "2199-01-01T00:00:00Z"})
    assert answer.status_code == 400
    assert answer.json()["invalidParams"][0]["name"] == "receivedAt"


@pytest.mark.allowed("R-5.2", "R-5.1")
@pytest.mark.refused("R-5.1", "R-5.2", "R-7.3")
def test_contact_data_open_only_to_contact_the_reporter(house: TestHouse) -> None:
    number = house.arrived(house.report())
    seen = str(house.signal(number))
    assert "Zonnebloem" not in seen
    assert "5550123" not in seen

    def ask(user: str, reason: str = "contact-melder") -> Any:
        return house.client.request(
            "POST", "intake", "/v1/reporter-contacts", user, {"number": number, "reason": reason}
        )

    answer = until(lambda: (found := ask("anna")).status_code == 200 and found)
    assert answer.json()["name"] == "Greet Zonnebloem"
    assert ask("anna", "curiosity").status_code == 400
    for user in ("collega", "beheerder", "fg", "petra"):
        assert ask(user).status_code == 403
    lines = until(lambda: [one for one in audit(house, number) if one["action"] == "contact data opened"])
    assert lines[0]["reason"] == "contact-melder"
    assert lines[0]["role"] == "oov"


@pytest.mark.refused("R-5.2", "R-9.2")
def test_nobody_contacts_the_reporter_of_an_ended_signal(house: TestHouse) -> None:
    number = house.ended_signal()
    body = {"number": number, "reason": "contact-melder"}
    until(lambda: house.client.request("POST", "intake", "/v1/reporter-contacts", "anna", body).status_code == 409)


def audit(house: TestHouse, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.client.every("oversight", f"/v1/audit-lines?number={number}", "fg", "lines")
    return found


@pytest.mark.allowed("R-T.13")
@pytest.mark.refused("R-T.13")
def test_who_reported_can_withdraw_with_his_receipt_code(house: TestHouse) -> None:
    """From then on nobody contacts him, and what he reported goes on."""
    answer = post(house, a_report()).json()
    house.arrived(answer["number"])
    body = {"number": answer["number"], "reason": "contact-melder"}
    until(lambda: house.client.request("POST", "intake", "/v1/reporter-contacts", "anna", body).status_code == 200)
    for wrong, status in (("R-00000-0000000000", 404), ("R-1", 400), (answer["number"], 400)):
        sent = {"receiptCode": wrong}
        assert house.client.request("POST", "intake", "/v1/withdrawals", None, sent).status_code == status
    for _ in range(2):
        sent = {"receiptCode": answer["receiptCode"]}
        assert house.client.request("POST", "intake", "/v1/withdrawals", None, sent).status_code == 204
    assert house.client.request("POST", "intake", "/v1/reporter-contacts", "anna", body).status_code == 409
    assert house.signal(answer["number"]) is not None


@pytest.mark.refused("R-5.4")
def test_of_who_gave_nothing_nothing_is_kept(house: TestHouse) -> None:
    """An anonymous reporter has no vault, and no field beyond the listed ones can be given for him."""
    number = house.arrived(house.report(reporter={"kind": "anonymous", "wantsContact": False}))
    for table in ("melder_vault", "melder_letter"):
        assert house.sql("intake", f"SELECT * FROM {table} WHERE number=$1", number) == []
    answer = post(
        house, a_report() | {"reporter": {"kind": "anonymous", "address": "Kerkpad 1", "birthDate": "1970-01-01"}}
    )
    assert answer.status_code == 400
