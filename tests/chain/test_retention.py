"""The end: lists, the beheerder's approval, destruction that is whole, and the declaration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.openbao import apply as bao_config
from shared import tombstones
from tests.chain.test_traces import spans_of
from tests.house import TestHouse, a_report, until
from tests.security.identities import Bao


@pytest.mark.allowed("R-9.4", "R-9.14", "R-9.16", "R-5.1")
@pytest.mark.refused("R-9.4", "R-9.14", "R-9.16")
def test_a_year_later_everything_is_gone_and_declared(house: TestHouse) -> None:
    number = house.ended_signal()

    def known() -> list[dict[str, Any]]:
        return house.sql("retention", "SELECT * FROM signal_key WHERE number=$1", number)

    def kids_known() -> list[str]:
        return [one["kid"] for one in house.sql("retention", "SELECT kid FROM carrier WHERE number=$1", number)]

    mounts = {"room-melder", "room-signal", "room-rights", "room-accountability", "archive-signal"}
    boxes = {"intake", "assessment", "rights", "oversight", "retention"}
    until(lambda: {one["mount"] for one in known()} >= mounts and {kid.split(".")[0] for kid in kids_known()} >= boxes)
    keys = {(one["mount"], one["key"]) for one in known()}
    kids = kids_known()
    assert {mount for mount, _ in keys} == mounts
    assert {kid.split(".")[0] for kid in kids} == boxes

    def list_of() -> Any:
        return house.sql("retention", "SELECT list_id FROM sealed_signal WHERE number=$1", number)[0]["list_id"]

    ends_on = house.sealed(number)["endsOn"]
    house.client.post("retention", "/v1/runs", "beheerder", {"asOf": ends_on})
    assert list_of() is None, "not on its last day"
    lists = house.run_as_of()
    assert str(list_of()) in lists
    # Signals of others may have been sealed since, and be listed by a second look; this one is not listed twice.
    assert str(list_of()) not in house.run_as_of()
    assert str(list_of()) in lists
    for user, status in (("anna", 403), ("fg", 403), ("collega", 403)):
        assert house.approve(lists[0], user=user).status_code == status
    assert house.approve(lists[0], fields={}).status_code == 400
    assert house.approve(lists[0], fields={"confirmList": str(uuid4())}).status_code == 400
    assert house.sql("retention", "SELECT count(*) AS n FROM declaration WHERE number=$1", number)[0]["n"] == 0
    for list_id in lists:
        assert house.approve(list_id).status_code == 201

    declared = house.declared(number)
    declaration = house.client.get("retention", f"/v1/declarations/{declared['id']}", "fg")
    check_declaration(house, declaration, number)
    bao = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    for mount, key in keys:
        assert bao.read(f"{mount}/keys/{key}") is None, (mount, key)
    for kid in kids:
        service, _, box = kid.partition(".")
        assert bao.read(f"letterbox-{service}/keys/{box}") is None, kid
    no_rows(house, number)
    for service in ("intake", "assessment", "retention"):
        assert house.signal(number, service if service != "intake" else "assessment") is None
    assert until(lambda: number in tombstones.read(house.home.tombstones)), "written after it was declared"


def check_declaration(house: TestHouse, declaration: dict[str, Any], number: str) -> None:
    assert declaration["number"] == number
    assert "artikel 8 van het Archiefbesluit 1995" in declaration["document"]["opening"]
    assert declaration["destroyedOn"] < declaration["unrecoverableFrom"]
    words = dict(declaration["document"]["lines"])
    assert words["Signaal"] == number
    assert words["Goedgekeurd door"].startswith("de beheerder, op ")
    assert declaration["document"]["trial"].startswith("Proefopstelling"), "an embedded house is for trying"
    assert declaration["signature"].count(".") == 2
    assert "Wilgenroos" not in json.dumps(declaration)
    path = f"/v1/declarations/{declaration['declarationId']}/document"
    document = house.client.request("GET", "retention", path, "beheerder")
    assert document.content.startswith(b"%PDF-1.7")
    assert b"pdfaid" in document.content
    for user in ("anna", "collega"):
        assert house.client.request("GET", "retention", path, user).status_code == 403


TABLES = {
    "intake": ("melder_vault", "melder_letter", "accepted_report", "outgoing"),
    "assessment": ("dossier", "item", "decision", "notice", "outgoing"),
    "casework": ("notice",),
    "retention": ("sealed_signal", "signal_key", "carrier", "destruction_part"),
    "oversight": ("decided",),
}


def no_rows(house: TestHouse, number: str) -> None:
    until(lambda: house.sql("rights", "SELECT number FROM dossier WHERE signal = $1", number) == [])
    for database, tables in TABLES.items():
        for table in tables:
            # Answers to the destruction itself may be on their way for a moment.
            until(
                lambda database=database, table=table: (  # type: ignore[misc]
                    house.sql(database, f"SELECT count(*) AS n FROM {table} WHERE number = $1", number)[0]["n"] == 0
                )
            )


@pytest.mark.refused("R-9.4")
def test_whole_or_not_yet(house: TestHouse) -> None:
    """With one service down there is no declaration, and it shows as open; afterwards there is exactly one."""
    number = house.ended_signal()
    house.hold("intake")
    house.destroy_everything_due()

    def open_now() -> dict[str, Any] | None:
        found = house.client.every("retention", "/v1/open-destructions", "fg", "destructions")
        return next((one for one in found if one["number"] == number and "oversight" not in one["missing"]), None)

    missing = until(open_now, 180)
    assert "intake" in missing["missing"]
    assert house.client.every("retention", f"/v1/declarations?number={number}", "fg", "declarations") == []
    house.let_go("intake")
    house.all_ready()
    house.declared(number)
    assert house.sql("retention", "SELECT count(*) AS n FROM declaration WHERE number=$1", number)[0]["n"] == 1


def test_the_production_build_has_no_as_of() -> None:
    """The route exists only in the embedded launcher; the service itself does not know it."""
    for file in Path("services").rglob("*.py"):
        assert "asOf" not in file.read_text(), file
        assert "/runs" not in file.read_text(), file


@pytest.mark.allowed("R-9.3", "R-5.12")
def test_what_retention_keeps_it_cannot_read(house: TestHouse) -> None:
    number = house.ended_signal()
    row = house.sql("retention", "SELECT dossier FROM sealed_signal WHERE number=$1", number)[0]
    items = json.loads(row["dossier"])
    assert {one["archive"] for one in items} == {"archive-signal"}
    assert all(one["ciphertext"].startswith("vault:v1:") for one in items)
    retention = Bao(house, "retention")
    answer = retention.call("POST", f"archive-signal/decrypt/{items[0]['key']}", {"ciphertext": items[0]["ciphertext"]})
    assert answer.status_code == 403
    retention.close()


def test_one_trace_from_the_door_to_the_next_room(house: TestHouse) -> None:
    """The HTTP request, the publication and what the receiver did share one trace id."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
        "Authorization": f"Bearer {house.client.token('collega', 'intake')}",
    }
    answer = httpx.post(f"{house.client.addresses['intake']}/v1/signals", json=a_report(), headers=headers, timeout=60)
    assert answer.status_code == 201

    def spans() -> set[str] | None:
        found = {
            f"{span['resource']['attributes']['service.name']}: {span['name']}"
            for span in spans_of(house)
            if span["context"]["trace_id"] == f"0x{trace}"
        }
        wanted = {"intake: POST /v1/signals", "intake: publish report.v1", "assessment: receive report.v1"}
        return found if wanted <= found else None

    assert until(spans)
