"""The forms of what can be looked for, by kind: as it is kept, and as it is asked for. The kind is part of each form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.finding import addresses, companies, names


class Sameness(StrEnum):
    """In what two things are the same."""

    ADDRESS = "address"
    COMPANY = "company-number"
    NAME = "name"
    INITIALS = "name-initials"
    BIRTH = "name-birth"


SAMENESS_WORDS: dict[Sameness, str] = {
    Sameness.ADDRESS: "hetzelfde adres",
    Sameness.COMPANY: "hetzelfde KvK-nummer",
    Sameness.NAME: "dezelfde naam",
    Sameness.INITIALS: "dezelfde achternaam met voorletter",
    Sameness.BIRTH: "dezelfde naam en geboortedatum",
}
SAMENESS_RULES: dict[Sameness, str] = {
    Sameness.ADDRESS: addresses.ADDRESS_RULE,
    Sameness.COMPANY: companies.COMPANY_RULE,
    Sameness.NAME: names.NAME_RULE,
    Sameness.INITIALS: names.INITIALS_RULE,
    Sameness.BIRTH: names.BIRTH_RULE,
}
"""What counts as the same, as it stands with every answer."""
NOT_SEARCHED = (
    "Er is alleen gezocht in namen, adressen en KvK-nummers die als zodanig zijn vastgelegd, niet in vrije tekst. Dat er niets is "
    "gevonden zegt dus niet dat er niets is. Wat gelijk is, kan toch van een ander zijn: ga het zelf na."
)


@dataclass(frozen=True)
class Thing:
    """Something that can be looked for: a person, an object, or what somebody typed. What is not known is None."""

    name: str | None = None
    address: str | None = None
    company: str | None = None
    born: date | None = None


Forms = dict[Sameness, frozenset[str]]


def kept(things: Iterable[Thing]) -> frozenset[str]:
    """Every form under which these are kept, each with its kind; no order, and nothing of which belongs to which."""
    found: set[str] = set()
    for one in things:
        if one.address:
            found |= _of(Sameness.ADDRESS, addresses.kept(one.address))
        if one.company and (number := companies.company_number(one.company)):
            found |= _of(Sameness.COMPANY, (number,))
        if one.name:
            # By initials it is found among those of names: what is kept is the same.
            found |= _of(Sameness.NAME, names.kept(one.name))
            if one.born:
                found |= _of(Sameness.BIRTH, _born(one.name, one.born))
    return frozenset(found)


def asked(one: Thing) -> Forms:
    """The forms that are looked for, by what they would be the same in; a kind without any is left out."""
    found: Forms = {}
    if one.address:
        found[Sameness.ADDRESS] = _of(Sameness.ADDRESS, addresses.asked(one.address))
    if one.company and (number := companies.company_number(one.company)):
        found[Sameness.COMPANY] = _of(Sameness.COMPANY, (number,))
    if one.name:
        full, initials = names.asked(one.name)
        found[Sameness.NAME] = _of(Sameness.NAME, full)
        found[Sameness.INITIALS] = _of(Sameness.NAME, initials)
        if one.born:
            found[Sameness.BIRTH] = _of(Sameness.BIRTH, _born(one.name, one.born))
    return {kind: forms for kind, forms in found.items() if forms}


def _of(kind: Sameness, forms: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{kind}:{one}" for one in forms)


def _born(name: str, on: date) -> frozenset[str]:
    read = names.read(name)
    if read is None:
        return frozenset()
    lasts = frozenset().union(*read.lasts)
    return frozenset(f"{on.isoformat()}|{read.initials[:1]}|{last}" for last in lasts)
