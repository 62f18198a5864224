"""The audit trail of a running house against who has every right in PostgreSQL (R-D.5)."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.house import TestHouse, until

INSERTED = (
    "INSERT INTO audit (id, entry, written_at, proof) SELECT gen_random_uuid(),"
    " jsonb_set(entry, '{action}', '\"forged\"'), now(), proof FROM audit WHERE seq = 1"
)
TABLES = ("audit_line", "audit_batch", "audit_checkpoint")


def queue(house: TestHouse, service: str, name: str) -> dict[str, Any]:
    queues = house.client.status_of(service)["queues"]
    found: dict[str, Any] = next(one for one in queues if one["queue"] == name)
    return found


def all_numbered(house: TestHouse) -> None:
    """Every line so far is at oversight."""
    for service in ("intake", "assessment"):
        until(functools.partial(_is_numbered, house, service))


def _is_numbered(house: TestHouse, service: str) -> bool:
    if house.sql(service, "SELECT 1 FROM audit WHERE seq IS NULL AND refused_at IS NULL"):
        return False
    (last,) = house.sql(service, "SELECT max(seq) AS seq FROM audit")
    kept = "SELECT 1 FROM audit_line WHERE producer = $1 AND seq = $2"
    return bool(house.sql("oversight", kept, service, last["seq"]))


def chains(house: TestHouse, begin: str = "start") -> dict[str, Any]:
    found = house.client.get("oversight", f"/v1/audit-chains?from={begin}", "fg")["chains"]
    return {one["producer"]: one for one in found}


def exported(house: TestHouse, file: Path) -> tuple[int, str]:
    """What `meldpunt audit verify` says of what is exported now: 0 or 1, and the table."""
    house.meldpunt("audit", "export", str(file))
    found = house.meldpunt("audit", "verify", str(file), check=False)
    return found.returncode, found.stdout


def test_a_line_that_nobody_wrote_is_not_numbered(own_house: TestHouse) -> None:
    house = own_house
    house.arrived(house.report())
    all_numbered(house)
    house.sql("assessment", INSERTED)
    # What it writes itself makes it look.
    house.report()
    until(lambda: queue(house, "assessment", "audit-lines-refused")["stuck"] == 1)
    told = "SELECT entry FROM audit_line WHERE producer = 'assessment' AND entry->>'action' = $1"
    (line,) = until(lambda: house.sql("oversight", told, "audit lines refused"))
    assert json.loads(line["entry"])["times"] == 1
    assert house.sql("oversight", told, "forged") == []
    house.sql("assessment", "DELETE FROM audit WHERE refused_at IS NOT NULL")
    assert queue(house, "assessment", "audit-lines-refused")["stuck"] == 0


@pytest.mark.drill
def test_a_trigger_that_drops_lines_is_found_out(own_house: TestHouse) -> None:
    """Its own process knows what it wrote; what it says of that comes through when the trigger is gone.

    The same with one service is in `tests/platform/test_audit.py`; in a house it waits a minute for the next look.
    """
    house = own_house
    house.sql(
        "intake",
        "CREATE FUNCTION drop_line() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN IF NEW.entry->>''action'' = ''report accepted'' THEN RETURN NULL; END IF; RETURN NEW; END'",
    )
    house.sql("intake", "CREATE TRIGGER drop_line BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION drop_line()")
    house.report()
    until(lambda: queue(house, "intake", "audit-lines-missed")["stuck"] == 1, seconds=180)
    house.sql("intake", "DROP FUNCTION drop_line CASCADE")
    told = "SELECT 1 FROM audit_line WHERE producer = 'intake' AND entry->>'action' = 'audit-lines-missed not believed'"
    until(lambda: house.sql("oversight", told))


def test_a_witness_knows_what_oversight_had(own_house: TestHouse, tmp_path: Path) -> None:
    """Whole, exported and checked without the house; then all of yesterday is put back, and nothing says so but the notes."""
    house, file = own_house, tmp_path / "trail.jsonl"
    house.arrived(house.report())
    all_numbered(house)
    # Lines may be there before those that they follow, for a moment; a gap that is one stays.
    until(lambda: {one["problem"] for one in chains(house).values()} == {None})
    until(lambda: exported(house, file)[0] == 0)
    for one in TABLES:
        house.sql("oversight", f"CREATE TABLE old_{one} AS TABLE {one}")
    house.arrived(house.report())
    all_numbered(house)
    until(lambda: chains(house)["assessment"]["problem"] is None)
    assert chains(house)["assessment"]["witnessed"] >= 1, "each look at all of it leaves a note"
    for one in TABLES:
        house.sql("oversight", f"DELETE FROM {one}")
        house.sql("oversight", f"INSERT INTO {one} TABLE old_{one}")
    for begin in ("checkpoint", "start"):
        assert "ontbreken" in chains(house, begin)["assessment"]["problem"]
    code, table = exported(house, file)
    assert code == 1
    assert "the witness noted" in table


def test_who_asks_for_what_is_not_there_is_told(own_house: TestHouse, tmp_path: Path) -> None:
    house, file = own_house, tmp_path / "trail.jsonl"
    file.write_text("niets\n")
    for words in (
        ("export", str(tmp_path)),
        ("export", str(file), "--as", "anna"),
        ("export", str(file), "--as", "nobody"),
        ("verify", str(tmp_path / "none")),
        ("verify", str(file)),
        ("verify", str(file), "--witness", str(tmp_path / "none")),
        ("verify", str(file), "--keys", str(file)),
    ):
        found = house.meldpunt("audit", *words, check=False)
        assert found.returncode == 1, words
        assert "Traceback" not in found.stderr
        assert found.stderr
