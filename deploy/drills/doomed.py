"""A signal that is destroyed in a drill: what was copied of it before, and what is left of it anywhere."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Any

import hvac

from deploy.backup.databases import Databases
from deploy.embedded.home import SERVICE_NAMES, Home
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER
from shared.keys.transit import Place

SEALED = "SELECT dossier::text AS dossier FROM sealed_signal WHERE number = $1"
TABLES = """SELECT table_name FROM information_schema.columns
 WHERE table_schema = 'public' AND column_name = 'number' AND data_type IN ('text', 'character varying')"""
REMEMBERS = {"tombstone": "false", "whereabout": "state <> 'destroyed'"}
"""Where its number stays for good, and what must not be said of it there."""


@dataclass
class Doomed:
    number: str
    items: list[dict[str, Any]] = field(default_factory=list)
    """As a copy of retention's database has them."""

    def copy(self, home: Home) -> bool:
        """Whether it is in retention; its sealed items are kept then."""
        rows = asyncio.run(databases_of(home).rows("retention", SEALED, self.number))
        self.items = list(json.loads(rows[0]["dossier"])) if rows and rows[0]["dossier"] else []
        return bool(self.items)

    def opens(self, home: Home) -> int:
        """How many of the copied items the administrator of OpenBao can open."""
        state = home.state() or {}
        bao = bao_config.client(state["addresses"]["openbao"], home.secret("provisioner"), home.tls(SETUP_USER))
        return sum(self._opened(bao, one) for one in self.items)

    def _opened(self, bao: hvac.Client, item: dict[str, Any]) -> bool:
        place = Place(item["archive"], self.number, item["item"], item["version"])
        try:
            answer = bao.write(
                f"{item['archive']}/decrypt/{item['key']}",
                ciphertext=item["ciphertext"],
                associated_data=place.associated_data,
            )
        except hvac.exceptions.VaultError:
            return False
        return bool(base64.b64decode(answer["data"]["plaintext"]))

    def rows(self, home: Home) -> int:
        """In how many rows of any table of any service its number stands, but for who remembers that it was destroyed."""
        return asyncio.run(self._rows(databases_of(home)))

    async def _rows(self, databases: Databases) -> int:
        count = 0
        for service in SERVICE_NAMES:
            for table in await databases.rows(service, TABLES):
                wrong_if = REMEMBERS.get(table["table_name"], "true")
                query = f'SELECT count(*) AS n FROM "{table["table_name"]}" WHERE number = $1 AND {wrong_if}'  # noqa: S608
                count += (await databases.rows(service, query, self.number))[0]["n"]
        return count


def databases_of(home: Home) -> Databases:
    """Of a house that runs."""
    _, _, port = (home.state() or {})["addresses"]["postgres"].rpartition(":")
    return Databases.of(home, int(port))
