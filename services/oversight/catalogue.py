"""What the statistics are, for a catalogue of data: DCAT-AP-NL 3.0 as JSON-LD. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.protocol.model import Law

DCAT_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EU_AUTHORITY = "http://publications.europa.eu/resource/authority"
QUARTERLY = f"{EU_AUTHORITY}/frequency/QUARTERLY"
FOR_SOME = f"{EU_AUTHORITY}/access-right/NON_PUBLIC"
"""Who watches reads them; to publish them is the municipality's to decide."""
THEME_JUSTICE = f"{EU_AUTHORITY}/data-theme/JUST"
IN_DUTCH = f"{EU_AUTHORITY}/language/NLD"
DISTRIBUTIONS = (("json", "application/json", "JSON"), ("csv", "text/csv", "CSV"))


def dataset(law: Law, address: str, quarters: Sequence[str], made: date | None) -> dict[str, Any]:
    """`address`: where the data stand, without a slash at its end; `quarters`: which of them are kept; `made`: when the newest."""
    choices = law.choices
    publisher = {"@type": "foaf:Agent", "foaf:name": _nl(choices.name)}
    if choices.taking_into_use.oin:
        publisher |= {"dct:identifier": choices.taking_into_use.oin}
    found: dict[str, Any] = {
        "@context": DCAT_CONTEXT,
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:identifier": address,
        "dct:title": _nl("Signalen over ondermijning: aantallen per kwartaal"),
        "dct:description": _nl(
            "Hoeveel signalen per kwartaal een vermoeden opleverden, naar verschijnsel, en hoeveel er eindigden, naar hoe, na"
            " hoe lang, of informeren werd uitgesteld en aan wat voor ontvanger is verstrekt. Niemand is te herleiden:"
            f" aantallen onder {choices.smallest_count}, en wat die zou verraden, staan er niet in (art. 9 lid 3)."
        ),
        "dct:publisher": publisher,
        "dct:creator": publisher,
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": choices.name},
        "dct:accrualPeriodicity": _id(QUARTERLY),
        "dct:accessRights": _id(FOR_SOME),
        "dcat:theme": _id(THEME_JUSTICE),
        "dct:language": _id(IN_DUTCH),
        "dct:license": _id(choices.licence),
        "dcat:distribution": [_distribution(choices.licence, address, *one) for one in DISTRIBUTIONS],
    }
    if quarters:
        found["dcat:keyword"] = [{"@value": one} for one in quarters]
    if made is not None:
        found["dct:modified"] = {"@value": made.isoformat(), "@type": "xsd:date"}
    return found


def _distribution(licence: str, address: str, name: str, media: str, kind: str) -> dict[str, Any]:
    where = address if name == "json" else f"{address}/{name}"
    return {
        "@type": "dcat:Distribution",
        "@id": f"{address}#{name}",
        "dct:title": _nl(f"Aantallen per kwartaal, {kind}"),
        "dcat:accessURL": _id(where),
        "dcat:downloadURL": _id(where),
        "dcat:mediaType": _id(f"https://www.iana.org/assignments/media-types/{media}"),
        "dct:format": _id(f"{EU_AUTHORITY}/file-type/{kind}"),
        "dct:license": _id(licence),
    }


def _nl(words: str) -> dict[str, str]:
    return {"@value": words, "@language": "nl"}


def _id(address: str) -> dict[str, str]:
    return {"@id": address}
