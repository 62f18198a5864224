"""Which node of OpenBao is the active one, for who administers it: the one that says so itself."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.tls import Tls

SECONDS = 3
"""For a node to answer."""


def active(nodes: Mapping[str, str], tls: Tls) -> str | None:
    """The name of the one that is active; None while there is none. `nodes`: the address (`https://host:port`) by name; `tls`: of the set-up."""
    return next((name for name, address in nodes.items() if _is_active(address, tls)), None)


def _is_active(address: str, tls: Tls) -> bool:
    """Standbys, and who is sealed, answer with something else than 200."""
    where = urlsplit(address)
    asked = http.client.HTTPSConnection(where.hostname or "", where.port, timeout=SECONDS, context=tls.context)
    try:
        asked.request("GET", "/v1/sys/health")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
