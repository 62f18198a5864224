"""The bijsluiter: what a jurist who has to accept the printed protocol needs beside it.

Article by article and lid by lid: which rules express it, what is left to people and how that is recorded, which
reading was chosen, what is not built. The words stand in the TOML files of this folder; what a rule is called is asked
of the law itself, so that the two cannot differ.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.protocol.conditions.case import Condition
from shared.protocol.live import TRIAL, not_filled_in
from shared.protocol.model import Law

CHAPTER_NAMES = {
    "begrippen": "Hoofdstuk 1",
    "algemeen": "Algemeen",
    "fase-1": "Fase 1",
    "fase-2": "Fase 2",
    "fase-3": "Fase 3",
    "fase-4": "Fase 4",
    "fase-5": "Fase 5 en slot",
    "bijlagen": "Bijlagen",
}
"""The files in the order of the protocol, and what their chapters are called here."""
KINDS = ("besluit", "voorwaarde", "gegeven", "termijn")
TERMS = {
    "not_a_case_years": ("bewaren van wat geen casus werd", "jaar", "jaar"),
    "ended_in_phase_4_years": ("bewaren van wat in fase 4 eindigt zonder casus", "jaar", "jaar"),
    "case_active_years": ("een gesloten casus in de actieve omgeving", "jaar", "jaar"),
    "case_kept_years": ("een casus in de niet-actieve omgeving", "jaar", "jaar"),
    "approval_days": ("goedkeuren van een vernietigingslijst", "dag", "dagen"),
    "ultimate_days": ("wachten voordat hoe dan ook wordt vernietigd", "dag", "dagen"),
    "notice_months": ("informeren van wie het aangaat", "maand", "maanden"),
    "review_months": ("uitstel opnieuw bekijken", "maand", "maanden"),
    "designation_years": ("een aanwijzing", "jaar", "jaar"),
    "finding_days": ("een vraag of bevinding van een onderdeel", "dag", "dagen"),
    "request_days": ("beantwoorden van een verzoek", "dag", "dagen"),
    "request_kept_years": ("bewaren van een verzoek na het antwoord", "jaar", "jaar"),
    "breach_kept_years": ("bewaren van een afgesloten datalek", "jaar", "jaar"),
    "no_breach_kept_years": ("bewaren van wat is voorgelegd en geen incident was", "jaar", "jaar"),
    "trail_kept_years": ("bewaren van het auditspoor", "jaar", "jaar"),
    "register_kept_years": ("bewaren van wie wat kreeg, na de vernietiging", "jaar", "jaar"),
    "designation_kept_years": ("bewaren van een geëindigde aanwijzing", "jaar", "jaar"),
    "report_known_years": ("herkennen van een melding die nog eens komt", "jaar", "jaar"),
    "urgent_days": ("beoordelen wat met spoed is gedeeld", "dag", "dagen"),
}
"""Each term of the law: what it is for, and its unit, one and several."""


@dataclass(frozen=True)
class Part:
    """A lid, an onderdeel, or the whole of an article that has none (`lid` is empty then)."""

    lid: str
    rules: tuple[tuple[str, str], ...]
    """Kind (of KINDS) and key, as in the law."""
    titel: str = ""
    zo: str = ""
    mensen: str = ""
    lezingen: tuple[int, ...] = ()
    ontbreekt: str = ""


@dataclass(frozen=True)
class Article:
    nummer: str
    titel: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Reading:
    """Where the text allows several readings. `gebouwd`: whether what it settles exists in the system."""

    nummer: int
    vraag: str
    gekozen: str
    anders: str
    gebouwd: bool = True


def leaflet(law: Law) -> str:
    """The bijsluiter of `law` as Markdown, to be printed after the protocol itself."""
    words = _words(law)
    lines = ["## Bijsluiter", "", *_opening(words)]
    for chapter, found in articles().items():
        lines += ["", f"### {CHAPTER_NAMES[chapter]}"]
        for article in found:
            lines += ["", f"#### {_heading(article)}"]
            for part in article.parts:
                lines += ["", *_part(law, part, words)]
    lines += ["", "### De gekozen lezingen"]
    for reading in readings():
        lines += ["", *_reading(reading)]
    lines += ["", "### Wat niet is gebouwd, bijeen", "", *_missing(words)]
    lines += ["", "### Vóór ingebruikneming", "", *_before_use(law)]
    return "\n".join(lines) + "\n"


@cache
def articles() -> Mapping[str, tuple[Article, ...]]:
    """Per chapter the articles, in the order of the protocol."""
    return {chapter: tuple(_article(one) for one in _read(chapter)["artikel"]) for chapter in CHAPTER_NAMES}


@cache
def readings() -> tuple[Reading, ...]:
    return tuple(Reading(**one) for one in _read("lezingen")["lezing"])


def conditions(law: Law) -> dict[str, Condition]:
    """Every condition of `law` by its key, wherever it stands."""
    found: dict[str, Condition] = {}
    for decision in law.decisions:
        for one in (*decision.needs, *(need for outcome in decision.outcomes for need in outcome.needs)):
            found.setdefault(one.key, one)
    for category in law.categories:
        for one in category.needs:
            found.setdefault(one.key, one)
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def _article(given: dict[str, Any]) -> Article:
    """Raises TypeError for a field that does not exist, ValueError for a rule of an unknown kind."""
    parts = []
    for one in given.pop("lid"):
        rules = tuple(_rule(text) for text in one.pop("regels", ()))
        parts.append(Part(rules=rules, lezingen=tuple(one.pop("lezingen", ())), **one))
    return Article(parts=tuple(parts), **given)


def _rule(text: str) -> tuple[str, str]:
    kind, _, key = text.partition(" ")
    if kind not in KINDS:
        raise ValueError(f"{text}: no such kind of rule")
    return kind, key


def _words(law: Law) -> dict[str, str]:
    """What the texts leave open because the municipality chooses it."""
    terms = {name: _amount(getattr(law.terms, name), one, many) for name, (_, one, many) in TERMS.items()}
    weighing = law.decision("weging-3")
    quorum = str(weighing.who.quorum) if weighing else ""
    return terms | {"dossierrollen": " of ".join(law.names[one] for one in law.file_roles), "lot_quorum": quorum}


def _amount(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _opening(words: Mapping[str, str]) -> list[str]:
    return [
        "Voor wie dit document moet aanvaarden. Per artikel en per lid van het protocol staat hier welke van de regels",
        "hiervoor het uitdrukken, wat aan het oordeel van mensen is gelaten en hoe dat wordt vastgelegd, welke lezing is",
        "gekozen waar de tekst er meer dan één toelaat, en wat niet is gebouwd. De regels worden genoemd met de woorden",
        "waarmee zij hiervoor staan; zij komen uit dezelfde bron als waarnaar wordt geoordeeld.",
        "",
        f"Met de *behandelaar* wordt bedoeld wie het dossier mag zien: {words['dossierrollen']}. Dit document is geen",
        "rechtsoordeel: of de gekozen lezingen juist zijn, beslist de verwerkingsverantwoordelijke.",
    ]


def _heading(article: Article) -> str:
    if article.nummer.isdigit():
        return f"Artikel {article.nummer}. {article.titel}"
    return f"Bijlage {article.nummer[-1]}. {article.titel}" if article.nummer.startswith("bijlage") else article.titel


def _part(law: Law, part: Part, words: Mapping[str, str]) -> list[str]:
    lines = []
    name = _name(part)
    if name:
        lines += [f"**{name}**", ""]
    if part.zo:
        lines.append(f"- *Zo uitgedrukt.* {part.zo.format_map(words)}")
    if part.rules:
        lines.append("- *Regels.* " + "; ".join(_called(law, kind, key, words) for kind, key in part.rules) + ".")
    if part.mensen:
        lines.append(f"- *Aan mensen gelaten.* {part.mensen.format_map(words)}")
    if part.lezingen:
        several = "Lezingen" if len(part.lezingen) > 1 else "Lezing"
        lines.append(f"- *{several}.* " + ", ".join(str(one) for one in part.lezingen) + ", zie hierna.")
    if part.ontbreekt:
        lines.append(f"- *Niet gebouwd.* {part.ontbreekt.format_map(words)}")
    return lines


def _name(part: Part) -> str:
    if part.lid.isdigit():
        return f"Lid {part.lid}"
    if len(part.lid) == 1:
        return f"Onder {part.lid}"
    return " – ".join(one for one in (part.lid.capitalize(), part.titel) if one)


def _called(law: Law, kind: str, key: str, words: Mapping[str, str]) -> str:
    """A rule by the name that it has in the printed protocol; raises KeyError for one that the law does not have."""
    if kind == "termijn":
        return f"de termijn voor {TERMS[key][0]}: {words[key]}"
    if kind == "voorwaarde":
        one = conditions(law)[key]
        return f"de voorwaarde ‘{one.says}’ ({one.article})"
    if kind == "gegeven":
        category = law.category(key)
        # A municipality may do without a source of Bijlage 1.
        return f"het gegeven ‘{category.name}’" if category else "deze bron gebruikt de gemeente niet"
    decision = law.decision(key)
    if decision is None:
        raise KeyError(key)
    return f"het besluit ‘{decision.question}’ ({decision.article})"


def _reading(reading: Reading) -> list[str]:
    lines = [f"**Lezing {reading.nummer}** (bij {', '.join(_where(reading.nummer))}). {reading.vraag}", ""]
    lines += [f"- *Gekozen.* {reading.gekozen}", f"- *De andere lezing.* {reading.anders}"]
    if not reading.gebouwd:
        lines.append("- *Niet gebouwd.* De lezing is gekozen; wat zij regelt, bestaat in het systeem nog niet.")
    return lines


def _where(number: int) -> Iterator[str]:
    for found in articles().values():
        for article in found:
            for part in article.parts:
                if number in part.lezingen:
                    yield _place(article, part)


def _place(article: Article, part: Part) -> str:
    start = f"artikel {article.nummer}" if article.nummer.isdigit() else article.nummer
    if not part.lid:
        return start if not start.startswith("fase") else f"{start}, inleiding"
    if part.lid.isdigit():
        return f"{start} lid {part.lid}"
    return f"{start} onder {part.lid}" if len(part.lid) == 1 else f"{start}, {part.lid}"


def _before_use(law: Law) -> list[str]:
    missing = not_filled_in(law).values()
    if not missing:
        return ["De gemeente heeft alles ingevuld wat daarvoor nodig is."]
    return [
        f"{TRIAL} Voor ingebruikneming ontbreekt in het bestand van de gemeente nog:",
        "",
        *(f"- {one}" for one in missing),
    ]


def _missing(words: Mapping[str, str]) -> Iterator[str]:
    for found in articles().values():
        for article in found:
            for part in article.parts:
                if part.ontbreekt:
                    yield f"- {_place(article, part)}: {part.ontbreekt.format_map(words)}"
