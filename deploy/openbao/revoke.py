"""What the operator does when a key was stolen. OpenBao is where it is said, and everybody hears it there.

A signing key: `rotate`, `end_access`, and when the service has begun again and its post is empty, `end_older`. From then
on nothing counts that was certified before, in messages, in rows and in files. A letterbox key: `revoke_letterbox`; its
owner reads it at the next beacon, makes another and signs the revocation for everybody who seals.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import hvac

from shared.keys.letters import split_kid
from shared.privileges import ROWS, SIGN


def rotate(bao: hvac.Client, service: str) -> None:
    """A new version of the signing key of `service`; what the older ones certified still counts."""
    bao.write(f"{SIGN}/keys/{service}/rotate")


def rotate_rows(bao: hvac.Client, service: str) -> None:
    """A new version of the key by which `service` believes its own rows: a process that begins uses it, and what was written
    before counts by the version that it names."""
    bao.write(f"{ROWS}/keys/{service}/rotate")


def end_older(bao: hvac.Client, service: str) -> None:
    """Nothing counts any more that an older version of the signing key of `service` certified."""
    newest = bao.read(f"{SIGN}/keys/{service}")["data"]["latest_version"]
    bao.write(f"{SIGN}/keys/{service}/config", min_decryption_version=newest, min_encryption_version=newest)


def end_access(bao: hvac.Client, service: str) -> None:
    """End all secret ids and tokens of `service`, and with them its database users; it needs new credentials.

    Of what a cluster said about one of its processes nothing can be ended here: it counts for ten minutes at most. Where that
    was stolen, end the process there, and `end_tokens` ten minutes later once more.
    """
    role = f"auth/approle/role/{service}"
    known = bao.list(f"{role}/secret-id") if bao.read(role) else None
    for accessor in known["data"]["keys"] if known else ():
        bao.write(f"{role}/secret-id-accessor/destroy", secret_id_accessor=accessor)
    end_tokens(bao, service)


def end_tokens(bao: hvac.Client, service: str) -> None:
    """End all tokens of `service`, and with them its database users; it logs in again with its credentials."""
    for accessor in tokens(bao, service):
        with contextlib.suppress(hvac.exceptions.InvalidRequest):  # It ended meanwhile.
            bao.write("auth/token/revoke-accessor", accessor=accessor)


def tokens(bao: hvac.Client, service: str) -> list[str]:
    """The accessor of each token that `service` has."""
    found = []
    for accessor in bao.list("auth/token/accessors")["data"]["keys"]:
        try:
            token = bao.write("auth/token/lookup-accessor", accessor=accessor)["data"]
        except hvac.exceptions.InvalidRequest:
            continue  # It ended meanwhile.
        if service in _whose(token.get("meta") or {}):
            found.append(accessor)
    return found


def _whose(meta: Mapping[str, str]) -> tuple[str | None, ...]:
    """Whose token it is: AppRole and a cluster's word call him by another name."""
    return meta.get("role_name"), meta.get("role")


def revoke_letterbox(bao: hvac.Client, kid: str) -> None:
    """Have the owner of `kid` revoke it; raises CannotSucceed for what is no letterbox key."""
    owner, _ = split_kid(kid)
    path = f"kv/data/revoked/{owner}"
    known = bao.read(path)["data"]["data"]["letterboxes"]
    bao.write_data(path, data={"data": {"letterboxes": sorted({*known, kid})}})
