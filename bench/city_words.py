"""What the items of a template say, and the same under the keys of its copies: rights reads a duty before it is destroyed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bench.city_rows import Row, Rows, Template
from shared.keys.transit import Place, Transit
from shared.openbao import OpenBao
from shared.privileges import BY_NAME
from tests.house import TestHouse

HOLD_DOSSIERS = ("assessment", "sources", "casework", "rights")


def _place(service: str, row: Row) -> Place:
    return Place(BY_NAME[service].room or "", row["number"], row["item"], row["version"], row["category"])


async def words_of(house: TestHouse, template: Template, found: Rows) -> dict[tuple[str, str, str], bytes]:
    """By service, number and item, as each service reads its own."""
    said: dict[tuple[str, str, str], bytes] = {}
    address, home = house.client.addresses["openbao"], house.home
    for service in HOLD_DOSSIERS:
        bao = OpenBao(address, home.secret_file(f"approle-{service}"), home.tls(service))
        for dossier in found[service, "dossier"]:
            rows = [one for one in found[service, "item"] if one["number"] == dossier["number"]]
            mine = dossier["number"] in {template.number, *template.duties}
            if mine and rows and dossier["room_key"] and not dossier["left"]:
                pairs = [(_place(service, one), str(one["ciphertext"])) for one in rows]
                plain = await Transit(bao, BY_NAME[service].room or "").decrypt(dossier["room_key"], pairs)
                said |= {(service, one["number"], one["item"]): text for one, text in zip(rows, plain, strict=True)}
        await bao.close()
    return said


async def encrypted(rows: Rows, parts: Mapping[str, OpenBao], connections: int) -> None:
    """Each item that has `words` under the key of its dossier, by its service; none has them afterwards."""
    items: dict[tuple[str, str], list[Row]] = {}
    for (service, table), of_one in rows.items():
        for row in of_one if table == "item" else ():
            items.setdefault((service, row["number"]), []).append(row)
    dossiers = [(service, row) for (service, table), of_one in rows.items() if table == "dossier" for row in of_one]
    waiting = iter([(service, row) for service, row in dossiers if row["room_key"] and not row["left"]])

    async def some() -> None:
        for service, dossier in waiting:
            mine = [one for one in items.get((service, dossier["number"]), ()) if one["words"] is not None]
            room = Transit(parts[service], BY_NAME[service].room or "")
            made = await room.encrypt(dossier["room_key"], [(_place(service, one), one["words"]) for one in mine])
            for one, ciphertext in zip(mine, made, strict=True):
                one["ciphertext"] = ciphertext

    await asyncio.gather(*(some() for _ in range(connections)))
    for of_one in items.values():
        for row in of_one:
            del row["words"]
