"""The file of receivers' keys: what is accepted, and everything that is wrong with it at once (R-T.15)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyrage
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from shared.keys.signing import NotSigned
from shared.protocol.loading import Unacceptable
from shared.receivers import Receiver, read_receivers
from tests.protocol.laws import MIDDEN_DELFLAND

OWN = pyrage.x25519.Identity.generate()
OTHER = pyrage.x25519.Identity.generate()
KEY = OKPKey.generate_key("Ed25519")
SIGNS = str(KEY.as_dict(private=False)["x"])


def written(folder: Path, text: str) -> Path:
    file = folder / "ontvangers.toml"
    file.write_text(text)
    return file


def entry(code: str, **keys: str) -> str:
    return f"[{code}]\n" + "".join(f'{name} = "{key}"\n' for name, key in keys.items())


def signed(claims: Any, kind: str = "said", key: OKPKey = KEY) -> str:
    import json

    header = {"alg": "Ed25519", "typ": kind}
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=["Ed25519"])


@pytest.mark.allowed("R-T.15")
def test_what_is_sealed_to_a_receiver_only_he_reads(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        entry("riec", versleutelen=str(OWN.to_public()), ondertekenen=SIGNS)
        + entry("politie", ondertekenen=str(OKPKey.generate_key("Ed25519").as_dict(private=False)["x"])),
    )
    found = read_receivers(file, MIDDEN_DELFLAND)
    sealed = found.of("riec").sealed(b"inhoud")
    assert b"inhoud" not in sealed
    assert pyrage.decrypt(sealed, [OWN]) == b"inhoud"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [OTHER])
    # Who has no key gets it as it is, and nobody's word counts for his.
    for without in (found.of("politie"), found.of("delft"), read_receivers(None, MIDDEN_DELFLAND).of("riec")):
        assert without.sealed(b"inhoud") == b"inhoud"
    assert found.of("riec").said(signed({"iat": int(time.time())}), "said")


WRONG = [
    (entry("riec", versleutelen="age1kapot"), "riec.versleutelen: moet een publieke sleutel van age zijn"),
    (entry("riec", versleutelen=str(OWN)), "riec.versleutelen: is een geheime sleutel"),
    (entry("riec", ondertekenen="kapot"), "riec.ondertekenen: moet een publieke sleutel Ed25519 zijn"),
    (entry("riec"), "riec: heeft geen sleutel"),
    (entry("riec", ondertekenen=SIGNS, anders="x"), "riec.anders: is onbekend"),
    (entry("vergunningen", ondertekenen=SIGNS), "vergunningen: is geen ontvanger buiten de gemeente"),
    (entry("riec", ondertekenen=SIGNS) + entry("politie", ondertekenen=SIGNS), "is ook de sleutel van riec"),
    ("riec = 1", "riec: moet een tabel zijn"),
    ("[riec", "ontvangers.toml"),
]


@pytest.mark.refused("R-T.15")
@pytest.mark.parametrize(("text", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Unacceptable) as caught:
        read_receivers(written(tmp_path, text), MIDDEN_DELFLAND)
    assert said in str(caught.value)
    assert str(OWN) not in str(caught.value)


@pytest.mark.refused("R-T.15")
def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = entry("riec", versleutelen="age1kapot", ondertekenen="kapot") + entry("wie", ondertekenen="x")
    with pytest.raises(Unacceptable) as caught:
        read_receivers(written(tmp_path, text), MIDDEN_DELFLAND)
    assert len(caught.value.problems) == 4
    with pytest.raises(Unacceptable):
        read_receivers(tmp_path / "nergens.toml", MIDDEN_DELFLAND)


@pytest.mark.refused("R-T.20")
def test_what_a_receiver_did_not_sign_he_did_not_say() -> None:
    receiver, now = Receiver(signs_with=SIGNS), int(time.time())
    right = {"iat": now}
    strangers = (
        signed(right, key=OKPKey.generate_key("Ed25519")),
        signed(right, kind="other"),
        signed({"iat": now + 3600}),
        signed({"iat": True}),
        signed({}),
        signed([]),
        signed(right)[:-4] + "AAAA",
        "",
        "a.b.c",
    )
    for one in strangers:
        with pytest.raises(NotSigned):
            receiver.said(one, "said")
    with pytest.raises(NotSigned):
        Receiver().said(signed(right), "said")
