"""What a municipality chooses is a dated file: judged in words, kept by version, and no release."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from deploy.embedded.cli import parser
from deploy.embedded.ending import end
from deploy.embedded.home import Home, HouseError
from shared.errors import CannotSucceed
from shared.laws import known_law
from shared.protocol.law import law_of
from shared.protocol.laws import BUILT_IN, Laws, NotInForce, UnknownVersion
from shared.protocol.loading import MEETING_DECIDES, PERSON_DECIDES, Unacceptable, read
from shared.protocol.terms import kept_until
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND

TEXT = (BUILT_IN / "midden-delfland-2025.toml").read_text()


def changed(*changes: tuple[str, str]) -> str:
    """The file of Midden-Delfland with other words in it."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


ELSEWHERE = changed(
    ('"midden-delfland-2025"', '"elders-2027"'),
    ('gemeente = "Midden-Delfland"', 'gemeente = "Elders"'),
    ("in_werking = 2025-02-28", "in_werking = 2027-01-01"),
    ("geen_casus_jaren = 1 ", "geen_casus_jaren = 2 "),
)


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "gemeente.toml"
    file.write_text(text)
    with pytest.raises(Unacceptable) as caught:
        law_of(read(file))
    assert all(one.startswith(f"{file}: ") for one in caught.value.problems)
    return [one.removeprefix(f"{file}: ") for one in caught.value.problems]


@pytest.mark.allowed("R-9.1")
def test_a_second_municipality_with_two_years_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "elders-2027.toml").write_text(ELSEWHERE)
    laws = Laws.read("elders-2027", tmp_path)
    ended_on = date(2027, 5, 1)
    assert kept_until(laws.of("elders-2027").terms, 1, ended_on) == date(2029, 5, 1)
    assert kept_until(laws.of("midden-delfland-2025").terms, 1, ended_on) == date(2028, 5, 1)


def test_the_command_accepts_it_and_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MELDPUNT_PROTOCOLS", str(tmp_path))
    file = tmp_path / "elders-2027.toml"
    file.write_text(ELSEWHERE)

    def run(*words: str, code: int = 0) -> str:
        arguments = parser().parse_args(["protocol", *words])
        assert arguments.run(Home(tmp_path), arguments) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    assert "is in orde" in run("check", str(file))
    shown = run("show", "elders-2027")
    assert shown == run("show", str(file))
    assert "2 jaar na het besluit" in shown
    with pytest.raises(HouseError, match="geen protocol met versie ergens-2030"):
        run("show", "ergens-2030")
    file.write_text(ELSEWHERE.replace("gemeente = ", "gemeentenaam = "))
    with pytest.raises(HouseError, match="een protocol wordt niet aanvaard"):
        run("show", "elders-2027")
    file.write_text(ELSEWHERE.replace('overleg = "LOT"', 'overleg = "MT"'))
    with pytest.raises(SystemExit):
        end(lambda: len(run("show", "elders-2027")), Home(tmp_path))
    assert "staat niet onder [overleggen]" in capsys.readouterr().err
    file.write_text(ELSEWHERE.replace("gemeente = ", "gemeentenaam = "))
    refused = run("check", str(file), code=1)
    assert "gemeente: ontbreekt" in refused
    assert "gemeentenaam: is onbekend" in refused


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("geen_casus_jaren = 1 ", "geen_casus_jaren = 0 ", "termijnen.geen_casus_jaren: moet een geheel getal zijn"),
        ("uitstel_maanden = 3 ", 'uitstel_maanden = "drie" ', "termijnen.uitstel_maanden: moet een geheel getal"),
        ("informeren_maanden = 1 ", "informeren_maanden = 2 ", "termijnen.informeren_maanden: moet een geheel getal"),
        ("goedkeuren_dagen = 30 ", "goedkeuren_dagen = 60 ", "uiterlijk_vernietigen_dagen: moet na"),
        ("in_werking = 2025-02-28", 'in_werking = "2025-02-28"', "in_werking: moet een datum zijn"),
        ('versie = "midden', 'versie = "Midden', "versie: moet uit ten hoogste 40 kleine letters"),
        ('aanwezigheid = "voorzitter"', 'aanwezigheid = "niemand"', "aanwezigheid: moet voorzitter of lid zijn"),
        ('"purpose", ', "", "besluiten: niemand neemt purpose"),
        ('"purpose", ', '"purpose", "purpose", ', "besluiten[1].welke: purpose staat er meer dan eens"),
        ('"purpose", ', '"purpose", "wegen", ', "wegen is geen besluit waarover een gemeente kiest"),
        ('"purpose", ', '"purpose", "approve-destruction", ', "approve-destruction is geen besluit waarover"),
        ('"weging-3", ', '"weging-3", "weging-4", ', "weging-4 wordt door een mens genomen"),
        ("quorum = 3", "quorum = 1", "besluiten[2].quorum: moet een geheel getal zijn van 2"),
        ('overleg = "LOT"', 'overleg = "LOT+"', "nemen anderen dan de gemeente deel (art. 1 onder n)"),
        ('overleg = "LOT"', 'overleg = "MT"', "MT staat niet onder [overleggen]"),
        ('door = ["oov", "vervanger"]\n\n', 'door = ["oov", "fg"]\n\n', "fg ziet het dossier niet"),
        ("vervanger = ", "beheerder = ", "dossier.beheerder: is in het protocol zelf een rol, zonder dossier (art. 7)"),
        ('politie = "politie"\nbelasting', "belasting", "partners: politie ontbreekt"),
        ("den-haag = ", "wonen = ", "gemeenten.wonen: staat ook onder onderdelen"),
        (
            "vanaf_fase = 3\ngesloten = true",
            "vanaf_fase = 1\ngesloten = true",
            "pas in fase 3 geraadpleegd (art. 17",
        ),
        (
            "[bronnen.bag]",
            "[bronnen.report]",
            "bronnen.report: hoort in het protocol zelf bij de behandeling (Bijlage 1)",
        ),
        ('wet = "Opiumwet"\n', "", "bevoegdheden.sluiting-drugspand.wet: ontbreekt"),
        ('orgaan = "burgemeester"', 'orgaan = "minister"', "orgaan: moet burgemeester of college of raad zijn"),
        ("Slechte huisvesting", "Woonwagenbewoners", "gaat over ras of etnische afkomst: dat is nooit een aanwijzing"),
        ("Slechte huisvesting", "Buitenlandse arbeiders", "gaat over nationaliteit, herkomst of geloof"),
        ("Slechte huisvesting", "Een zwijgzame geloofsgemeenschap", "gaat over nationaliteit, herkomst of geloof"),
        ("Slechte huisvesting", "Verslaafd", "gaat over gezondheid: dat is nooit een aanwijzing (art. 9 AVG)"),
        ("geur = ", "wonen = ", "onderdelen.wonen: staat ook onder indicatoren"),
        ("korte-bezoeken = ", "geur = ", "staat ook onder ‘Hennep, drugslab en drugsafval’"),
        ("alleen_verificatie = true", "alleen_verificatie = 1", "alleen_verificatie: moet true of false zijn"),
        ("gesloten = true", "gesloten = false", "geen enkele bron is gesloten"),
        ('klacht = "', 'klagen = "', "kennisgeving.klacht: ontbreekt"),
        # A code means one thing: a role, a source, a meeting or an organisation.
        ("wonen = ", "oov = ", "onderdelen.oov: staat ook onder dossier"),
        ("wonen = ", "bag = ", "onderdelen.bag: staat ook onder bronnen"),
        ("wonen = ", "casusoverleg = ", "onderdelen.casusoverleg: staat ook onder overleggen"),
        ("wonen = ", "privacy-officer = ", "onderdelen.privacy-officer: is in het protocol zelf een rol"),
        ("nvwa = ", "bronhouder-bag = ", "partners.bronhouder-bag: is in het protocol zelf een rol"),
        ("nvwa = ", "paper = ", "partners.paper: hoort in het protocol zelf bij de behandeling"),
        ("vervanger = ", "lot-voorzitter = ", "dossier.lot-voorzitter: is in het protocol zelf een rol"),
        ("[bronnen.bag]", "[bronnen.oov]", "bronnen.oov: staat ook onder dossier"),
        ("heit = ", "wonen = ", 'overleggen."LOT+".wonen: staat ook onder onderdelen, en komt dus niet van buiten'),
        ("heit = ", "bag = ", 'overleggen."LOT+".bag: staat ook onder bronnen'),
        (
            'politie = "politie"\nheit',
            'politie = "agenten"\nheit',
            'LOT+".politie: heet onder partners anders: politie',
        ),
        ('[overleggen."LOT+"]', '[overleggen."LOT #"]', 'overleggen."LOT #": moet uit ten hoogste 40 letters'),
        ("wonen = ", f"{'w' * 41} = ", "moet uit ten hoogste 40 kleine letters"),
    ],
)
def test_what_is_wrong_is_said_in_words(tmp_path: Path, old: str, new: str, says: str) -> None:
    found = problems(tmp_path, changed((old, new)))
    assert any(says in one for one in found), found


NAMES = {
    'gemeente = "Midden-Delfland"': "gemeente",
    'titel = "Privacyprotocol Bestuurlijke aanpak ondermijnende criminaliteit gemeente Midden-Delfland 2025"': "titel",
    'vervanger = "vervanger van de OOV\'er"': "dossier.vervanger",
    'heit = "HEIT"': 'overleggen."LOT+".heit',
    'wonen = "Wonen"': "onderdelen.wonen",
    'nvwa = "NVWA"': "partners.nvwa",
    'delft = "Delft"': "gemeenten.delft",
    'naam = "Subsidies"': "bronnen.subsidies.naam",
}
"""Every name that a municipality makes up, and where it stands."""


def test_every_name_is_one_that_the_document_can_show(tmp_path: Path) -> None:
    """All of them at once, each with its place."""
    for wrong, says in {
        "": "mag niet leeg zijn",
        "  ": "mag niet leeg zijn",
        "een\\ntwee": "moet op één regel staan",
        "een\\u2028twee": "moet op één regel staan",
        "een\\u202etwee": "bevat een teken dat niet kan worden afgedrukt",
        "een | twee": "kan zo niet worden afgedrukt: zonder |",
        "# een": "kan zo niet worden afgedrukt: zonder #",
        "een; `twee`": "kan zo niet worden afgedrukt: zonder ; `",
        "n" * 201: "is langer dan 200 tekens",
    }.items():
        changes = [(old, f'{old.partition(" = ")[0]} = "{wrong}"') for old in NAMES]
        assert sorted(problems(tmp_path, changed(*changes))) == sorted(f"{where}: {says}" for where in NAMES.values())


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, 'versie = "x"\nvreemd = 1\n')
    missing = {one.split(":")[0] for one in found if one.endswith(": ontbreekt")}
    assert {"gemeente", "titel", "in_werking", "besluiten", "bronnen", "termijnen", "kennisgeving.doel"} <= missing
    assert "vreemd: is onbekend" in found
    assert not [one for one in found if re.search(r"None|Error|dict", one)]
    assert problems(tmp_path, "besluiten = 1\nbronnen = 2\ndossier = 3\n")


LICENCE = 'licentie = "http://creativecommons.org/publicdomain/zero/1.0/deed.nl"\n'
KEEPS = ("bewaren = false", "bewaren = true")


@pytest.mark.refused("R-9.19")
def test_counts_are_not_kept_without_saying_how_they_may_be_used(tmp_path: Path) -> None:
    """Beside everything else that is wrong with the file."""
    asked = "cijfers.licentie: moet zijn ingevuld als er aantallen worden bewaard"
    for without in ("", 'licentie = ""\n'):
        assert problems(tmp_path, changed(KEEPS, (LICENCE, without))) == [asked]
    for wrong in ("vrij te gebruiken", "https://", "https:// cc0", "ftp://example.org/cc0"):
        stated = changed(KEEPS, (LICENCE, f'licentie = "{wrong}"\n'))
        assert problems(tmp_path, stated) == ["cijfers.licentie: moet een adres zijn"]
    several = changed(
        KEEPS, (LICENCE, ""), ("kleinste_aantal = 5\n", "kleinste_aantal = 1\n"), ("uitstel_maanden", "uitstel")
    )
    found = problems(tmp_path, several)
    assert asked in found
    assert {one.partition(":")[0] for one in found} == {
        "cijfers.licentie",
        "cijfers.kleinste_aantal",
        "termijnen.uitstel_maanden",
        "termijnen.uitstel",
    }


@pytest.mark.allowed("R-9.19")
def test_counts_are_kept_with_it_and_who_keeps_none_needs_none(tmp_path: Path) -> None:
    for text, kept in ((changed(KEEPS), True), (TEXT, False), (changed((LICENCE, "")), False)):
        file = tmp_path / "gemeente.toml"
        file.write_text(text)
        choices = read(file)
        assert (choices.counts_kept, bool(choices.licence)) == (kept, LICENCE in text)


def test_the_file_names_every_decision_that_is_a_municipalitys_to_give() -> None:
    fixed = {
        "end-hold",
        "approve-destruction",
        "never-informed",
        *("breach-proposal", "breach-facts", "breach-authority", "breach-persons", "breach-close"),
        "rectify",
        "same-person",
        "not-concerned",
        "set-right",
        "carried-out",
    }
    # As adopt-plan: whoever records that it was adopted.
    fixed |= {"propose-plan", "answer-plan"}
    fixed |= {"progress", "answer-department", "judge-finding"}
    # Whoever says that a notice was sent says that it came back.
    fixed |= {"notice-undeliverable"}
    # An answer is made of the file, so who has that makes it.
    fixed |= {one.key for one in MIDDEN_DELFLAND.decisions if one.key.startswith("request-")}
    # Whoever sends off an intake answers what is asked about it, and who records its answer records how it stands later.
    fixed |= {"riec-supplement", "riec-review"}
    assert {*PERSON_DECIDES, *MEETING_DECIDES} | fixed == {one.key for one in MIDDEN_DELFLAND.decisions}


@pytest.mark.refused("R-2.5")
def test_an_unknown_version_is_never_replaced_by_another() -> None:
    with pytest.raises(UnknownVersion):
        LAWS.of("elders-2027")
    with pytest.raises(CannotSucceed, match="elders-2027 is not known here"):
        known_law(LAWS, "elders-2027")
    with pytest.raises(UnknownVersion):
        Laws.read("elders-2027")


@pytest.mark.allowed("R-27.1", "R-2.5")
@pytest.mark.refused("R-27.1")
def test_a_later_version_takes_over_on_its_day(tmp_path: Path) -> None:
    later = changed(('"midden-delfland-2025"', '"midden-delfland-2027"'), ("2025-02-28\n", "2027-01-01\n"))
    (tmp_path / "later.toml").write_text(later)
    laws = Laws.read("midden-delfland-2025", tmp_path)
    assert laws.in_force(date(2026, 12, 31)).version == "midden-delfland-2025"
    assert laws.in_force(date(2027, 1, 1)).version == "midden-delfland-2027"
    with pytest.raises(NotInForce):
        laws.in_force(date(2025, 2, 27))


def test_two_files_of_one_version_or_one_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "same.toml").write_text(TEXT)
    with pytest.raises(Unacceptable, match="versie midden-delfland-2025 bestaat al"):
        Laws.read("midden-delfland-2025", tmp_path)
    (tmp_path / "same.toml").write_text(changed(('"midden-delfland-2025"', '"midden-delfland-2025b"')))
    with pytest.raises(Unacceptable, match="op dezelfde dag"):
        Laws.read("midden-delfland-2025", tmp_path)


def test_who_reads_no_further_hears_of_no_fault(tmp_path: Path) -> None:
    """As `| head` does; here before anything is printed."""
    code = "import sys; from pathlib import Path; from deploy.embedded.ending import end; from deploy.embedded.home import Home"
    code += "; end(lambda: print('one line') or 0, Home(Path(sys.argv[1])))"
    argv = [sys.executable, "-c", code, str(tmp_path / "home")]
    reading, writing = os.pipe()
    with subprocess.Popen(argv, stdout=writing, stderr=subprocess.PIPE) as running:
        os.close(writing)
        os.close(reading)
        _, said = running.communicate()
    assert (running.returncode, said) == (1, b"")
    assert not (tmp_path / "home").exists()
