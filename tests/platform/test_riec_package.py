"""What the RIEC fetches: a package that it can check by itself, sealed to its own key where it has one (R-T.15, R-T.20)."""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pyrage
import pytest
from pypdf import PdfReader

from deploy.embedded.handed import package
from deploy.embedded.home import Home, HouseError
from services.export.settings import Settings
from services.export.use_cases import Sharing
from shared.packages import DOCUMENT, MANIFEST, SIGNATURE, TWIN, NotAPackage, Package, checked, sha256
from shared.protocol.loading import Unacceptable
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from tests.platform.conftest import PlatformOf
from tests.platform.real import Bao
from tests.platform.test_shares import ANNA, Exporting, Moved

RIEC_KEY = pyrage.x25519.Identity.generate()
ANSWERS = dict.fromkeys(RIEC_CRITERIA) | {"indications": "Uit eigen waarneming."}


@pytest.fixture
async def export(platform_of: PlatformOf, tmp_path: Path) -> Exporting:
    """Export that knows a key of the RIEC, and none of the police."""
    file = tmp_path / "ontvangers.toml"
    file.write_text(f'[riec]\nversleutelen = "{RIEC_KEY.to_public()}"\n')
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


@pytest.mark.allowed("R-T.15", "R-T.20", "R-21.5")
@pytest.mark.refused("R-T.15", "R-T.20")
async def test_the_riec_checks_by_itself_what_only_it_can_open(
    export: Exporting, openbao: Bao, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    identifier, sealed = await fetched(export)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])
    data = bytes(pyrage.decrypt(sealed, [RIEC_KEY]))
    keys = json.loads(openbao.signing_keys(tmp_path).read_text())
    found: Package = checked(data, keys)
    assert (found.identifier, found.receiver) == (str(identifier), "riec")
    assert found.twin()["answers"] == ANSWERS
    assert "Niet beantwoord." in " ".join(
        page.extract_text() for page in PdfReader(io.BytesIO(found.parts[DOCUMENT])).pages
    )
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
    files["eigen.txt"].write_text(f"# eigen\n{RIEC_KEY}\n")
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
