"""OpenBao policies, generated from the privilege table.

Tokens carry no `default` policy. Every path below was tried against OpenBao 2.7: an encrypting token
needs both `create` and `update` to make a key, allowed parameters are the only thing that keeps it from
choosing another key type, and deletion needs two hands: the owner allows it, retention carries it out.
"""

from __future__ import annotations

from typing import Any

from shared.openbao import COMPACTION, LAST_TOMBSTONE, STRUCK, STRUCK_NAMES, TOMBSTONE_NAMES, TOMBSTONES
from shared.privileges import (
    ADDRESSEES,
    ARCHIVES,
    LETTERBOXES,
    LOOKUP,
    LOOKUP_KEY,
    ROOMS,
    ROWS,
    SERVICES,
    SIGN,
    Privileges,
)

Rules = dict[str, dict[str, Any]]


def _rule(*capabilities: str, **parameters: list[Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"capabilities": list(capabilities)}
    if parameters:
        rule["allowed_parameters"] = parameters
    return rule


def _make_keys(mount: str, key: str, key_type: str) -> Rules:
    return {f"{mount}/keys/{key}": _rule("create", "update", type=[key_type])}


def _release(mount: str, key: str) -> Rules:
    """One of the two hands: lock the key, and allow its deletion. Nothing else of its settings."""
    return {
        f"{mount}/keys/{key}/soft-delete": _rule("delete"),
        f"{mount}/keys/{key}/config": _rule("update", deletion_allowed=[True]),
    }


def rules_of(service: Privileges) -> Rules:
    """Path to rule for one service; also what its AppRole may do to stay alive."""
    rules: Rules = {
        "auth/token/renew-self": _rule("update"),
        "sys/leases/renew": _rule("update"),
        f"database/creds/{service.name}": _rule("read"),
        f"kv/data/nats/{service.name}": _rule("read"),
        # A new secret id before the old one ends; for how long it lives, and whatever else, is not the service's to say.
        f"auth/approle/role/{service.name}/secret-id": _rule("update") | {"denied_parameters": {"*": []}},
        # Public halves of every version that counts: to check who signed.
        f"{SIGN}/export/public-key/+": _rule("read"),
        f"{SIGN}/sign/{service.name}": _rule("update", input=[], batch_input=[]),
        # Its own key for its own rows (shared/keys/mac.py); asked once per process.
        f"{ROWS}/hmac/{service.name}": _rule("update", input=[], key_version=[]),
        # What was destroyed: whatever a restore brings back of it goes again.
        f"{TOMBSTONES}/*": _rule("read"),
        f"{TOMBSTONE_NAMES}/": _rule("list"),
        LAST_TOMBSTONE: _rule("read"),
    }
    if service.room:
        rules |= _make_keys(service.room, "+", "aes256-gcm96")
        for operation, parameters in (("encrypt", ["plaintext"]), ("decrypt", ["ciphertext"])):
            allowed: dict[str, list[Any]] = {name: [] for name in (*parameters, "associated_data", "batch_input")}
            rules[f"{service.room}/{operation}/+"] = _rule("update", **allowed)
    if service.name in ADDRESSEES:
        rules |= _make_keys(service.letterbox, "+", "rsa-3072")
        rules[f"{service.letterbox}/decrypt/+"] = _rule("update", ciphertext=[], batch_input=[])
        # The addressee publishes its own public half, signed; nobody else needs to ask OpenBao for it.
        rules[f"{service.letterbox}/export/public-key/+/latest"] = _rule("read")
        # Which of its letterbox keys the operator wants used no longer.
        rules[f"kv/data/revoked/{service.name}"] = _rule("read")
    for archive in service.seals_archives:
        rules |= _make_keys(archive, "+", "aes256-gcm96")
        rules[f"{archive}/encrypt/+"] = _rule("update", plaintext=[], associated_data=[], batch_input=[])
    for archive in service.reads_archives:
        rules[f"{archive}/decrypt/+"] = _rule("update", ciphertext=[], associated_data=[], batch_input=[])
    if service.computes_hashes:
        # Under any version that is in use, and which these are; the key itself nobody gets.
        rules[f"{LOOKUP}/hmac/{LOOKUP_KEY}"] = _rule("update", input=[], batch_input=[], key_version=[])
        rules[f"{LOOKUP}/keys/{LOOKUP_KEY}"] = _rule("read")
    if ARCHIVES[0] in service.releases:
        # What was taken off a destruction list: noted once, and never changed, read or taken away.
        rules[f"{STRUCK}/*"] = _rule("create")
        rules[f"{STRUCK_NAMES}/*"] = _rule("list")
    for mount in service.released_mounts:
        rules |= _release(mount, "+")
    if service.destroys:
        # Its declarations count on it; only the administrator writes it.
        rules[COMPACTION] = _rule("read")
        # Noted once, and never changed or taken away.
        rules[f"{TOMBSTONES}/*"] = _rule("create", "read")
        rules[LAST_TOMBSTONE] = _rule("create", "read", "update")
        for mount in (*ROOMS, *ARCHIVES, *LETTERBOXES):
            known = rules.get(f"{mount}/keys/+", {"capabilities": []})
            rules[f"{mount}/keys/+"] = known | {"capabilities": [*known["capabilities"], "delete"]}
    return rules


def policies() -> dict[str, Rules]:
    return {service.name: rules_of(service) for service in SERVICES}
