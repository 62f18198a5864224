"""What is destroyed cannot be read from a copy made before, and a restored copy does not bring it back (invariant 6)."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from uuid import UUID

import pytest

from shared.privileges import SERVICES
from tests.house import TestHouse, until
from tests.journeys import INTEGRAL, brought, further, moved, parts_until
from tests.parts import run_async
from tests.security.identities import AES_MOUNTS, BOXES, Bao

DATABASES = [service.name for service in SERVICES]


def copy_databases(house: TestHouse) -> None:
    """`CREATE DATABASE … TEMPLATE`: the same files, as a backup would hold them."""
    for name in DATABASES:
        # Nobody may be in a database that is copied, and the services come back at once.
        house.sql("postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        house.sql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        house.sql("postgres", f'CREATE DATABASE "copy_{name}" TEMPLATE "{name}"')
        house.sql("postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def copy_streams(house: TestHouse) -> list[tuple[str, str, dict[str, str], bytes]]:
    async def read() -> list[tuple[str, str, dict[str, str], bytes]]:
        connection = await house.nats_admin()
        js = connection.jetstream()
        found = []
        for name in DATABASES:
            state = (await js.stream_info(name.upper())).state
            for seq in range(state.first_seq, state.last_seq + 1):
                message = await js.get_msg(name.upper(), seq)
                found.append((name, message.subject, dict(message.headers or {}), message.data or b""))
        await connection.close()
        return found

    return run_async(read())


def known_keys(house: TestHouse, number: str) -> list[dict[str, Any]]:
    return house.sql("retention", "SELECT mount, key FROM signal_key WHERE number=$1", number)


def ciphertexts(house: TestHouse, number: str) -> list[str]:
    """Every transit ciphertext about `number`: in the copied databases, and in the archive just before the end."""
    found: list[str] = []
    duty = "item WHERE number IN (SELECT number FROM dossier WHERE signal=$1)"
    for name, query in {
        "copy_intake": "SELECT ciphertext AS t FROM melder_vault WHERE number=$1",
        "copy_casework": "SELECT ciphertext AS t FROM item WHERE number=$1",
        "copy_rights": f"SELECT ciphertext AS t FROM {duty}",
        "copy_oversight": "SELECT ciphertext AS t FROM decided WHERE number=$1",
        "copy_export": "SELECT ciphertext AS t FROM share WHERE number=$1",
        "retention": "SELECT dossier::text AS t FROM sealed_signal WHERE number=$1",
    }.items():
        for row in house.sql(name, query, number):
            some = re.findall(r"vault:v1:[A-Za-z0-9+/=]+", row["t"] or "")
            assert some, name
            found += some[:4]
    return found


def opens(house: TestHouse, keys: list[tuple[str, str]], found: list[str]) -> list[str]:
    """Which ciphertexts any service can decrypt with any of the keys that ever existed for the signal."""
    opened = []
    for service in SERVICES:
        bao = Bao(house, service.name)
        for mount, key in keys:
            for text in found:
                if bao.call("POST", f"{mount}/decrypt/{key}", {"ciphertext": text}).status_code == 200:
                    opened.append(f"{service.name} {mount}")
        bao.close()
    return opened


@pytest.mark.allowed("R-9.16")
@pytest.mark.refused("R-9.4", "R-9.16")
def test_copies_from_before_open_nothing_and_bring_nothing_back(own_house: TestHouse) -> None:
    house = own_house
    # With partners, so that something of it waits at export too.
    rest = parts_until("closed")[len(parts_until("approach")) + 1 :]
    rest[rest.index("plan")] = "plan-together"
    case = further(house, brought(house, "approach"), INTEGRAL, *rest)
    number = case.number
    until(lambda: house.sql("retention", "SELECT * FROM active_case WHERE number=$1", number))
    until(lambda: house.sql("oversight", "SELECT * FROM decided WHERE number=$1", number))
    until(lambda: house.sql("export", "SELECT * FROM share WHERE number=$1", number))
    copy_databases(house)
    house.all_ready()
    moved(house, case)
    mounts = set(AES_MOUNTS)
    until(lambda: {row["mount"] for row in known_keys(house, number)} == mounts)
    keys = [(row["mount"], row["key"]) for row in known_keys(house, number)]
    found = ciphertexts(house, number)
    assert len(found) >= 8, "reporter, case, duty, words, share, and the three archives"
    streams = copy_streams(house)

    for list_id in house.run_as_of(6 * 366):
        assert house.approve(list_id).status_code == 201
    house.declared(number)

    # The copies stand beside the running OpenBao: none of their ciphertexts opens, for nobody.
    assert opens(house, keys, found) == []
    letters_are_dark(house, number, streams)

    replayed_messages_bring_nothing_back(house, number, streams)
    a_restored_database_forgets_again(house, number)


def letters_are_dark(house: TestHouse, number: str, streams: list[Any]) -> None:
    """Letters about the signal, from the copied streams: their letterbox keys are gone."""
    about = [
        json.loads(body)["letters"]
        for _, subject, _, body in streams
        if number.encode() in body and b'"letters"' in body
    ]
    assert len(about) >= 6, "report, subjects, decisions, research, case and dossier went by letter"
    baos = {service.name: Bao(house, service.name) for service in SERVICES}
    for letter in (one for letters in about for one in letters):
        header, wrapped = letter.split(".")[:2]
        kid = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
        owner, _, box = kid.partition(".")
        assert f"letterbox-{owner}" in BOXES
        sealed = base64.b64encode(base64.urlsafe_b64decode(wrapped + "==")).decode()
        answer = baos[owner].call("POST", f"letterbox-{owner}/decrypt/{box}", {"ciphertext": f"vault:v1:{sealed}"})
        assert answer.status_code >= 400, kid
    for bao in baos.values():
        bao.close()


def replayed_messages_bring_nothing_back(house: TestHouse, number: str, streams: list[Any]) -> None:
    """Every old message about the signal is published once more, also under a new id."""

    async def publish() -> None:
        connection = await house.nats_admin()
        for _, subject, headers, body in streams:
            if number.encode() in body:
                await connection.publish(subject, body, headers=headers)
        await connection.flush()
        await connection.close()

    run_async(publish())
    letters = [
        UUID(headers["ce-id"])
        for _, subject, headers, body in streams
        if number.encode() in body and "report" in subject
    ]
    # Forgotten by the inbox, as after a restore to an older day: still refused, by the tombstone.
    house.sql("assessment", "DELETE FROM inbox WHERE id = $1", letters[0])
    run_async(publish())
    until(lambda: house.sql("assessment", "SELECT waits_because FROM unhandled WHERE id=$1", letters[0]))
    assert house.sql("assessment", "SELECT * FROM dossier WHERE number=$1", number) == []
    assert house.signal(number) is None
    assert house.signal(number, "retention") is None


RESTORED = {
    "assessment": "SELECT number FROM dossier WHERE number=$1",
    "intake": "SELECT number FROM melder_vault WHERE number=$1",
    "casework": "SELECT number FROM item WHERE number=$1",
    "rights": "SELECT number FROM dossier WHERE signal=$1",
    "export": "SELECT number FROM share WHERE number=$1",
    "retention": "SELECT number FROM signal_key WHERE number=$1",
}


def a_restored_database_forgets_again(house: TestHouse, number: str) -> None:
    """Yesterday's databases are put back; the destruction is applied again before anything is served."""
    for name in RESTORED:
        house.hold(name)
        house.sql(
            "postgres",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{name}', 'copy_{name}')",
        )
        house.sql("postgres", f'DROP DATABASE "{name}" WITH (FORCE)')
        house.sql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "copy_{name}"')
        for role in (f"{name}_app", f"{name}_owner", *(["intake_door"] if name == "intake" else [])):
            house.sql("postgres", f'GRANT CONNECT ON DATABASE "{name}" TO "{role}"')
        assert house.sql(name, RESTORED[name], number), "the copy is from before"
        house.let_go(name)
    house.all_ready()
    for name, query in RESTORED.items():
        assert house.sql(name, query, number) == []
    assert house.signal(number, "retention") is None
    assert "destructions re-applied" in house.home.log("assessment").read_text()
