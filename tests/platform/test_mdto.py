"""What is kept for good goes to the archive with what it is, whose, and the hash of each file; it names nobody."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from services.oversight import store
from services.oversight.use_cases.register_archive import REGISTER_KIND, RegisterArchive
from services.retention.archive import archive_facts, declaration_package
from services.retention.use_cases.declare import as_pdf
from services.retention.wording import DestroyedSignal, document
from shared.canonical import digest
from shared.documents.mdto import MDTO, MDTO_SUFFIX
from shared.engine.head import vouch_for
from shared.errors import Conflict, Forbidden
from shared.identity import Person
from shared.protocol.model import Law
from tests.days import today
from tests.platform.conftest import PlatformOf
from tests.platform.real import Postgres
from tests.platform.test_declaration import CASE, HELD, WHOLE
from tests.protocol.complete import complete_law

AT = datetime(2027, 2, 11, 9, tzinfo=UTC)
FG, BEHEERDER = Person("fg-1", frozenset({"fg"})), Person("beheerder-1", frozenset({"beheerder"}))


def declared(what: DestroyedSignal, law: Law) -> dict[str, Any]:
    """A declaration as it stands, as far as an archive asks of it."""
    approved = what.approved_on is not None
    content = {
        "declarationId": "0b7e3e0e-6d7c-4a58-8f6e-1f3b9d3c2a10",
        "number": what.number,
        "itemsHeld": ["report"] * len(what.held),
        "executor": "Gemeentelijk Meldpunt Ondermijning",
        "destroyedOn": what.destroyed_on.isoformat(),
        "archive": archive_facts(law, what),
        "approver": "7c0f0c9e" if approved else None,
        "approvedAt": "2027-02-09T10:00:00+00:00" if approved else None,
        "document": document(law, what, live=True),
        "signature": "kop.inhoud.handtekening",
    }
    found: dict[str, Any] = json.loads(json.dumps(content))
    return found


def parts_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as file:
        return {name: file.read(name) for name in file.namelist()}


def said(xml: bytes, *path: str) -> list[str]:
    """The texts at this path below what is described."""
    where = "/".join(f"{{{MDTO}}}{one}" for one in path)
    return [one.text or "" for one in ElementTree.fromstring(xml).findall(f"*/{where}")]


@pytest.mark.parametrize("what", [WHOLE, HELD, CASE], ids=["whole", "held", "case"])
def test_a_declaration_goes_with_what_it_is_and_the_hash_of_each_file(what: DestroyedSignal) -> None:
    content = declared(what, complete_law())
    pdf = as_pdf(content)
    parts = parts_of(declaration_package(content, pdf, AT))
    assert parts["verklaring.pdf"] == pdf
    assert json.loads(parts["verklaring.json"]) == content
    for name in ("verklaring.pdf", "verklaring.json"):
        described = parts[f"{name}{MDTO_SUFFIX}"]
        assert said(described, "checksum", "checksumWaarde") == [hashlib.sha256(parts[name]).hexdigest()]
        assert said(described, "omvang") == [str(len(parts[name]))]
        assert said(described, "isRepresentatieVan", "verwijzingIdentificatie", "identificatieKenmerk") == [
            content["declarationId"]
        ]
    itself, signal = parts[f"verklaring{MDTO_SUFFIX}"], parts[f"{what.number}{MDTO_SUFFIX}"]
    assert said(itself, "waardering", "begripLabel") == ["Blijvend te bewaren"]
    assert said(itself, "heeftRepresentatie", "verwijzingNaam") == ["verklaring.pdf", "verklaring.json"]
    agreed = ["Accordering"] if what.approved_on else []
    assert said(itself, "event", "eventType", "begripLabel") == [*agreed, "Creatie"]
    assert said(signal, "waardering", "begripCode") == ["V"]
    assert said(signal, "event", "eventType", "begripLabel") == ["Vernietigen"]
    assert said(signal, "bewaartermijn", "termijnEinddatum") == [what.kept_until.isoformat()]
    (result,) = said(signal, "event", "eventResultaat")
    assert ("procedure" in result) is bool(what.held)
    described = b"".join(data for name, data in parts.items() if name.endswith(MDTO_SUFFIX))
    assert b"7c0f0c9e" not in described, "who approved goes by his office"


def line(at: datetime, recipient: str = "politie") -> store.Disclosure:
    facts = {"road": "forwarding", "recipient_kind": "partner", "recipient": recipient, "items": ["report"]}
    return store.Disclosure(id=uuid4(), number="S-7K3MQ-9XD4T", facts=facts, decided_at=at)


async def test_the_register_of_a_year_goes_signed_and_without_what_was_put_there(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    oversight = await platform_of("oversight")
    year = today().year - 1
    begins = datetime(year, 1, 1, tzinfo=UTC)
    # In Amsterdam the year begins an hour before it does in UTC.
    lines = [
        line(begins - timedelta(minutes=30)),
        line(begins + timedelta(days=200)),
        line(begins - timedelta(hours=2)),
    ]
    async with oversight.database.transaction() as session:
        session.add_all([await vouch_for(oversight.mac, one) for one in lines])
    forged = "INSERT INTO disclosure SELECT gen_random_uuid(), number, facts, decided_at, mac FROM disclosure LIMIT 1"
    await postgres.superuser("oversight")(forged)
    archive = RegisterArchive(oversight)
    for person in (FG, BEHEERDER):
        parts = parts_of(await archive.package(year, person))
    name = f"register-van-verstrekkingen-{year}"
    assert set(parts) == {f"{name}.json", f"{name}.json{MDTO_SUFFIX}", f"{name}{MDTO_SUFFIX}"}
    found = json.loads(parts[f"{name}.json"])
    register = found["register"]
    assert [one["id"] for one in register["lines"]] == [str(lines[0].id), str(lines[1].id)]
    assert register["notBelieved"] == 1
    claims = await oversight.verifier.verify(found["signature"], kind=REGISTER_KIND, service="oversight")
    assert (claims["year"], claims["sha256"]) == (year, digest(register))
    for other in (year + 1, year + 2):
        with pytest.raises(Conflict):
            await archive.package(other, FG)
    for role in ("oov", "privacy-officer", "lot-member"):
        with pytest.raises(Forbidden):
            await archive.package(year, Person("x", frozenset({role})))
