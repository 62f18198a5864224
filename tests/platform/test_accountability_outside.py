"""What a receiver outside signed of a share stands in the chapter of export, and nothing that somebody else wrote there (R-2.4)."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.riec_counterpart.keys import OwnKeys
from services.export.account import ExportAccount
from services.export.outside import Outside
from tests.days import today
from tests.platform.real import Postgres
from tests.platform.test_accountability import chapter_of, of_kind
from tests.platform.test_riec_package import digest_of, export, fetched, riec
from tests.platform.test_shares import NUMBER, Exporting

__all__ = ["export", "riec"]


@pytest.mark.allowed("R-2.4")
@pytest.mark.refused("R-2.4")
async def test_what_its_receiver_signed_is_told_as_what_it_was(
    export: Exporting, riec: OwnKeys, postgres: Postgres
) -> None:
    share, _ = await fetched(export)
    digest = await digest_of(export, share)
    outside = Outside(export.sharing)
    await outside.hears(share, riec.says(str(share), digest, "received"))
    await outside.hears(
        share, riec.says(str(share), digest, "answered", outcome="accepted", decided_on=today().isoformat())
    )

    async def signed() -> tuple[list[Any], int]:
        chapter = await chapter_of(export.platform, ExportAccount(export.platform).chapter, NUMBER)
        told = [one for one in of_kind(chapter, "disclosure") if one.get("status") == "signed" and "to" not in one]
        return [(one["what"], one.get("outcome", "")) for one in told], chapter.get("notBelieved", 0)

    both = [("share received", ""), ("share answered", "accepted")]
    assert await signed() == (both, 0)
    put_there = (
        "INSERT INTO said_of_share SELECT gen_random_uuid(), number, share, statement, said_at, mac FROM said_of_share"
    )
    await postgres.superuser("export")(put_there)
    assert await signed() == (both, 2)
