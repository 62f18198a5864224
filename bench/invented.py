"""Somebody who never was, by a place in a row: the same each time, and as names are spread in a city."""

from __future__ import annotations

import random

from shared.finding.things import Thing

COMMONEST, COMMON = "Jan Jansen", 400
FIRST = [
    "Jan",
    "Piet",
    "Kees",
    "Anna",
    "Maria",
    "Fatima",
    "Mohamed",
    "Ahmet",
    "Ayse",
    "Piotr",
    "Katarzyna",
    "Sjoerd",
    "Hinke",
    "Radjesh",
    "Glenn",
    "Sophie",
    "Erik",
    "Mark",
]
LAST = [
    "Bos",
    "Jansen",
    "Bakker",
    "Visser",
    "Smit",
    "Meijer",
    "Mulder",
    "Dekker",
    "Brouwer",
    "Yilmaz",
    "Kaya",
    "Amrani",
    "Idrissi",
    "Kowalski",
    "Nowak",
    "Hoekstra",
]
STREETS = [
    "Dorpsstraat",
    "Kerkweg",
    "Molenlaan",
    "Burgemeestersingel",
    "Rijksweg",
    "Havenkade",
    "Oostgracht",
    "Dijkshoornseweg",
]


def thing(place: int) -> Thing:
    """Somebody; names are spread as in a city, and one in so many has the commonest."""
    some = random.Random(place)
    ending = "".join(some.choice("bdfgklmnprstvz") + some.choice("aeiou") for _ in range(2))
    name = f"{some.choice(FIRST)} {some.choice('ABCDEFG')}. {some.choice(LAST)}{ending}"
    name = name if place % COMMON else COMMONEST
    return Thing(name=name, address=f"{some.choice(STREETS)} {some.randrange(1, 900)}, Plaats{place % 50}")


def things(place: int) -> tuple[Thing, Thing]:
    """Of one signal: whom it is about, and somebody who is named besides."""
    return thing(place), thing(place + 10_000_000)


def number(place: int) -> str:
    return f"S-{place // 1000:05}-{place % 1000:05}"
