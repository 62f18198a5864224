"""The library of indicators in a municipality's file: what may be a sign of undermining, and what never is one.

A sign is what somebody does, or what a place shows; never what a group of people has in common (art. 9 AVG).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from shared.protocol.municipality import Indicators
from shared.protocol.reading import Table
from shared.protocol.special import AVG_9, SPECIAL_CATEGORIES, SpecialCategory

GROUP = SpecialCategory(
    "group",
    "nationaliteit, herkomst of geloof",
    AVG_9,
    (
        *("asiel*", "autochto*", "buitenland*", "etni*", "geloof*", "herkomst*", "immigra*", "kerk*", "landgeno*"),
        *("migra*", "nationalit*", "oosteurope*", "polen", "pools*", "ras", "statushouder*", "tempel*", "vluchteling*"),
        *("vreemdeling*", "geslacht", "gezondheid*"),
    ),
)
"""Words that in somebody's report may mean anything, and in a list of signs mean a group."""
NEVER = (*(one for one in SPECIAL_CATEGORIES if one.article == AVG_9), GROUP)


def indicators(groups: Sequence[Table], file: Table) -> tuple[Indicators, ...]:
    """The groups of the file; notes every indicator that rests on a special ground, and when there is none at all."""
    found: list[Indicators] = []
    for table in groups:
        group = Indicators(
            table.name("groep"), table.named("welke"), table.flag("ten_minste_een"), table.flag("verschijnsel")
        )
        if group.needed and not group.named:
            table.wrong("ten_minste_een", "kan niet: er staat geen aanwijzing onder")
        for code, name in group.named.items():
            for ground in _grounds(name):
                words = f"gaat over {ground.name}: dat is nooit een aanwijzing ({ground.article})"
                table.at("welke").wrong(code, words)
        for before in found:
            for code in before.named.keys() & group.named.keys():
                table.at("welke").wrong(code, f"staat ook onder ‘{before.name}’: een code betekent één ding")
        table.finish()
        found.append(group)
    if not any(one.named for one in found):
        file.wrong("indicatoren", "er is geen enkele aanwijzing waarop weging 1 kan berusten (art. 12 lid 1)")
    return tuple(found)


def _grounds(name: str) -> list[SpecialCategory]:
    """The special grounds of which `name` speaks."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = {*re.findall(r"[a-z0-9]+", plain), *re.findall(r"[a-z0-9]+", plain.replace("-", ""))}
    return [one for one in NEVER if one.is_in(words)]
