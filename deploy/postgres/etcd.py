"""etcd takes nobody without its password: whoever writes there says which PostgreSQL is the primary."""

from __future__ import annotations

import http.client
import json
from typing import Any

from deploy.postgres.patroni import ETCD_USER
from shared.tls import Tls

ANSWER_SECONDS = 5


class EtcdError(Exception):
    """It refused; what it said is in its log."""


def ask(host: str, port: int, tls: Tls, path: str, body: dict[str, Any]) -> int:
    """What it answers to one call of its JSON gateway, as a status of HTTP. Raises OSError where nobody answers."""
    connection = http.client.HTTPSConnection(host, port, timeout=ANSWER_SECONDS, context=tls.context)
    try:
        connection.request("POST", f"/v3/{path}", json.dumps(body))
        return connection.getresponse().status
    finally:
        connection.close()


def close(host: str, port: int, tls: Tls, password: str) -> None:
    """Have it ask for `password`; safe to run again. Raises EtcdError, OSError."""

    def said(path: str, body: dict[str, Any]) -> int:
        return ask(host, port, tls, path, body)

    who = {"name": ETCD_USER, "password": password}
    if said("auth/authenticate", who) == http.client.OK:
        return
    # What is there already, from a start that was cut off, is refused; what counts is whether it is closed in the end.
    said("auth/user/add", who)
    said("auth/user/changepw", who)
    said("auth/role/add", {"name": ETCD_USER})
    said("auth/user/grant", {"user": ETCD_USER, "role": ETCD_USER})
    said("auth/enable", {})
    if said("auth/authenticate", who) != http.client.OK or said("kv/range", {"key": "AA=="}) == http.client.OK:
        raise EtcdError("etcd does not ask for its password")
