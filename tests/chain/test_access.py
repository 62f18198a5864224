"""Who may: designations with a start and an end, tokens of five minutes for one service, leases."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.embedded.portal import exchange_form
from tests.house import TestHouse, until


def designation(house: TestHouse, user: str, role: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    subject = (house.home.state() or {})["subjects"][user]
    return {
        "userId": subject,
        "role": role,
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(days=1)).isoformat(),
        "basis": "BESLUIT-2026-1",
    } | more


def designate(house: TestHouse, by: str, user: str, role: str, **more: Any) -> Any:
    """`user` has logged in before: nobody else can be designated."""
    house.client.token(user, "access")
    return house.client.request("POST", "access", "/v1/designations", by, designation(house, user, role, **more))


@pytest.mark.allowed("R-7.4", "R-7.2", "R-7.3")
@pytest.mark.refused("R-7.4", "R-7.3")
def test_a_designation_opens_and_its_end_closes(house: TestHouse) -> None:
    made = designate(house, "beheerder", "collega", "vervanger")
    assert made.status_code == 201, made.text

    def works() -> bool:
        house.client.forget_tokens()
        return house.client.request("GET", "assessment", "/v1/signals", "collega").status_code == 200

    until(works)
    token = house.client.token("collega", "assessment")
    ended = house.client.request("DELETE", "access", f"/v1/designations/{made.json()['id']}", "beheerder")
    assert ended.status_code == 204
    # The token is still valid for minutes; the lease is not.
    until(lambda: house.client.request("GET", "assessment", "/v1/signals", "collega").status_code == 403)
    assert house.client.token("collega", "assessment") == token


@pytest.mark.refused("R-7.4")
def test_before_its_start_a_designation_is_none(house: TestHouse) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = designate(house, "beheerder", "collega", "vervanger", startsAt=later)
    assert made.status_code == 201
    house.client.forget_tokens()
    assert house.client.request("GET", "assessment", "/v1/signals", "collega").status_code == 403
    house.client.request("DELETE", "access", f"/v1/designations/{made.json()['id']}", "beheerder")


@pytest.mark.allowed("R-7.5")
@pytest.mark.refused("R-7.5", "R-7.2")
def test_nobody_designates_himself_and_only_the_beheerder_designates(house: TestHouse) -> None:
    assert designate(house, "beheerder", "beheerder", "oov").status_code == 400
    for user in ("anna", "fg", "petra", "collega"):
        assert designate(house, user, "collega", "oov").status_code == 403
    assert designate(house, "beheerder", "collega", "fg").status_code == 400, "the controller appoints the FG"
    assert designate(house, "beheerder", "collega", "beheerder").status_code == 400
    for user, role in (
        ("fg", "privacy-officer"),
        ("fg", "lot-member"),
        ("petra", "vervanger"),
        ("bram", "privacy-officer"),
    ):
        refused = designate(house, "beheerder", user, role)
        assert refused.json()["invalidParams"][0]["code"] == "excluded-by-other-role", (user, role)
    assert designate(house, "beheerder", "collega", "koning").status_code == 400
    assert designate(house, "beheerder", "collega", "oov", basis="omdat ik het zeg").status_code == 400
    made = designate(house, "beheerder", "petra", "lot-member")
    assert made.status_code == 201
    house.client.request("DELETE", "access", f"/v1/designations/{made.json()['id']}", "beheerder")


@pytest.mark.allowed("R-7.2")
@pytest.mark.refused("R-7.2")
def test_the_beheerder_has_no_content(house: TestHouse) -> None:
    number = house.arrived(house.report())
    answer = house.client.request(
        "GET", "assessment", f"/v1/signals/{number}", "beheerder", headers={"X-Purpose": "weging"}
    )
    assert answer.status_code == 403
    assert house.client.every("access", "/v1/designations", "beheerder", "designations")


def test_tokens_are_for_one_service_and_five_minutes(house: TestHouse) -> None:
    token = house.client.token("anna", "assessment")
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["aud"] == "assessment"
    assert claims["exp"] - claims["iat"] <= 300
    answer = house.client.request(
        "GET", "retention", "/v1/declarations", None, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 401
    forged = f"{token[:-6]}AAAAAA"
    answer = house.client.request(
        "GET", "assessment", "/v1/signals", None, headers={"Authorization": f"Bearer {forged}"}
    )
    assert answer.status_code == 401


def test_an_exchange_needs_a_log_in_of_the_provider(house: TestHouse) -> None:
    address = f"{house.client.addresses['access']}/v1/tokens"

    def asked(audience: str, *log_in: str) -> int:
        return httpx.post(address, data=exchange_form(house.home, audience, *log_in), timeout=60).status_code

    other = house.client.token("anna", "assessment")
    assert asked("assessment", other) == 401
    assert asked("assessment", other, "a-nonce") == 401
    log_in = house.client.log_in("anna")
    assert asked("elsewhere", *log_in) == 400
    assert asked("assessment", *log_in) == 200
    assert asked("assessment", *log_in) == 401, "an ID token is used once"
    assert httpx.post(address, data={"grant_type": "password"}, timeout=60).status_code == 400


def test_the_fg_sees_every_designation_and_changes_none(house: TestHouse) -> None:
    found = house.client.every("access", "/v1/designations", "fg", "designations")
    assert {"beheerder", "fg", "oov", "vervanger", "privacy-officer"} <= {one["role"] for one in found}
    first = next(one for one in found if one["role"] == "fg")
    assert first["designatedBy"] == "controller"
    assert house.client.request("DELETE", "access", f"/v1/designations/{first['id']}", "fg").status_code == 403
    assert house.client.request("DELETE", "access", f"/v1/designations/{first['id']}", "beheerder").status_code == 403


@pytest.mark.refused("R-7.3")
def test_a_token_that_is_nested_too_deep_is_refused_like_any_other(house: TestHouse) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=")
    form = exchange_form(house.home, "assessment", f"{deep}.e30.AAAA", "a-nonce")
    assert httpx.post(f"{house.client.addresses['access']}/v1/tokens", data=form, timeout=60).status_code == 401
    for token in (f"{deep}.e30.AAAA", f"e30.{deep}.AAAA"):
        answer = house.client.request(
            "GET", "assessment", "/v1/signals", None, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401
