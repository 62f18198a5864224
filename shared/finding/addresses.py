"""An address: street, number, addition, and postcode or place where they are there. Spellings of one address are one.

What is written shortest must find what is written longest, and the other way round, without finding the same street in
another place. So a form says whether a place was named: who names none finds all, who names one finds that place and what
names none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.words.folding import fold, key

ADDRESS_RULE = (
    "Een adres is hetzelfde als straat, huisnummer en toevoeging gelijk zijn, of postcode, huisnummer en toevoeging. "
    "Hoofdletters, spaties, accenten, afkortingen (str., wg, ln, pl, burg., v.d.) en ij of y tellen niet; '12a', '12 A' en "
    "'12-A' zijn hetzelfde. Noemen beide een plaats, dan moet die gelijk zijn. Een ander huisnummer, een andere toevoeging of "
    "een tikfout is niet hetzelfde, en een straat zonder huisnummer is niet te zoeken."
)
_POSTCODE = re.compile(r"(?<![0-9a-z])([1-9][0-9]{3})\s*([a-z]{2})(?![0-9a-z])", re.IGNORECASE)
_HOUSE = re.compile(
    # The street, which may begin with a figure (1e Dwarsstraat); its number; what comes behind it.
    r"^(?P<street>.*?[a-z.)'](?:\s+1[89]\d\d(?:-(?:1[89])?\d\d)?(?=[\s,]+\d))?)[\s,]+(?:(?:nr|nummer|no)\b\.?\s*)?(?P<number>[0-9]{1,5})(?![0-9])(?P<rest>.*)$",
    re.IGNORECASE,
)
_ADDITION = re.compile(
    r"^\s*[-/]?\s*(?P<letter>[a-z](?![a-z0-9]))?[\s/-]*(?:toev(?:oeging)?\.?\s*)?(?P<more>(?:hs|huis|bis|bg|boven|beneden|hoog|rood|zw|"
    r"[ivx]{1,4}|[a-z]?[0-9]{1,4}[a-z]?)(?![a-z0-9]))?(?:\s*-?\s*(?P<floor>hoog|etage|verd(?:ieping)?\.?)(?![a-z]))?",
    re.IGNORECASE,
)
_ABBREVIATED = (
    # Where a street ends: NEN 5825, and what people write.
    (re.compile(r"(?:str|straat)\.?$"), "straat"),
    (re.compile(r"(?<=[a-z ])wg\.?$"), "weg"),
    (re.compile(r"(?<=[a-z ])l(?:n|aan)\.?$"), "laan"),
    (re.compile(r"(?<=[a-z ])pl(?:n|ein)?\.?$"), "plein"),
    (re.compile(r"(?<=[a-z ])s(?:n)?gl\.?$"), "singel"),
    (re.compile(r"(?<=[a-z ])(?:kd|kade)\.?$"), "kade"),
    (re.compile(r"(?<=[a-z ])gr(?:acht)?\.?$"), "gracht"),
    (re.compile(r"(?<=[a-z ])d(?:ij|y)?k\.?$"), "dyk"),
    # At the beginning.
    (re.compile(r"^o\.? ?z\.? (?=\w)"), "oudezyds "),
    (re.compile(r"^n\.? ?z\.? (?=\w)"), "nieuwezyds "),
    (re.compile(r"^(?:burg|burgem|bgm)\.? (?=\w)"), "burgemeester "),
    (re.compile(r"^st\.? (?=\w)"), "sint "),
    (re.compile(r"^(?:prof)\.? (?=\w)"), "professor "),
    (re.compile(r"^(?:pres)\.? (?=\w)"), "president "),
    (re.compile(r"^(?:past)\.? (?=\w)"), "pastoor "),
    (re.compile(r"^(?:wilh)\.? (?=\w)"), "wilhelmina "),
    (re.compile(r"^1e (?=\w)"), "eerste "),
    (re.compile(r"^2e (?=\w)"), "tweede "),
    (re.compile(r"^3e (?=\w)"), "derde "),
    # Between.
    (re.compile(r"\bv\.? ?/? ?d(?:r|n|en|er)?\.? (?=\w)"), "van de "),
    (re.compile(r"\bvan (?:den|der) (?=\w)"), "van de "),
    (re.compile(r"\bv\. (?=\w)"), "van "),
)
_PLACES = {
    "sgravenhage": "denhaag",
    "gravenhage": "denhaag",
    "shertogenbosch": "denbosch",
    "hertogenbosch": "denbosch",
    "thorn": "thorn",
    "adam": "amsterdam",
    "rdam": "rotterdam",
    "hoekvanholland": "hoekvanholland",
}
_NO_PLACE = re.compile(r"^(?:nederland|nl|holland)$")
_FLOOR = "h"
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_SAME_ADDITION = {"huis": "hs"}


@dataclass(frozen=True)
class ReadAddress:
    """An address as it is compared; what was not written is empty."""

    street: str
    number: str
    addition: str = ""
    postcode: str = ""
    place: str = ""


def read(text: str) -> ReadAddress | None:
    """The address in `text`, written in any usual way; None when there is no house number with a street or postcode."""
    plain = re.sub(r"\s+", " ", fold(text)).strip(" ,.;")
    postcode = ""
    found = _POSTCODE.search(plain)
    after = ""
    if found:
        postcode = (found[1] + found[2]).lower()
        after = plain[found.end() :]
        plain = plain[: found.start()].strip(" ,.;")
        if not plain:
            # The postcode came first: `2636 AB 12`.
            plain, after = after.strip(" ,.;"), ""
    only = re.match(r"^(?P<number>[0-9]{1,5})(?![0-9])(?P<rest>.*)$", plain)
    house = _HOUSE.match(plain) if not (only and postcode) else None
    if house is None and not (only and postcode):
        return None
    parts = house or only
    assert parts is not None
    addition, rest = _addition(parts["rest"])
    place = _place(after) or _place(rest)
    street = _street(house["street"]) if house else ""
    return ReadAddress(street, str(int(parts["number"])), addition, postcode, place)


def kept(text: str) -> frozenset[str]:
    """The forms under which this address is kept; none for what is no address with a number."""
    one = read(text)
    if one is None:
        return frozenset()
    house = f"{one.number}|{one.addition}"
    found = {f"p|{one.postcode}|{house}"} if one.postcode else set()
    if one.street:
        street = f"{one.street}|{house}"
        found |= {f"s|{street}|in|{one.place}", f"s|{street}|somewhere"} if one.place else {f"s|{street}|anywhere"}
    return frozenset(found)


def asked(text: str) -> frozenset[str]:
    """The forms that are looked for when this address is asked about."""
    one = read(text)
    if one is None:
        return frozenset()
    house = f"{one.number}|{one.addition}"
    found = {f"p|{one.postcode}|{house}"} if one.postcode else set()
    if one.street:
        street = f"{one.street}|{house}"
        found |= {f"s|{street}|anywhere", f"s|{street}|in|{one.place}" if one.place else f"s|{street}|somewhere"}
    return frozenset(found)


def _addition(text: str) -> tuple[str, str]:
    """The addition to a house number, and what stands behind it."""
    found = _ADDITION.match(text)
    if found is None or not found[0].strip(" -/"):
        return "", text
    more = (found["more"] or "").lower()
    more = _ROMAN.get(more, _SAME_ADDITION.get(more, more))
    whole = (found["letter"] or "").lower() + more + (_FLOOR if found["floor"] else "")
    if not whole:
        return "", text
    return whole.replace("ij", "y"), text[found.end() :]


def _street(text: str) -> str:
    # A house number's sign, a remark between brackets and the apostrophe of 's are read over.
    plain = re.sub(r"\([^)]*\)", " ", key(text))
    plain = re.sub(r"\s+", " ", plain.replace(",", " ")).strip()
    for pattern, whole in _ABBREVIATED:
        plain = pattern.sub(whole, plain)
    return re.sub(r"[\W_]", "", plain)


def _place(text: str) -> str:
    plain = key(re.sub(r"\([^)]*\)", " ", text))
    for part in re.split(r"[,;]", plain):
        one = re.sub(r"[\W_\d]", "", part)
        if one and not _NO_PLACE.match(one):
            return _PLACES.get(one, one)
    return ""
