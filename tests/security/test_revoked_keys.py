"""`meldpunt keys revoke` on a running house: what was stolen is worth nothing any more, and the house goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.openbao import apply as bao_config
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.common import LetterboxKeyMade, Receipts
from shared.keys.announced import announcement
from shared.keys.signing import Signer
from shared.openbao import BaoError, BaoRefused, OpenBao
from tests.house import TestHouse, until
from tests.parts import run_async
from tests.platform.boxes import OWN_PEM, said
from tests.security.attacker import parked, publish

NEWER = "assessment.20991231-00000000"


@pytest.fixture(scope="module")
def own_house() -> Iterator[TestHouse]:
    """Its services ask every two seconds whose signatures count."""
    with TestHouse(MELDPUNT_KEYS_SECONDS="2") as found:
        yield found


class Thief:
    """Has had the memory and the disk of a service for a moment, its certificate among it."""

    signer: Signer

    def __init__(self, house: TestHouse, service: str, folder: Path) -> None:
        self._stolen = folder / "stolen"
        self._stolen.write_text(house.home.secret(f"approle-{service}"))
        self._address = house.client.addresses["openbao"]
        self._tls = house.home.tls(service)
        self.service = service

    async def certify(self) -> None:
        """Have OpenBao certify a key of his own, with the identity of the service."""
        bao = OpenBao(self._address, self._stolen, self._tls)
        try:
            signer = Signer(self.service, bao, SystemClock())
            await signer.certify()
            self.signer = signer
        finally:
            await bao.close()

    def message(self) -> dict[str, Any]:
        post = Post(self.service, self.signer, SystemClock(), "0" * 20)
        return post.envelope("intake", Receipts(received=())).model_dump()

    def letterbox(self) -> dict[str, Any]:
        """Assessment's newest letterbox key is his."""
        key = announcement(self.signer, NEWER, OWN_PEM, SystemClock().now())
        post = Post(self.service, self.signer, SystemClock(), "0" * 20)
        return post.envelope("all", LetterboxKeyMade(statement=key.statement)).model_dump()


def kept(house: TestHouse, at: str, identifier: UUID) -> bool:
    return bool(house.sql(at, "SELECT id FROM unhandled WHERE id = $1", identifier))


def sealed_with(house: TestHouse) -> set[str]:
    """The kid of assessment's letterbox that intake has on disk."""
    file = house.home.service_folder("intake") / "letterbox-keys.json"
    statement = json.loads(file.read_text()).get("assessment")
    if statement is None:
        return set()
    return {said(statement)["kid"]}


def shown(house: TestHouse, service: str) -> list[dict[str, Any]]:
    """What `meldpunt status` says of refused letterbox keys."""
    found = json.loads(house.meldpunt("status", "--json", check=False).stdout)["parts"]
    queues = next(one["queues"] for one in found if one["name"] == service)
    rows: list[dict[str, Any]] = next(one["rows"] for one in queues if one["queue"] == "letterbox-keys")
    return rows


def test_a_superuser_has_no_letter_sealed_for_himself(own_house: TestHouse) -> None:
    house = own_house
    house.arrived(house.report())
    genuine = sealed_with(house)
    query = (
        "INSERT INTO sealing_key (kid, addressee, statement, adopted_at)"
        " SELECT $1, 'assessment', statement, now() FROM sealing_key WHERE addressee = 'assessment' LIMIT 1"
    )
    house.sql("intake", query, NEWER)
    house.sql("assessment", "INSERT INTO letterbox_key (kid, statement) VALUES ($1, 'a.b.c')", NEWER)
    for service in ("intake", "assessment"):
        (row,) = until(lambda service=service: shown(house, service))  # type: ignore[misc]
        assert (row["about"], row["parked"]) == ({"kid": NEWER}, True)
    number = house.report()
    assert house.sql("intake", "SELECT kid FROM outgoing WHERE kid = $1", NEWER) == []
    house.arrived(number)
    assert sealed_with(house) == genuine
    lines = (
        "SELECT producer FROM audit_line WHERE entry->>'action' = 'letterbox key refused' AND entry->>'record' = $1"
        " GROUP BY producer"
    )
    until(lambda: {one["producer"] for one in house.sql("oversight", lines, NEWER)} == {"intake", "assessment"})
    house.sql("intake", "DELETE FROM sealing_key WHERE kid = $1", NEWER)
    house.sql("assessment", "DELETE FROM letterbox_key WHERE kid = $1", NEWER)
    assert shown(house, "intake") == []


def test_a_letterbox_key_is_revoked(own_house: TestHouse) -> None:
    house = own_house
    (before,) = until(lambda: sealed_with(house))
    assert house.meldpunt("keys", "revoke", before).returncode == 0
    (after,) = until(lambda: sealed_with(house) - {before})
    rows = house.sql("intake", "SELECT refused_because FROM sealing_key WHERE kid = $1", before)
    assert [row["refused_because"] for row in rows] == ["its owner revoked it"]
    house.arrived(house.report())
    assert sealed_with(house) == {after}
    wrong = house.meldpunt("keys", "revoke", "nobody.20260101-00000000", check=False)
    assert wrong.returncode == 1
    assert "neither a service nor a letterbox key" in wrong.stderr


def test_a_stolen_signing_key_and_what_was_made_with_it(own_house: TestHouse, tmp_path: Path) -> None:
    """Before, it was good for thirty days, or a million years, and nobody could end it."""
    house = own_house
    number = house.arrived(house.report())
    thief = Thief(house, "assessment", tmp_path)
    run_async(thief.certify())
    publish(house, "assessment", thief.letterbox(), to="all")
    until(lambda: sealed_with(house) == {NEWER})
    believed = thief.message()
    publish(house, "assessment", believed)
    assert house.meldpunt("keys", "revoke", "assessment", "--wait", "60").returncode == 0
    admin = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    assert len(bao_config.signing_keys(admin)["assessment"]) == 1
    until(lambda: sealed_with(house) - {NEWER})
    # Refused, or already put away for the genuine one that came after it.
    wrong = "(refused_because LIKE '%not sign%' OR finished_at IS NOT NULL)"
    gone = f"SELECT kid FROM sealing_key WHERE kid = $1 AND {wrong}"
    until(lambda: house.sql("intake", gone, NEWER))
    # Who is told that a key is revoked looks within seconds; what comes before that is still believed.
    sent: list[UUID] = []

    def refused() -> list[dict[str, Any]]:
        message = thief.message()
        publish(house, "assessment", message)
        sent.append(message["id"])
        return house.sql("intake", "SELECT id FROM unhandled WHERE id = ANY($1) AND parked_at IS NOT NULL", sent)

    (first, *_) = until(refused, 30, every=1)
    assert "signature" in parked(house, "intake", first["id"])
    assert not kept(house, "intake", believed["id"])
    with pytest.raises((BaoError, BaoRefused)):
        run_async(thief.certify())
    house.all_ready()
    assert house.signal(number) is not None
    house.end(house.arrived(house.report()))
