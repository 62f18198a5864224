"""What the RIEC fetches: a package that it can check by itself, sealed to its own key where it has one (R-T.15, R-T.20)."""

from __future__ import annotations

import argparse
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pdfua
import pyrage
import pytest
from pypdf import PdfReader

from deploy.embedded.handed import package
from deploy.embedded.home import Home, HouseError
from deploy.riec_counterpart.keys import OwnKeys
from services.export.outside import KEPT_DAYS, Outside
from services.export.settings import Settings
from services.export.use_cases import WITH_LOCAL_PART, Sharing
from shared.contracts.export import OutsideTold, Unanswered
from shared.errors import Conflict, NotFound
from shared.outside import ENDED_KIND, ENDINGS_KIND
from shared.packages import DOCUMENT, MANIFEST, SIGNATURE, TWIN, NotAPackage, Package, checked, sha256
from shared.protocol.loading import Unacceptable
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from tests.days import today
from tests.platform.conftest import PlatformOf
from tests.platform.real import Bao, Postgres
from tests.platform.test_shares import ANNA, NUMBER, Exporting, Moved

UNKNOWN = Unanswered(because="Dat is niet bekend.")
ANSWERS: dict[str, Any] = {key: UNKNOWN for key in RIEC_CRITERIA} | {"indications": "Uit eigen waarneming."}


@pytest.fixture
def riec(tmp_path: Path) -> OwnKeys:
    return OwnKeys.of(tmp_path / "riec")


@pytest.fixture
async def export(platform_of: PlatformOf, tmp_path: Path, riec: OwnKeys) -> Exporting:
    """Export that knows the keys of the RIEC, and none of the police."""
    file = tmp_path / "ontvangers.toml"
    file.write_text(riec.public_halves())
    clock = Moved()
    return Exporting(await platform_of("export", clock, receiver_keys=file), clock)


async def fetched(export: Exporting, recipient: str = "riec", *, sealed: bool = True) -> tuple[UUID, bytes]:
    identifier = await export.comes(recipient=recipient, decision="riec-intake", answers=ANSWERS, left_out=1)
    link = await export.sharing.make_link(identifier, ANNA)
    assert link.sealed is sealed
    return identifier, await export.sharing.fetch(link.link, link.secret)


def without(data: bytes, name: str, **replaced: bytes) -> bytes:
    """The package without one of its files, or with others."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        files = {one: before.read(one) for one in before.namelist() if one != name} | replaced
        for one, text in files.items():
            after.writestr(one, text)
    return made.getvalue()


def problems_of(data: bytes, keys: dict[str, list[str]]) -> str:
    with pytest.raises(NotAPackage) as caught:
        checked(data, keys)
    return "\n".join(caught.value.problems)


@pytest.mark.refused("R-T.20")
def test_a_package_of_which_any_byte_was_changed_is_none() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(MANIFEST, json.dumps({"parts": []}) * 4)
    whole = made.getvalue()
    for place in range(len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :]
        with pytest.raises(NotAPackage):
            checked(changed, {})


@pytest.mark.allowed("R-T.15", "R-T.20", "R-21.5")
@pytest.mark.refused("R-T.15", "R-T.20")
async def test_the_riec_checks_by_itself_what_only_it_can_open(
    export: Exporting, riec: OwnKeys, openbao: Bao, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    identifier, sealed = await fetched(export)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])
    data = riec.opened(sealed)
    keys = json.loads(openbao.signing_keys(tmp_path).read_text())
    found: Package = checked(data, keys)
    assert (found.identifier, found.receiver) == (str(identifier), "riec")
    expected = {key: one.model_dump() if isinstance(one, Unanswered) else one for key, one in ANSWERS.items()}
    assert found.twin()["answers"] == expected
    assert "Niet beantwoord, omdat: Dat is niet bekend." in " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(found.parts[DOCUMENT])).pages
    )
    (tmp_path / "document.pdf").write_bytes(found.parts[DOCUMENT])
    assert list(pdfua.validate(str(tmp_path / "document.pdf")).findings) == []
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(data)).read(MANIFEST))
    assert {one["name"]: one["sha256"] for one in manifest["parts"]} == {
        name: sha256(found.parts[name]) for name in (DOCUMENT, TWIN)
    }
    # On the record: what was fetched, and that it was sealed.
    shown = await export.sharing.one(identifier, ANNA)
    assert (shown["digest"], shown["sealed"]) == (found.digest, True)
    # Everything that was changed on the way shows.
    for wrong, said in (
        (without(data, "", **{TWIN: b"{}"}), f"{TWIN} is gewijzigd"),
        (without(data, DOCUMENT), f"{DOCUMENT} ontbreekt"),
        (without(data, "", bijlage=b"x"), "bijlage staat niet in het manifest"),
        (without(data, "", **{MANIFEST: json.dumps(manifest).encode()}), "hoort bij een ander manifest"),
        (without(data, SIGNATURE), "niet door de gemeente ondertekend"),
        (without(data, MANIFEST), "manifest ontbreekt"),
        (sealed, "nog versleuteld"),
        (b"", "geen pakket"),
    ):
        assert said in problems_of(wrong, keys)
    assert "sleutel die hier niet bekend is" in problems_of(data, {"export": keys["intake"]})
    # And so it does with the command, from files alone.
    files = {
        name: tmp_path / name for name in ("pakket.age", "eigen.txt", "vreemd.txt", "sleutels.json", "gewijzigd.zip")
    }
    files["pakket.age"].write_bytes(sealed)
    files["eigen.txt"].write_text(f"# eigen\n{(tmp_path / 'riec' / 'age.txt').read_text()}\n")
    files["vreemd.txt"].write_text(str(pyrage.x25519.Identity.generate()))
    files["sleutels.json"].write_text(json.dumps({"export": keys["export"]}))
    files["gewijzigd.zip"].write_bytes(without(data, "", **{TWIN: b"{}"}))

    def verify(file: str, identity: str | None) -> int:
        asked: dict[str, Any] = {"file": files[file], "keys": files["sleutels.json"], "to": tmp_path / "uit"}
        asked["identity"] = files[identity] if identity else None
        return package(Home(tmp_path), argparse.Namespace(**asked))

    assert verify("pakket.age", "eigen.txt") == 0
    assert found.digest in capsys.readouterr().out
    assert (tmp_path / "uit" / DOCUMENT).read_bytes() == found.parts[DOCUMENT]
    assert verify("gewijzigd.zip", None) == 1
    for identity in (None, "vreemd.txt"):
        with pytest.raises(HouseError):
            verify("pakket.age", identity)


@pytest.mark.allowed("R-T.15")
async def test_who_has_no_key_gets_it_as_it_is_and_that_is_said(export: Exporting) -> None:
    identifier, data = await fetched(export, "politie", sealed=False)
    assert data.startswith(b"%PDF-")
    shown = await export.sharing.one(identifier, ANNA)
    assert (shown["sealed"], shown["digest"]) == (False, sha256(data))


@pytest.mark.refused("R-T.15")
async def test_export_does_not_start_with_keys_that_are_none(export: Exporting, tmp_path: Path) -> None:
    file = tmp_path / "kapot.toml"
    file.write_text('[riec]\nversleutelen = "age1kapot"\nondertekenen = "kapot"\n')
    values = export.platform.settings.model_dump() | {"receiver_keys": file}
    with pytest.raises(Unacceptable) as caught:
        Sharing(export.platform, Settings(**values))
    assert len(caught.value.problems) == 2


async def digest_of(export: Exporting, share: UUID) -> str:
    return str((await export.row(share)).digest)


@pytest.mark.allowed("R-T.20", "R-T.15")
async def test_the_riec_says_by_its_signature_that_it_has_it_and_what_it_decided(
    export: Exporting, riec: OwnKeys
) -> None:
    share, _ = await fetched(export)
    outside, digest = Outside(export.sharing), await digest_of(export, share)
    statements = [
        riec.says(str(share), digest, "received"),
        riec.says(str(share), digest, "asked", questions=[{"about": "report", "asks": "more"}]),
        riec.says(str(share), digest, "answered", outcome="accepted-with-local-part", decided_on=today().isoformat()),
    ]
    for one in (*statements, *statements):
        await outside.hears(share, one)
    shown = await export.sharing.one(share, ANNA)
    assert (shown["state"], shown["answeredHow"]) == ("accepted-with-local-part", "signed")
    assert shown["receivedAt"]
    # Each goes to who holds the file, once, as the RIEC signed it.
    assert [one["statement"] for one in await export.said(OutsideTold.event)] == statements
    assert [one for one in await export.done() if one[0].startswith("share ")][-3:] == [
        ("share received", None, "done"),
        ("share asked about", None, "done"),
        ("share answered", None, "accepted-with-local-part"),
    ]
    # What somebody enters looks otherwise, and gives way to what is signed.
    other, _ = await fetched(export)
    entered = await export.sharing.enter_answer(other, ANNA, "accepted", None)
    assert entered["answeredHow"] == "entered"
    said = riec.says(
        str(other), await digest_of(export, other), "answered", outcome="refused", decided_on=today().isoformat()
    )
    await outside.hears(other, said)
    shown = await export.sharing.one(other, ANNA)
    assert (shown["state"], shown["answeredHow"]) == ("refused", "signed")
    await export.ends_what_is_due()
    assert (await export.row(other)).ended_at is not None


@pytest.mark.allowed("R-T.20", "R-T.15")
@pytest.mark.refused("R-T.20")
async def test_of_every_copy_that_was_issued_the_riec_can_say_something_and_it_shows_of_which(
    export: Exporting, riec: OwnKeys
) -> None:
    outside = Outside(export.sharing)
    share, _ = await fetched(export)
    first = await digest_of(export, share)
    again = await export.sharing.make_link(share, ANNA)
    # Before the second copy is fetched the first is still one that it has.
    await outside.hears(share, riec.says(str(share), first, "received"))
    export.clock.days = 0.1
    await export.sharing.fetch(again.link, again.secret)
    second = await digest_of(export, share)
    shown = await export.sharing.one(share, ANNA)
    assert (shown["issued"], shown["digest"], shown["saidOf"]) == ([first, second], second, first)
    assert first != second
    with pytest.raises(NotFound):
        await outside.hears(share, riec.says(str(share), "0" * 64, "received"))
    await outside.hears(share, riec.says(str(share), second, "received"))
    assert (await export.sharing.one(share, ANNA))["saidOf"] == second
    answer = riec.says(str(share), first, "answered", outcome="accepted", decided_on=today().isoformat())
    await outside.hears(share, answer)
    shown = await export.sharing.one(share, ANNA)
    assert (shown["state"], shown["answeredHow"], shown["saidOf"]) == ("accepted", "signed", first)


@pytest.mark.allowed("R-T.20")
@pytest.mark.refused("R-T.20")
async def test_with_a_local_part_is_entered_of_the_riec_only(export: Exporting) -> None:
    share, _ = await fetched(export)
    entered = await export.sharing.enter_answer(share, ANNA, WITH_LOCAL_PART, None)
    assert (entered["state"], entered["answeredHow"]) == (WITH_LOCAL_PART, "entered")
    police, _ = await fetched(export, "politie", sealed=False)
    with pytest.raises(Conflict):
        await export.sharing.enter_answer(police, ANNA, WITH_LOCAL_PART, None)


@pytest.mark.refused("R-T.20", "R-T.15")
async def test_nobody_else_says_so_and_no_answer_is_of_before_the_intake(
    export: Exporting, riec: OwnKeys, tmp_path: Path
) -> None:
    outside, stranger = Outside(export.sharing), OwnKeys.of(tmp_path / "vreemd")
    unread = await export.comes(recipient="riec")
    police, _ = await fetched(export, "politie", sealed=False)
    share, _ = await fetched(export)
    digest, accepted = await digest_of(export, share), {"outcome": "accepted", "decided_on": today().isoformat()}
    for of, statement in (
        (share, stranger.says(str(share), digest, "answered", **accepted)),
        (share, riec.says(str(unread), digest, "answered", **accepted)),
        (share, riec.says(str(share), "0" * 64, "answered", **accepted)),
        (share, riec.says(str(share), digest, "answered", **accepted, by="politie")),
        (share, riec.says(str(share), digest, "answered", outcome="accepted")),
        (share, riec.says(str(share), digest, "asked")),
        (share, riec.says(str(share), digest, "asked", questions=[{"about": "wie is Jan?", "asks": "more"}])),
        (share, riec.asks_for_endings()),
        (unread, riec.says(str(unread), digest, "received")),
        (police, riec.says(str(police), await digest_of(export, police), "received")),
        (uuid4(), riec.says(str(share), digest, "received")),
    ):
        with pytest.raises(NotFound):
            await outside.hears(of, statement)
    for day in (today(-1).isoformat(), today(1).isoformat()):
        early = riec.says(str(share), digest, "answered", outcome="refused", decided_on=day)
        with pytest.raises(Conflict):
            await outside.hears(share, early)
    assert await export.said(OutsideTold.event) == []
    await outside.hears(share, riec.says(str(share), digest, "answered", **accepted))
    with pytest.raises(Conflict):
        await outside.hears(
            share, riec.says(str(share), digest, "answered", outcome="refused", decided_on=today().isoformat())
        )


@pytest.mark.allowed("R-T.20", "R-9.16")
@pytest.mark.refused("R-T.20")
async def test_the_riec_is_told_that_a_package_was_destroyed_and_nobody_else_is(
    export: Exporting, riec: OwnKeys, tmp_path: Path, postgres: Postgres
) -> None:
    """Number and day, signed, and on the record; nothing of what it was about."""
    outside = Outside(export.sharing)
    share, _ = await fetched(export)
    await fetched(export, "politie", sealed=False)
    await export.comes(recipient="riec")
    assert await outside.endings("riec", riec.asks_for_endings()) == []
    async with export.platform.database.transaction() as session:
        await outside.erase(session, [NUMBER])
    assert await export.row(share) is None
    (told,) = await outside.endings("riec", riec.asks_for_endings())
    claims = await export.platform.verifier.verify(told, kind=ENDED_KIND, service="export")
    assert {name: claims[name] for name in ("package", "receiver", "destroyedOn")} == {
        "package": str(share),
        "receiver": "riec",
        "destroyedOn": today().isoformat(),
    }
    assert NUMBER not in json.dumps(claims)
    assert len(await outside.endings("riec", riec.asks_for_endings())) == 1
    # Told twice, heard of once; that the police's went too stands there for when it has a key.
    done = [one[0] for one in await export.done()]
    assert (done.count("receiver is told of destruction"), done.count("receiver heard of destruction")) == (2, 1)
    long_ago = OwnKeys.of(tmp_path / "riec")._signed(ENDINGS_KIND, {"iat": int(time.time()) - 3600})
    for receiver, statement in (
        ("riec", OwnKeys.of(tmp_path / "vreemd").asks_for_endings()),
        ("politie", riec.asks_for_endings()),
        ("riec", long_ago),
        ("riec", riec.says(str(share), "0" * 64, "received")),
    ):
        with pytest.raises(NotFound):
            await outside.endings(receiver, statement)
    # What somebody else made of a share tells nobody anything.
    other, _ = await fetched(export, "politie", sealed=False)
    await postgres.superuser("export")(f"UPDATE share SET recipient = 'riec' WHERE id = '{other}'")
    async with export.platform.database.transaction() as session:
        await outside.erase(session, [NUMBER])
    assert "receiver of what was destroyed is not known" in [one[0] for one in await export.done()]
    # A row says nothing by itself, and it is not kept for ever.
    await postgres.superuser("export")("UPDATE ending SET recipient = 'riec' WHERE recipient = 'politie'")
    (again,) = await outside.endings("riec", riec.asks_for_endings())
    same = await export.platform.verifier.verify(again, kind=ENDED_KIND, service="export")
    assert {**same, "iat": claims["iat"]} == claims, "each answer is signed with its own moment"
    export.clock.days = KEPT_DAYS + 1
    async with export.platform.database.transaction() as session:
        await outside.erase(session, [])
    assert await outside.endings("riec", riec.asks_for_endings()) == []
