"""The real credentials of each service, and what the real parts answer to them."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from shared.openbao import COMPACTION, LAST_TOMBSTONE, STRUCK, STRUCK_NAMES, TOMBSTONE_NAMES, TOMBSTONES
from shared.privileges import ADDRESSEES, ARCHIVES, BY_NAME, LOOKUP, LOOKUP_KEY, ROOMS, ROWS, SERVICES, SIGN
from tests.house import TestHouse

B64 = base64.b64encode(b"x").decode()
AES_MOUNTS = (*ROOMS, *ARCHIVES)
BOXES = tuple(BY_NAME[name].letterbox for name in ADDRESSEES)
KEY = "privilege-test"


class Bao:
    """OpenBao as one service sees it: its own AppRole, one HTTP client."""

    def __init__(self, house: TestHouse, service: str) -> None:
        self._http = httpx.Client(
            base_url=house.client.addresses["openbao"], timeout=20, verify=house.home.tls(service).context
        )
        role = json.loads(house.home.secret(f"approle-{service}"))
        token = self._http.post("/v1/auth/approle/login", json=role).raise_for_status().json()["auth"]["client_token"]
        self._http.headers["X-Vault-Token"] = token

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self._http.request(method, f"/v1/{path}", json=body)

    def close(self) -> None:
        self._http.close()


def transit_operations(mount: str, key: str) -> dict[str, tuple[str, str, dict[str, Any] | None]]:
    """Everything that somebody could try with a transit mount: name to request."""
    kind = "rsa-3072" if mount in BOXES else "aes256-gcm96"
    return {
        "make": ("POST", f"{mount}/keys/made-{key}", {"type": kind}),
        "make of another type": ("POST", f"{mount}/keys/other-{key}", {"type": "chacha20-poly1305"}),
        "make exportable": ("POST", f"{mount}/keys/open-{key}", {"type": kind, "exportable": True}),
        "encrypt": ("POST", f"{mount}/encrypt/{KEY}", {"plaintext": B64}),
        "encrypt with an own nonce": ("POST", f"{mount}/encrypt/{KEY}", {"plaintext": B64, "nonce": B64}),
        "decrypt": ("POST", f"{mount}/decrypt/{KEY}", {"ciphertext": "vault:v1:AAAA"}),
        "rewrap": ("POST", f"{mount}/rewrap/{KEY}", {"ciphertext": "vault:v1:AAAA"}),
        "datakey": ("POST", f"{mount}/datakey/plaintext/{KEY}", {}),
        "sign": ("POST", f"{mount}/sign/{KEY}", {"input": B64}),
        "verify": ("POST", f"{mount}/verify/{KEY}", {"input": B64, "signature": "vault:v1:AAAA"}),
        "hmac": ("POST", f"{mount}/hmac/{KEY}", {"input": B64}),
        "random": ("POST", f"{mount}/random/16", {}),
        "read": ("GET", f"{mount}/keys/{KEY}", None),
        "list": ("LIST", f"{mount}/keys", None),
        "export": ("GET", f"{mount}/export/encryption-key/{KEY}", None),
        "export public": ("GET", f"{mount}/export/public-key/{KEY}/latest", None),
        "backup": ("GET", f"{mount}/backup/{KEY}", None),
        "restore": ("POST", f"{mount}/restore/restored", {"backup": B64}),
        "import": ("POST", f"{mount}/keys/imported/import", {"ciphertext": B64, "type": kind}),
        "rotate": ("POST", f"{mount}/keys/{KEY}/rotate", {}),
        "trim": ("POST", f"{mount}/keys/{KEY}/trim", {"min_available_version": 1}),
        "lock": ("DELETE", f"{mount}/keys/{KEY}-{key}/soft-delete", None),
        "unlock": ("POST", f"{mount}/keys/{KEY}/soft-delete-restore", {}),
        "allow deletion": ("POST", f"{mount}/keys/{KEY}-{key}/config", {"deletion_allowed": True}),
        "make an old key exportable": ("POST", f"{mount}/keys/{KEY}-{key}/config", {"exportable": True}),
        "delete": ("DELETE", f"{mount}/keys/{KEY}-{key}", None),
        "configure": ("POST", f"{mount}/config/keys", {"disable_upsert": False}),
    }


def other_operations(service: str) -> dict[str, tuple[str, str, dict[str, Any] | None]]:
    """Signing keys, secrets of others, and what only an administrator may."""
    found: dict[str, tuple[str, str, dict[str, Any] | None]] = {}
    for other in SERVICES:
        name = other.name
        found[f"sign as {name}"] = ("POST", f"{SIGN}/sign/{name}", {"input": B64})
        found[f"public signing key of {name}"] = ("GET", f"{SIGN}/export/public-key/{name}", None)
        found[f"export signing key of {name}"] = ("GET", f"{SIGN}/export/signing-key/{name}", None)
        found[f"change signing key of {name}"] = ("POST", f"{SIGN}/keys/{name}/rotate", {})
        found[f"key of the rows of {name}"] = ("POST", f"{ROWS}/hmac/{name}", {"input": B64})
        found[f"export key of the rows of {name}"] = ("GET", f"{ROWS}/export/hmac-key/{name}", None)
        found[f"change key of the rows of {name}"] = ("POST", f"{ROWS}/keys/{name}/rotate", {})
        found[f"NATS password of {name}"] = ("GET", f"kv/data/nats/{name}", None)
        found[f"write NATS password of {name}"] = ("POST", f"kv/data/nats/{name}", {"data": {"password": "x"}})
        found[f"revoked letterbox keys of {name}"] = ("GET", f"kv/data/revoked/{name}", None)
        found[f"write revoked letterbox keys of {name}"] = ("POST", f"kv/data/revoked/{name}", {"data": {"x": "y"}})
        found[f"database user {name}"] = ("GET", f"database/creds/{name}", None)
        found[f"database user {name}-migrate"] = ("GET", f"database/creds/{name}-migrate", None)
        found[f"secret id of {name}"] = ("POST", f"auth/approle/role/{name}/secret-id", {})
        found[f"long secret id of {name}"] = ("POST", f"auth/approle/role/{name}/secret-id", {"ttl": "1h"})
    for what, request in {
        "seal": ("POST", "sys/seal", {}),
        "list policies": ("LIST", "sys/policies/acl", None),
        "write a policy": ("POST", "sys/policies/acl/x", {"policy": ""}),
        "audit hash": ("POST", "sys/audit-hash/trail", {"input": "x"}),
        "list mounts": ("GET", "sys/mounts", None),
        "snapshot": ("GET", "sys/storage/raft/snapshot", None),
        "note what is struck": ("POST", f"{STRUCK}/x/{service}-{uuid4().hex}", {"data": {"statement": "x"}}),
        "see what is struck": ("LIST", f"{STRUCK_NAMES}/x", None),
        "read a note of what is struck": ("GET", f"{STRUCK}/x/y", None),
        "take back what is struck": ("DELETE", f"{STRUCK}/x/y", None),
        "forget what is struck": ("DELETE", f"{STRUCK_NAMES}/x/y", None),
        "note a destruction": ("POST", f"{TOMBSTONES}/{service}-{uuid4().hex}", {"data": {"stones": "x"}}),
        "see the notes of destructions": ("LIST", TOMBSTONE_NAMES, None),
        "read a note of a destruction": ("GET", f"{TOMBSTONES}/x", None),
        "take back a destruction": ("DELETE", f"{TOMBSTONES}/x", None),
        "forget a destruction": ("DELETE", f"{TOMBSTONE_NAMES}/x", None),
        "say which note of a destruction is the newest": ("POST", LAST_TOMBSTONE, {"data": {"name": "x"}}),
        "see which note of a destruction is the newest": ("GET", LAST_TOMBSTONE, None),
        "forget which note of a destruction is the newest": ("DELETE", LAST_TOMBSTONE, None),
        "forget all of which note is the newest": ("DELETE", LAST_TOMBSTONE.replace("/data/", "/metadata/"), None),
        "destroy which note was the newest": ("POST", LAST_TOMBSTONE.replace("/data/", "/destroy/"), {"versions": [1]}),
        "have another note be the newest again": (
            "POST",
            LAST_TOMBSTONE.replace("/data/", "/undelete/"),
            {"versions": [1]},
        ),
        "read compactions": ("GET", COMPACTION, None),
        "write compactions": ("POST", COMPACTION, {"data": {"at": "x"}}),
        "make the hash of a thing": ("POST", f"{LOOKUP}/hmac/{LOOKUP_KEY}", {"input": B64}),
        "make the hash of a thing under a version": (
            "POST",
            f"{LOOKUP}/hmac/{LOOKUP_KEY}",
            {"input": B64, "key_version": 1},
        ),
        "make a hash of another kind": ("POST", f"{LOOKUP}/hmac/{LOOKUP_KEY}/sha2-512", {"input": B64}),
        "check the hash of a thing": ("POST", f"{LOOKUP}/verify/{LOOKUP_KEY}", {"input": B64, "hmac": "vault:v1:x"}),
        "versions of the look-up key": ("GET", f"{LOOKUP}/keys/{LOOKUP_KEY}", None),
        "export the look-up key": ("GET", f"{LOOKUP}/export/hmac-key/{LOOKUP_KEY}", None),
        "back up the look-up key": ("GET", f"{LOOKUP}/backup/{LOOKUP_KEY}", None),
        "change the look-up key": ("POST", f"{LOOKUP}/keys/{LOOKUP_KEY}/rotate", {}),
        "configure the look-up key": ("POST", f"{LOOKUP}/keys/{LOOKUP_KEY}/config", {"min_decryption_version": 1}),
        "trim the look-up key": ("POST", f"{LOOKUP}/keys/{LOOKUP_KEY}/trim", {"min_available_version": 1}),
        "delete the look-up key": ("DELETE", f"{LOOKUP}/keys/{LOOKUP_KEY}", None),
        "make another look-up key": ("POST", f"{LOOKUP}/keys/other", {"type": "hmac", "key_size": 32}),
        "note a change of the look-up key": ("POST", "kv/data/lookup-key", {"data": {"on": "2026-01-01"}}),
        "make a token": ("POST", "auth/token/create", {}),
        "log people in": ("LIST", "auth/userpass/users", None),
        "revoke others' leases": ("POST", "sys/leases/revoke-prefix/database", {}),
    }.items():
        found[what] = request
    return found


def database_user(house: TestHouse, service: str) -> tuple[str, str]:
    bao = Bao(house, service)
    try:
        data = bao.call("GET", f"database/creds/{service}").raise_for_status().json()["data"]
    finally:
        bao.close()
    return data["username"], data["password"]


VERBS = {
    "SELECT": "SELECT count(*) FROM (SELECT * FROM {table} LIMIT 1) AS one",
    "INSERT": "INSERT INTO {table} SELECT * FROM {table} WHERE false",
    "UPDATE": "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
}


async def sql_cells(house: TestHouse, name: str, user: str, password: str, databases: list[str]) -> set[str]:
    """What this user can do in every database: connect, and per table each verb."""
    host, _, port = house.client.addresses["postgres"].partition(":")
    allowed: set[str] = set()
    for database in databases:
        admin = await house.superuser(database)
        tables = await admin.fetch(
            "SELECT c.relname AS name, min(a.attname) AS col FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 GROUP BY 1 ORDER BY 1"
        )
        await admin.close()
        try:
            connection = await asyncpg.connect(
                host=host,
                port=int(port),
                user=user,
                password=password,
                database=database,
                ssl=house.home.tls("intake").context,
            )
        except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidAuthorizationSpecificationError):
            continue
        allowed.add(f"sql {name} connect {database}")
        for verb, statement in [("CREATE", "CREATE TABLE intruder (x int)"), ("ROLE", "CREATE ROLE intruder")]:
            if await _works(connection, statement):
                allowed.add(f"sql {name} {verb} {database}")
        for table in tables:
            for verb, template in VERBS.items():
                if name == "intake_door" and verb == "INSERT":
                    works = await connection.fetchval("SELECT has_table_privilege($1, 'INSERT')", table["name"])
                else:
                    works = await _works(connection, template.format(table=table["name"], column=f'"{table["col"]}"'))
                if works:
                    allowed.add(f"sql {name} {verb} {database}.{table['name']}")
        await connection.close()
    # Over TLS connections that were refused take a moment to be closed; then the loop may end.
    await asyncio.sleep(2)
    return allowed


async def _works(connection: Any, statement: str) -> bool:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await transaction.rollback()
    return True


class NatsTrials:
    """NATS as one service sees it: what it may publish, and what it may subscribe to."""

    def __init__(self, house: TestHouse, service: str, password: str) -> None:
        self._house = house
        self._service = service
        self._password = password
        self._violations: list[str] = []

    async def cells(self, publish: list[str], subscribe: list[str]) -> set[str]:
        async def error(problem: Exception) -> None:
            self._violations.append(str(problem).lower())

        connection = await self._house.nats_as(self._service, self._password, error_cb=error)
        allowed: set[str] = set()
        for verb, subjects in (("publish", publish), ("subscribe", subscribe)):
            self._violations.clear()
            for subject in subjects:
                if verb == "publish":
                    await connection.publish(subject, b"{}")
                else:
                    await connection.subscribe(subject)
            # Each refusal names its subject; the server has answered all of them before the pong.
            await connection.flush(timeout=10)
            heard = -1
            while heard != len(self._violations):
                heard = len(self._violations)
                await asyncio.sleep(0.5)
            refused = {one.split('"')[1] for one in self._violations if '"' in one}
            allowed |= {f"nats {self._service} {verb} {one}" for one in subjects if one.lower() not in refused}
        await connection.close()
        return allowed
