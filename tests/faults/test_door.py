"""The door never closes: public reports are accepted whatever is away, and all arrive when it is back."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from deploy.embedded.home import HouseError
from deploy.openbao import apply as bao_config
from tests.house import TestHouse, a_report, until
from tests.parts import run_async


def web_report(house: TestHouse) -> str:
    answer = httpx.post(f"{house.client.addresses['intake']}/v1/signals", json=a_report("web"), timeout=20)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["receiptCode"])


def reports_at(house: TestHouse) -> int:
    return int(house.sql("assessment", "SELECT count(*) AS n FROM dossier")[0]["n"])


def all_arrive(house: TestHouse, expected: int) -> None:
    until(lambda: reports_at(house) == expected, 120)
    until(lambda: house.sql("intake", "SELECT count(*) AS n FROM outgoing WHERE event='report.v1'")[0]["n"] == 0, 60)
    until(lambda: house.sql("intake", "SELECT count(*) AS n FROM melder_letter")[0]["n"] == 0, 60)


def test_with_openbao_sealed(own_house: TestHouse) -> None:
    house = own_house
    before = reports_at(house)
    house.seal_openbao()
    until(lambda: "openbao" in problems_of(house, "intake"))
    assert house.ready("intake"), "what the door needs is there"
    codes = {web_report(house) for _ in range(5)}
    assert len(codes) == 5
    answer = house.client.request("GET", "assessment", "/v1/signals", None, headers={"Authorization": "Bearer x.y.z"})
    assert answer.status_code in (401, 503)
    # A restart of the part unseals it; the services use it again without a restart of their own.
    pids = {name: house.pid(name) for name in ("intake", "assessment")}
    house.kill("openbao")
    house.all_ready()
    all_arrive(house, before + 5)
    assert pids == {name: house.pid(name) for name in ("intake", "assessment")}


def test_with_nats_down(own_house: TestHouse) -> None:
    house = own_house
    before = reports_at(house)
    house.hold("nats")
    for _ in range(5):
        web_report(house)
    until(lambda: "nats" in problems_of(house, "intake"))
    assert house.ready("intake")
    assert reports_at(house) == before
    house.let_go("nats")
    house.all_ready()
    all_arrive(house, before + 5)


def test_with_everything_else_down_and_a_restart_in_that_state(own_house: TestHouse) -> None:
    """Only PostgreSQL runs. Reports from after the restart are unsigned, and whoever reads them is told."""
    house = own_house
    before = reports_at(house)
    for name in ("assessment", "retention", "access", "oversight", "nats", "openbao"):
        house.hold(name)
    web_report(house)
    pid = house.pid("intake")
    house.kill("intake")
    until(lambda: house.pid("intake") != pid)

    def accepts() -> bool:
        try:
            return bool(web_report(house))
        except (httpx.HTTPError, AssertionError):
            return False

    until(accepts, 60)
    colleague = a_report("colleague")
    answer = httpx.post(
        f"{house.client.addresses['intake']}/v1/signals",
        json=colleague,
        headers={"Authorization": "Bearer a.b.c"},
        timeout=60,
    )
    assert answer.status_code in (401, 503), "who cannot be verified is not believed"
    for name in ("openbao", "nats", "access", "oversight", "retention", "assessment"):
        house.let_go(name)
    house.all_ready(180)
    all_arrive(house, before + 2)
    unsigned = house.sql("assessment", "SELECT number FROM dossier WHERE NOT signed")
    assert len(unsigned) == 1
    seen = until(lambda: house.signal(unsigned[0]["number"]))
    assert seen["signedAtTheDoor"] is False


def problems_of(house: TestHouse, service: str) -> dict[str, str]:
    found: dict[str, str] = house.client.status_of(service)["problems"]
    return found


def test_readiness_names_an_old_schema_and_waits_for_the_new_one(own_house: TestHouse) -> None:
    house = own_house
    current = house.sql("oversight", "SELECT version_num FROM alembic_version")[0]["version_num"]
    house.sql("oversight", "UPDATE alembic_version SET version_num = 'an_older_one'")
    house.kill("oversight")
    assert "schema" in until(lambda: problems_of(house, "oversight"), 60)
    house.sql("oversight", "UPDATE alembic_version SET version_num = $1", current)
    house.all_ready()


def test_status_names_what_is_stuck_and_readiness_does_not(own_house: TestHouse) -> None:
    house = own_house
    house.all_ready()
    before = reports_at(house)
    house.hold("nats")
    web_report(house)
    house.sql("intake", "UPDATE outgoing SET next_at = next_at - interval '5 minutes' WHERE event = 'report.v1'")

    def stuck() -> list[dict[str, Any]]:
        found = json.loads(house.meldpunt("status", "--json", check=False).stdout)["parts"]
        intake = next(one for one in found if one["name"] == "intake")
        assert set(intake["problems"]) <= {"nats"}, "what waits is no reason not to be ready"
        outgoing = next(one for one in intake["queues"] if one["queue"] == "outgoing")
        return [row for row in outgoing["rows"] if row["about"]["event"] == "report.v1"]

    (row,) = until(stuck, 60)
    assert row["why"]
    assert row["about"]["addressee"] == "assessment"
    assert "stuck" in house.meldpunt("status", check=False).stdout
    house.let_go("nats")
    house.all_ready()
    all_arrive(house, before + 1)


def test_readiness_names_a_missing_consumer(own_house: TestHouse) -> None:
    house = own_house

    async def remove() -> None:
        connection = await house.nats_admin()
        await connection.jetstream().delete_consumer("INTAKE", "assessment")
        await connection.close()

    run_async(remove())
    found = until(lambda: "nats" in (now := problems_of(house, "assessment")) and now)
    assert isinstance(found, dict)
    assert "INTAKE" in found["nats"]
    before = reports_at(house)
    web_report(house)
    house.kill("nats")
    house.all_ready()
    all_arrive(house, before + 1)


@pytest.mark.parametrize("part", ["postgres", "openbao", "nats"])
def test_a_part_that_is_killed_is_used_again(own_house: TestHouse, part: str) -> None:
    house = own_house
    house.all_ready()
    house.kill(part)
    number = until(lambda: _try_report(house), 60)
    until(lambda: house.signal(str(number)) is not None, 60)
    bao_config.client(house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup"))


def _try_report(house: TestHouse) -> str | None:
    try:
        return house.report()
    except (HouseError, httpx.HTTPError):
        house.client.forget_tokens()
        return None
