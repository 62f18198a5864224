"""No service identity can decrypt, query or subscribe outside its row (invariant 1).

Every combination is tried with the service's real credentials on the real parts. What succeeds is
compared with `privileges.golden`, which was reviewed by hand: the test does not derive from the table
that the configuration is generated from. Set MELDPUNT_WRITE_GOLDEN=1 to write a new one, and review it.
"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.openbao import apply as bao_config
from deploy.privileges_page import page
from shared.privileges import SERVICES, produced_by, said_to
from tests.house import TestHouse
from tests.parts import run_async
from tests.security.identities import (
    AES_MOUNTS,
    BOXES,
    KEY,
    Bao,
    NatsTrials,
    database_user,
    other_operations,
    sql_cells,
    transit_operations,
)

GOLDEN = Path(__file__).with_name("privileges.golden")


def golden() -> set[str]:
    return {line for line in GOLDEN.read_text().splitlines() if line and not line.startswith("#")}


def compare(kind: str, found: set[str], tried: int) -> None:
    print(f"\n{kind}: {tried} combinations tried, {len(found)} permitted")
    if os.environ.get("MELDPUNT_WRITE_GOLDEN"):
        kept = {line for line in golden() if not line.startswith(f"{kind} ")} if GOLDEN.exists() else set()
        GOLDEN.write_text("\n".join(sorted(kept | found)) + "\n")
    expected = {line for line in golden() if line.startswith(f"{kind} ")}
    assert found - expected == set(), "permitted, and should not be"
    assert expected - found == set(), "refused, and should be permitted"


@pytest.mark.allowed("R-7.6", "R-5.12", "R-9.3")
@pytest.mark.refused("R-7.6", "R-5.12", "R-9.3", "R-5.1")
def test_openbao(house: TestHouse) -> None:
    """Every room, archive, letterbox and signing key × every operation, as every service."""
    admin = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    for mount in (*AES_MOUNTS, *BOXES):
        admin.write(f"{mount}/keys/{KEY}", type="rsa-3072" if mount in BOXES else "aes256-gcm96")
        for service in SERVICES:
            kind = "rsa-2048" if mount in BOXES else "aes256-gcm96"
            admin.write(f"{mount}/keys/{KEY}-{service.name}", type=kind)
    allowed, tried = set(), 0
    for service in SERVICES:
        bao = Bao(house, service.name)
        for mount in (*AES_MOUNTS, *BOXES):
            for name, request in transit_operations(mount, service.name).items():
                tried += 1
                if bao.call(*request).status_code != 403:
                    allowed.add(f"openbao {service.name} {mount} {name}")
        for name, request in other_operations(service.name).items():
            tried += 1
            if bao.call(*request).status_code != 403:
                allowed.add(f"openbao {service.name} {name}")
        bao.close()
    compare("openbao", allowed, tried)


@pytest.mark.refused("R-5.12", "R-9.3")
def test_neither_hand_destroys_alone(house: TestHouse) -> None:
    """The owner cannot delete; retention cannot before the owner allowed it; together they can."""
    key = f"hands-{uuid4().hex}"
    assessment, retention = Bao(house, "assessment"), Bao(house, "retention")
    path = f"room-signal/keys/{key}"
    assert assessment.call("POST", path, {"type": "aes256-gcm96"}).status_code < 300
    assert assessment.call("DELETE", path).status_code == 403
    assert retention.call("DELETE", path).status_code == 400
    assert retention.call("POST", f"{path}/config", {"deletion_allowed": True}).status_code == 403
    assert assessment.call("DELETE", f"{path}/soft-delete").status_code < 300
    locked = assessment.call("POST", f"room-signal/encrypt/{key}", {"plaintext": "eA=="})
    assert locked.status_code >= 400
    assert retention.call("DELETE", path).status_code == 400
    assert assessment.call("POST", f"{path}/config", {"deletion_allowed": True}).status_code < 300
    assert retention.call("DELETE", path).status_code < 300
    for bao in (assessment, retention):
        bao.close()


@pytest.mark.allowed("R-7.6")
@pytest.mark.refused("R-7.6")
def test_postgresql(house: TestHouse) -> None:
    """Every database and table × every verb, as every service and as the door."""
    databases = [service.name for service in SERVICES] + ["postgres", "template1", "openbao"]
    tables = sum(
        int(house.sql(name, "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'")[0]["n"])
        for name in databases
    )
    allowed = set()
    users = [(service.name, *database_user(house, service.name)) for service in SERVICES]
    users.append(("intake_door", "intake_door", house.home.secret("door-password")))
    for name, user, password in users:
        allowed |= run_async(sql_cells(house, name, user, password, databases))
    compare("sql", allowed, len(users) * (len(databases) * 3 + tables * 5))


def test_nats(house: TestHouse) -> None:
    """Every subject, stream, consumer and inbox, as every service."""
    names = [service.name for service in SERVICES]
    publish = [
        f"meldpunt.{name}.{event}.{to}"
        for name in names
        for event in (*produced_by(name), "unheard-of.v1")
        for to in (*names, "all", "other")
    ]
    publish += [f"meldpunt.{name}.audited.v1" for name in names] + ["meldpunt.other.x.v1.all", "anything"]
    for stream in (name.upper() for name in names):
        publish += [f"$JS.API.{verb}.{stream}" for verb in _STREAM_VERBS]
        publish += [f"$JS.API.{verb}.{stream}.{name}" for verb in _CONSUMER_VERBS for name in (*names, "own")]
        publish += [f"$JS.ACK.{stream}.{name}.1.1.1.1.1" for name in names]
    publish += ["$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES"]
    subscribe = [f"_INBOX_{name}.x" for name in names] + [f"meldpunt.{name}.>" for name in names]
    subscribe += [f"meldpunt.{name}.*.*.{to}" for name in names for to in (*names, "all")]
    subscribe += ["_INBOX.>", ">", "$JS.>", "$SYS.>", "meldpunt.>"]
    admin = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    passwords = bao_config.nats_passwords(admin)
    allowed = set()
    for name in names:
        allowed |= run_async(NatsTrials(house, name, passwords[name]).cells(publish, subscribe))
    compare("nats", allowed, len(names) * (len(publish) + len(subscribe)))


_STREAM_VERBS = (
    "STREAM.INFO",
    "STREAM.CREATE",
    "STREAM.UPDATE",
    "STREAM.DELETE",
    "STREAM.PURGE",
    "STREAM.MSG.GET",
    "DIRECT.GET",
)
_CONSUMER_VERBS = (
    "CONSUMER.INFO",
    "CONSUMER.CREATE",
    "CONSUMER.DURABLE.CREATE",
    "CONSUMER.DELETE",
    "CONSUMER.MSG.NEXT",
)


def test_the_page_in_docs_is_the_table() -> None:
    written = Path(__file__).parents[2] / "docs" / "privileges.md"
    assert written.read_text() == page(), "run `python -m deploy.privileges_page`"


def test_what_everybody_did_reaches_oversight() -> None:
    assert [one.name for one in SERVICES if "oversight" not in said_to(one.name, "audited.v1")] == []
