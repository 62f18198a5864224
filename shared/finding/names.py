"""A name of a person: how it is read, and the exact forms in which it is kept and asked for.

A name has first names or initials, and a last name, which can be two (of oneself and of a partner). A form is one way to read
it: first name or initials, with one last name. What is kept says of itself whether it was written out, how many initials
follow, and whether the last name is the whole of it; what is asked for names those that fit. So `J. de Boer` finds `Jan de
Boer` and `Jan P. Boer-Smit`, and `Jan de Boer` does not find `Jaap de Boer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from shared.words.folding import fold, key
from shared.words.names import PARTICLES, SAID_BESIDE

NAME_RULE = (
    "Een naam is hetzelfde als de eerste voornaam en een achternaam gelijk zijn. Hoofdletters, accenten, koppeltekens en "
    "tussenvoegsels (van, de, v.d., el, al) tellen niet. Als hetzelfde tellen ook ij en y, ph en f, c en k, x en ks, th en t, gh en g, "
    "oe, ou en u, ie en i, een dubbele en een enkele medeklinker, en aan het eind dt en t, z en s. 'Berg, Jan van den' is Jan van den "
    "Berg; van twee namen zonder tussenvoegsel telt de volgorde niet. Van een dubbele achternaam (van een partner) is één van beide "
    "genoeg, behalve tegenover een andere dubbele naam: dan zijn beide nodig. Tweede voornamen tellen alleen als beide ze noemen, en "
    "dan met hun eerste letter. Roepnamen (Jan voor Johannes) en tikfouten worden niet gevonden."
)
INITIALS_RULE = (
    "Is van een van beide alleen een voorletter bekend, dan is die met dezelfde achternaam genoeg: J. de Vries is zo Jan, Johanna "
    "en Joost de Vries. Noemen beide meer voorletters, dan zijn die gelijk. Een achternaam alleen is niet te zoeken."
)
BIRTH_RULE = (
    "Een naam met geboortedatum is hetzelfde als de geboortedatum, een achternaam en de eerste voorletter gelijk zijn."
)

_MOST_INITIALS = 3
_GIVEN_TOO = frozenset({"ben", "al", "do", "le", "la", "bin", "du", "di", "da"})
"""Tussenvoegsels that are first names too, when a name begins with one."""
_SHORT_PARTICLES = re.compile(r"(?<![\w.])v\s?[./]{0,2}\s?d(?:n|r|en|er)?\b[./]?(?=[\s.]*\w)(?<!\w\.\w\.)")
_SHORT_VAN = re.compile(r"(?<=[\w.] )v\.?(?= ?[A-Z])")
_INITIALS = re.compile(
    r"(?<![\w])(?:[^\W\d_]\.[\s-]?)+(?=\s|,|$|[^\W_])|(?<![\w.])(?:(?:Th|Ch|Ph|Chr|Fr|Joh|Jac|Ad|Wm|IJ)\.)+"
)
_PARTNER = re.compile(r"\b(?:geb(?:oren)?|e\.?\s?v|wed(?:uwe)?)\.?\s+(?:van\s+)?(?=\w)", re.IGNORECASE)
_APOSTROPHES = re.compile(r"['’‘`´]")
_CAPITALS = re.compile(r"^[A-Z]{1,4}$")
_VOWELS = frozenset("aeiouy")

Spelling = tuple[str, Callable[[str], str]]


def _double_consonants(word: str) -> str:
    return re.sub(r"([^\Waeiouy\d])\1+", r"\1", word)


SPELLINGS: tuple[Spelling, ...] = (
    ("ph is f", lambda word: word.replace("ph", "f")),
    ("c is k, but not in ch", lambda word: re.sub(r"c(?=[aouklrt]|hr|$)", "k", word).replace("khr", "kr")),
    ("x is ks", lambda word: word.replace("x", "ks")),
    ("th is t", lambda word: word.replace("th", "t")),
    ("dt is t at the end", lambda word: re.sub(r"dt$", "t", word)),
    ("ou, oe and u", lambda word: re.sub(r"ou|oe", "u", word)),
    ("gh is g", lambda word: word.replace("gh", "g")),
    ("ie is i", lambda word: word.replace("ie", "i")),
    ("z is s at the end", lambda word: re.sub(r"z$", "s", word)),
    ("a double consonant", _double_consonants),
)
"""Ways of spelling one name, each measured by `python -m bench names`."""


@dataclass(frozen=True)
class ReadName:
    """A name as it was read. `firsts`: first names and initials in their order; `lasts`: its last names, each in every way in
    which it is written; `open`: it does not say which is the last name, so that each word may be."""

    firsts: tuple[str, ...]
    lasts: tuple[frozenset[str], ...]
    open: bool = False
    between: frozenset[str] = frozenset()
    """Words between first and last name, which may be a last name too."""
    initials: str = ""
    """Of the first names, as they are written: at most so many as count."""
    joined: str = ""
    """First names with a hyphen, as one word."""
    by_name: bool = False
    """A reading by which it is not found by initials."""
    turned: str = ""
    """The initial, when what stands last is the first name."""

    @property
    def first(self) -> str:
        """The first name as it is written out; empty when there is only an initial."""
        return self.firsts[0] if self.firsts and len(self.firsts[0]) > 1 else ""


def _written_out(name: str) -> Iterator[str]:
    """The name, and with `ue` for `ü`, as who has no such key writes it."""
    yield name
    if other := re.sub("[äöüÄÖÜ]", lambda found: found[0] + "e", name).replace("å", "aa"):
        yield from () if other == name else (other,)


def read(name: str, spellings: Iterable[Spelling] = SPELLINGS) -> ReadName | None:
    """How a name is read; None for one without a last name, or without anything before it."""
    rules = tuple(spellings)

    def spelt(word: str) -> str:
        for _, rule in rules if len(word) > 1 else ():
            word = rule(word)
        return word

    plain = re.sub(r"\([^)]*\)|\"[^\"]*\"", " ", fold(name))
    plain = _PARTNER.sub("-", plain)
    swapped, turned = _turned(plain)
    words = _words(swapped)
    if turned is not None:
        last, firsts = words, _words(turned)
        # `Berg, J. van den`: the tussenvoegsel stands behind.
        between = [one for one in firsts if _is_particle(one)]
        given = [one for one in firsts if not _is_particle(one)]
        if not given:
            # `Jansen, Ben`
            given, between = between, []
        return _made(given, " ".join([*between, *last]), spelt)
    return _in_order(words, spelt)


def _turned(plain: str) -> tuple[str, str | None]:
    before, comma, after = plain.partition(",")
    return (before, after) if comma and before.strip() and after.strip() else (plain.replace(",", " "), None)


def _words(text: str) -> list[str]:
    """Small words of a name; a hyphen between last names stays as `-`, initials are letters by themselves."""
    text = _APOSTROPHES.sub("", re.sub(r"['’‘`´][ts](?![^\W_])", " ", text))
    text = _SHORT_PARTICLES.sub(" van ", text)
    text = _SHORT_VAN.sub("van", text)
    text = _INITIALS.sub(lambda found: " " + " ".join(re.findall(r"[^\W\d_]", _one_letter(found[0]))) + " ", text)
    found: list[str] = []
    capitals = any(one.islower() for one in text)
    for word in re.findall(r"[^\W\d_]+|-", text):
        small = key(word)
        if small in SAID_BESIDE and len(small) > 1:
            # `De heer …`
            found = [] if found == ["de"] else found
            continue
        if small in ("t", "s") and word == small and found and found[-1] in PARTICLES:
            # `van t Hof`
            continue
        if capitals and not found and _CAPITALS.match(word) and len(word) > 1 and not _VOWELS & set(small):
            # JP Bos: initials without points.
            found += list(small)
        else:
            found.append(small)
    return found


def _one_letter(text: str) -> str:
    """`Th.` and `Chr.` are one initial."""
    return "".join(key(one)[0] + "." for one in re.findall(r"[^\W\d_]+", text))


def _in_order(words: list[str], spelt: Callable[[str], str]) -> ReadName | None:
    """First names before the last: up to the first tussenvoegsel, or all but the last word and what is joined to that."""
    firsts, rest = [], list(words)
    if rest and (rest[0] in _GIVEN_TOO or not _is_particle(rest[0])):
        firsts.append(rest.pop(0))
    while rest and (len(rest[0]) == 1 or _joins_first_names(rest)):
        # An initial, or a hyphen as in Jan-Willem.
        firsts.append(rest.pop(0))
    if not firsts:
        return _family_first(rest, spelt)
    if not rest or rest == ["-"]:
        # `Yılmaz M.`: nothing but initials comes behind it.
        initials = [one for one in firsts[1:] if one != "-"]
        return _made(initials, firsts[0], spelt)
    particle = next((at for at, one in enumerate(rest) if _is_particle(one)), None)
    hyphen = next((at for at, one in enumerate(rest) if one == "-"), len(rest))
    if particle is not None and particle <= hyphen:
        return _made([*firsts, *rest[:particle]], " ".join(rest[particle:]), spelt)
    if hyphen < len(rest) - 1:
        return _made([*firsts, *rest[: hyphen - 1]], " ".join(rest[hyphen - 1 :]), spelt)
    *middle, last = (one for one in rest if one != "-")
    made = _made([*firsts, *middle], last, spelt)
    # Where nothing is an initial, nothing tells which of two words is the last name.
    between = frozenset(spelt(one) for one in middle if len(one) > 1)
    return made and replace(made, open=bool(made.first), between=between, turned=_initials([last]))


def _is_particle(word: str) -> bool:
    return len(word) > 1 and word in PARTICLES


def _joins_first_names(rest: list[str]) -> bool:
    """A hyphen right behind a first name, with a last name still to come."""
    return rest[0] == "-" and len([one for one in rest if one != "-"]) > 1


def _family_first(words: list[str], spelt: Callable[[str], str]) -> ReadName | None:
    """`El Amrani Mohamed`, `van den Berg J.`: it begins with a tussenvoegsel."""
    at = next((place for place, one in enumerate(words) if one not in PARTICLES), None)
    if at is None or len(words) < at + 2:
        return None
    firsts = [one for one in words[at + 1 :] if one != "-"]
    return _made(firsts, " ".join(words[: at + 1]), spelt)


def _made(firsts: list[str], last: str, spelt: Callable[[str], str]) -> ReadName | None:
    lasts = tuple(filter(None, (_written(one, spelt) for one in last.split("-"))))
    given = [one for one in firsts if one != "-"]
    if not given or not lasts:
        return None
    joined = spelt(given[0] + given[1]) if firsts[1:2] == ["-"] and len(given) > 1 else ""
    return ReadName(tuple(map(spelt, given)), lasts, initials=_initials(given), joined=joined)


def _initials(given: Iterable[str]) -> str:
    """First letters, before a way of spelling makes another of them; C. and K. are one."""
    return "".join(one[0] for one in given).replace("c", "k")[:_MOST_INITIALS]


def _written(last: str, spelt: Callable[[str], str]) -> frozenset[str]:
    """One last name: without its tussenvoegsels, and as one word with them (`Vandenberg`, `Elamrani`)."""
    words = last.split()
    without = "".join(one for one in words if one not in PARTICLES)
    whole = "".join(words)
    if not without:
        return frozenset({spelt(whole)} if whole else ())
    return frozenset({spelt(without), spelt(whole)})


# --- forms ------------------------------------------------------------------------------------------


def kept(name: str, spellings: Iterable[Spelling] = SPELLINGS) -> frozenset[str]:
    """The forms under which this name is kept."""
    found = (read(one, spellings) for one in _written_out(name))
    return frozenset(form for one in found if one for form in _kept(one))


def asked(name: str, spellings: Iterable[Spelling] = SPELLINGS) -> tuple[frozenset[str], frozenset[str]]:
    """The forms that are looked for: those by first name, and those by initials."""
    full: set[str] = set()
    initials: set[str] = set()
    found = (read(one, spellings) for one in _written_out(name))
    for reading in (each for one in found if one for each in _readings(one)):
        for last in _asked_lasts(reading):
            for row in _asked_rows(reading.initials):
                if reading.first:
                    full.add(f"n|{reading.first}|{row}|{last}")
                    initials |= set() if reading.by_name else {f"o|{row}|{last}"}
                else:
                    initials |= {f"o|{row}|{last}", f"h|{row}|{last}"}
    return frozenset(full), frozenset(initials - full)


def _kept(one: ReadName) -> Iterator[str]:
    for reading in _readings(one):
        for last in _kept_lasts(reading):
            for row in _kept_rows(reading.initials):
                if reading.first:
                    # By its first name, and for who knows an initial.
                    yield f"n|{reading.first}|{row}|{last}"
                    if not reading.by_name:
                        yield f"h|{row}|{last}"
                else:
                    yield f"o|{row}|{last}"


def _readings(one: ReadName) -> Iterator[ReadName]:
    """The ways in which a name can be read: of two words without a tussenvoegsel either is the last name."""
    yield one
    if one.joined:
        # Anne-Marie, Annemarie.
        yield replace(one, firsts=(one.joined,), initials=one.initials[:1], by_name=True)
    if one.open and len(one.lasts) == 1:
        (last,) = one.lasts
        first = one.firsts[0]
        turned = min(last, key=len)
        if len(one.firsts) == 1:
            yield ReadName((turned,), (frozenset({first}),), initials=one.turned)


def _kept_lasts(one: ReadName) -> Iterator[str]:
    if len(one.lasts) == 1:
        yield from (f"{last}|whole" for last in one.lasts[0])
        # A name between may be a last name: Carlos García López.
        yield from (f"{last}|part" for last in one.between)
        return
    for last in frozenset().union(*one.lasts):
        yield f"{last}|part"
    yield f"{_both(one)}|both"


def _asked_lasts(one: ReadName) -> Iterator[str]:
    if len(one.lasts) == 1:
        yield from (f"{last}|{which}" for last in one.lasts[0] for which in ("whole", "part"))
        yield from (f"{last}|whole" for last in one.between)
        return
    for last in frozenset().union(*one.lasts):
        yield f"{last}|whole"
    yield f"{_both(one)}|both"


def _both(one: ReadName) -> str:
    return "+".join(sorted(min(last, key=len) for last in one.lasts))


def _kept_rows(initials: str) -> Iterator[str]:
    """The initials of what is kept: all of them, and for each beginning that there are more."""
    yield f"{initials}|all"
    yield from (f"{initials[:length]}|more" for length in range(1, len(initials)))


def _asked_rows(initials: str) -> Iterator[str]:
    """Initials that agree as far as both go."""
    yield from (f"{initials[:length]}|all" for length in range(1, len(initials) + 1))
    yield f"{initials}|more"
