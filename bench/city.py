"""A city of 550,000 inhabitants: six years of signals, a working day of two hundred people on top, and the yearly destruction.

**Made in bulk** (bench/city_rows.py, bench/city_fill.py): signals are played through the house, and what every service holds of each
is copied to thousands of others by a simulated clock: other numbers, ids, days and names of keys, the MAC of its service on each
row, a real key in OpenBao for what still is, look-up hashes made by OpenBao, destructions noted in OpenBao and in retention's file.
What a copy has encrypted is its template's: nobody can open it. Left out are the tables of `LEFT_OUT`, each with why.

**Real**: the templates; a hundred signals played whole (half of them to a closed case), by which is measured what the bulk does not
touch; what is in hand in phase 1, from the door; everything that people do in the working day; and the destruction: lists,
approval, both hands on every key, orders to every service, declarations.

The moment is a year after the sixth year, without a seventh: what ended in the sixth is due, and the cases of the first year.
CITY_SCALE is the part of it that is made (1; 0.1 while developing), CITY_SECONDS how long the day lasts, CITY_PEOPLE who is there,
CITY_REAL how many of each kind are played whole (50).
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from bench.city_day import LARGE, SLOW_MS, Day, Office, Together, slow, watched
from bench.city_fill import ENDED, Filling, Share, templates
from bench.city_growth import (
    ACTION,
    REAL,
    WORKERS,
    Sizes,
    grown,
    in_six_years,
    not_filled,
    of_an_action,
    of_real_ones,
    of_the_bulk,
    sizes,
)
from bench.counts import quiet
from bench.destruction import declared
from bench.figures import Figure, at_most, ratio
from bench.invented import thing
from deploy.embedded.home import SERVICE_NAMES
from deploy.openbao import apply as bao_config
from shared.openbao import TOMBSTONE_NAMES, BaoError, OpenBao
from tests.house import TestHouse
from tests.parts import run_async

SCALE = float(os.environ.get("CITY_SCALE", "1"))
SECONDS = float(os.environ.get("CITY_SECONDS", "240"))
PEOPLE = int(os.environ.get("CITY_PEOPLE", "200"))
A_DAY, YEARS, YEAR = 60, 6, 365
SIGNALS, CASES = A_DAY * YEARS * YEAR, 20_000
"""One signal for each nine thousand inhabitants a day; fifteen of a hundred become a case."""
ENDINGS = {"no_suspicion": 0.6, "too_light": 0.25, "no_hit": 0.15}
"""Of what becomes no case: most ends with the first question, and what costs most to research ends least."""
IN_HAND = {"hit_check": 300, "execution": 1600}
"""In hand in phases 3 and 4: a month of what gets there, and half a year of cases."""
FIRST_PHASE_DAYS, AT_LEAST = 14, 400
"""In hand in phase 1: two weeks of reports, and never fewer than the day decides on."""
ACTIONS_A_YEAR = 200 * 60 * 8 * 250
"""One a minute of each, eight hours of two hundred and fifty days."""
DESTROYED_WITHIN = 10_800
SLOWER = 3.0
"""How much longer people may wait at the 95th percentile while a year is destroyed."""
OF_ITS_OWN = {
    # Keys of rooms that were left, and of letterboxes, go at once, so that a template is as a year later; and nothing is listed but
    # when asked.
    "MELDPUNT_GRACE_SECONDS": "4",
    "MELDPUNT_LETTERBOX_MARGIN_SECONDS": "2",
    "MELDPUNT_RUN_EVERY_SECONDS": "864000",
    # As built the services give way to the door, the pages and to everybody else: on a busy machine to others alone.
    "MELDPUNT_EMBEDDED_EQUAL": os.environ.get("MELDPUNT_EMBEDDED_EQUAL", ""),
    # Two people here ask for two hundred.
    "MELDPUNT_CHECKS_PER_HOUR": "1000000",
}


def shares() -> list[Share]:
    a_year = CASES / YEARS
    ended = A_DAY * YEAR - a_year

    def many(count: float) -> int:
        return max(1, round(count * SCALE))

    return [
        Share("destroyed", many(ended * (YEARS - 1)), (YEARS + 1) * YEAR, 2 * YEAR),
        Share("moved_case", many(a_year), (YEARS + 1) * YEAR, YEARS * YEAR + 3),
        Share("moved_case", many(a_year), YEARS * YEAR - 3, 5 * YEAR + 3),
        Share("closed", many(CASES - 2 * a_year), 5 * YEAR - 3, YEAR),
        *(Share(name, many(ended * part), 2 * YEAR, YEAR + 2) for name, part in ENDINGS.items()),
        *(Share(name, many(count), 150, 1) for name, count in IN_HAND.items()),
    ]


def run(house: TestHouse) -> list[Figure]:
    """All of it; says on the way what it is at."""
    say(f"a city, {SCALE:g} of it; templates")
    made, shared = templates(house)
    assert set(ENDINGS) == set(ENDED)
    before, began = sizes(house), time.perf_counter()
    filled = Filling(house, made, shared).fill(shares())
    seconds = time.perf_counter() - began
    quiet(house)
    bulk = grown(before, sizes(house))
    count = sum(filled.signals.values())
    say(f"{count} signals, {sum(filled.rows.values())} rows, {filled.keys} keys in {seconds:.0f} s")
    for one in not_filled(house, filled):
        say(f"not filled: {one}")
    left, each = of_real_ones(house)
    say(f"{2 * REAL} real signals played whole")
    figures = [
        Figure(f"signals made in bulk, at {SCALE:g} of a city", count, ""),
        *(Figure(f"- of these: {name}", n, "") for name, n in filled.signals.items()),
        Figure("rows made in bulk", sum(filled.rows.values()), ""),
        Figure("keys made in OpenBao", filled.keys, ""),
        *of_the_bulk(bulk, count),
        *left,
    ]
    numbers = _in_hand(house)
    office = Office(house, numbers, _words(house), PEOPLE)
    try:
        day, found = _day(house, office, each)
        figures += found
        figures += in_six_years(bulk, each, scale=SCALE, signals=SIGNALS, cases=CASES, actions=ACTIONS_A_YEAR)
        figures += _year(house, office, day)
    finally:
        office.close()
    return figures


def kept_as() -> str:
    """The whole stands by itself; a part of a city says which."""
    return "city" if SCALE == 1 else f"city, {SCALE:g} of it"


def say(text: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')} {text}", flush=True)


def _in_hand(house: TestHouse) -> list[str]:
    """Real reports in phase 1, each about somebody else."""
    wanted = max(AT_LEAST, round(A_DAY * FIRST_PHASE_DAYS * SCALE))
    begun = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as people, Together(house.home) as client:

        def report(place: int) -> str:
            who = thing(2 * 10**8 + place)
            body = {"channel": "colleague", "text": "Op de hoek wordt 's nachts geladen."}
            about = {"subjects": [{"name": who.name, "address": who.address}]}
            return str(client.post("intake", "/v1/signals", "collega", body | about)["number"])

        numbers = list(people.map(report, range(wanted)))
    quiet(house)
    say(f"{wanted} real reports in hand in {time.perf_counter() - begun:.0f} s")
    return numbers


def _words(house: TestHouse) -> list[str]:
    """What people look for: parts of numbers and names that signals in hand have."""
    found = house.sql("worklist", "SELECT number, working_name FROM work WHERE here ORDER BY number LIMIT 200")
    return [one["number"][2:7] for one in found] + [one["working_name"] for one in found if one["working_name"]]


# --- the day, and the year -------------------------------------------------------------------------------


def _day(house: TestHouse, office: Office, each: dict[str, Sizes]) -> tuple[Day, list[Figure]]:
    before, began = sizes(house), time.perf_counter()
    with watched(house, SERVICE_NAMES) as whole, slow(house) as late:
        day = office.works(SECONDS)
    quiet(house)
    seconds = time.perf_counter() - began
    each[ACTION] = of_an_action(grown(before, sizes(house)), each["rest"], seconds, day.done)
    figures = [
        Figure(f"{PEOPLE} people at work, {day.seconds:.0f} s: actions", day.done, ""),
        *_waited("", day),
        at_most("errors of these actions", len(day.wrong), "", 0),
        at_most(f"tables of {LARGE} rows or more that the day read whole", len(whole), "", 0),
        *(Figure(f"- read whole: {name}", count, "times") for name, count in whole.items()),
        *(Figure(f"- slower than {SLOW_MS} ms: {text}", round(ms), "ms") for text, ms in late.items()),
    ]
    _say_wrong(day)
    # The same look at a table that is read whole on purpose has to see it.
    with watched(house, ("oversight",)) as seen:
        house.sql("oversight", "SELECT count(*) FROM decided WHERE carried_by LIKE '%nobody%'")
    assert "oversight.decided" in seen, "what reads a table whole is not seen"
    left = [Figure(f"- for each action: {name}", n, "bytes") for name, n in each[ACTION].items() if n]
    return day, figures + left


def _waited(when: str, day: Day) -> list[Figure]:
    return [
        Figure(f"{action}{when}, p{round(part * 100)} of {len(taken)}", day.milliseconds(action, part), "ms")
        for action, taken in sorted(day.taken.items())
        for part in (0.5, 0.95)
    ]


def _say_wrong(day: Day) -> None:
    for one in sorted(set(day.wrong))[:20]:
        print(f"    wrong: {one}", flush=True)


def _year(house: TestHouse, office: Office, day: Day) -> list[Figure]:
    """Everything that is due, while people work; one row that somebody changed stays."""
    due = "SELECT number FROM sealed_signal WHERE state = 'sealed' AND ends_on < current_date ORDER BY number"
    numbers = [one["number"] for one in house.sql("retention", due)]
    foreign = numbers[0]
    house.sql("retention", "UPDATE sealed_signal SET ends_on = ends_on - 1 WHERE number = $1", foreign)
    before, noted, wrong = declared(house), _notes(house), []
    keys = {one: _keys(house, one) for one in (foreign, *numbers[1 :: max(1, len(numbers) // 20)])}
    began = time.perf_counter()
    lists = house.run_as_of(0)
    listed = time.perf_counter() - began

    def approve() -> None:
        for one in lists:
            answer = house.approve(one)
            if answer.status_code != 201:
                wrong.append(f"{answer.status_code} {answer.text[:200]}")

    approving = threading.Thread(target=approve)
    approving.start()
    wanted = before + len(numbers) - 1
    meanwhile = office.works(DESTROYED_WITHIN, lambda: bool(wrong) or declared(house) >= wanted)
    seconds = time.perf_counter() - began
    approving.join()
    done = declared(house) - before
    say(f"{done} of {len(numbers)} that were due declared in {seconds:.0f} s; {len(lists)} lists")
    left = {one: [key for key in some if _is_there(house, key)] for one, some in keys.items()}
    still = sum(map(len, left.values())) - len(left[foreign])
    assert left[foreign], "a key that is there is not seen"
    _say_wrong(meanwhile)
    p95 = [_p95(one) for one in (meanwhile, day)]
    return [
        Figure(f"yearly destruction: listing {len(numbers)} that are due", round(listed, 1), "s"),
        Figure(f"yearly destruction: {len(lists)} lists, until the last declaration", round(seconds, 1), "s"),
        Figure(
            "yearly destruction: notes of it in OpenBao, which each process reads as it starts",
            _notes(house) - noted,
            "",
        ),
        Figure("yearly destruction: declared", round(done / seconds, 1), "signals/s"),
        at_most("due and believed, and not declared", len(numbers) - 1 - done, "", 0),
        at_most("a row that was changed past retention, listed", _listed(house, foreign), "", 0),
        at_most(f"keys that exist of {len(keys) - 1} signals that were declared destroyed", still, "", 0),
        at_most("actions while it runs, errors", len(meanwhile.wrong) + len(wrong), "", 0),
        ratio("what people wait while it runs, p95 of reading ÷ without", p95[0], p95[1], "ms", most=SLOWER),
        *_waited(" while a year is destroyed", meanwhile),
    ]


def _p95(day: Day) -> float:
    return statistics.mean(day.milliseconds(one, 0.95) for one in ("Mijn werk", "search", "a signal"))


def _listed(house: TestHouse, number: str) -> int:
    return int(house.sql("oversight", "SELECT count(*) AS n FROM listed_signal WHERE number = $1", number)[0]["n"])


def _keys(house: TestHouse, number: str) -> list[str]:
    query = "SELECT mount, key FROM signal_key WHERE number = $1 AND destroyed_at IS NULL"
    rows = [(one["mount"], one["key"]) for one in house.sql("retention", query, number)]
    archives = "SELECT x ->> 'archive' AS mount, x ->> 'key' AS key FROM sealed_signal, jsonb_array_elements(dossier) x WHERE number = $1"
    rows += [(one["mount"], one["key"]) for one in house.sql("retention", archives, number)]
    return sorted({f"{mount}/keys/{key}" for mount, key in rows})


def _is_there(house: TestHouse, path: str) -> bool:
    home = house.home
    bao = bao_config.client(house.client.addresses["openbao"], home.secret("provisioner"), home.tls("setup"))
    return bao.read(path) is not None


def _notes(house: TestHouse) -> int:
    """Of destructions in OpenBao, as retention sees them."""

    async def found() -> int:
        address, home = house.client.addresses["openbao"], house.home
        bao = OpenBao(address, home.secret_file("approle-retention"), home.tls("retention"))
        try:
            return len((await bao.call("LIST", TOMBSTONE_NAMES))["data"]["keys"])
        except BaoError as problem:
            if problem.status != 404:
                raise
            return 0
        finally:
            await bao.close()

    return run_async(found())
