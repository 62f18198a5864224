"""`make bench`: the figures, each with its aim, in one table and in bench/results.json.

`python -m bench NAME...` measures some of them only; `python -m bench --list` names them. Ratios are taken within one
run: these machines are noisy. BENCH_SECONDS is how long each load lasts, BENCH_WAITING, BENCH_STORED, BENCH_CHAIN,
BENCH_DESTROY and BENCH_HASHES set sizes. `city` has a house and sizes of its own (bench/city.py); it is measured when it is named,
and by `make drill`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console

from bench import (
    access_request,
    backlog,
    chain,
    city,
    decision,
    destruction,
    door,
    existence,
    lighthouse,
    names,
    pages,
    rest,
    shared,
    stored,
    worklist,
)
from bench.figures import Figure, keep, table
from tests.house import TestHouse

BENCHES: dict[str, Callable[[TestHouse], list[Figure]]] = {
    # Those that want a house without much in it first.
    "rest": rest.rest,
    "memory": rest.memory,
    "decision-cost": decision.cost,
    "visible": decision.visible,
    "chain": chain.run,
    "deliveries": decision.unmeant,
    "shared": shared.run,
    "destruction": destruction.run,
    "door": door.running,
    "arrival": door.arrival,
    "backlog": backlog.backlog,
    "door-alone": door.alone,
    "start": rest.start,
    "stored": stored.run,
    "pages": pages.run,
    "lighthouse": lighthouse.run,
    "worklist": worklist.run,
    "existence": existence.run,
    "existence-year": existence.year,
    "access-request": access_request.run,
}

ALONE: dict[str, Callable[[], list[Figure]]] = {
    # Those that want no house.
    "names": names.run,
}

OF_ITS_OWN: dict[str, tuple[Callable[[TestHouse], list[Figure]], dict[str, str]]] = {
    # Those that take a house of their own, and long: measured when they are named.
    "city": (city.run, city.OF_ITS_OWN),
}

AS_BUILT = {
    # What tests have shorter is as in production: what is only slow is not sent again, and nobody looks every second.
    "MELDPUNT_RESEND_SECONDS": "20",
    "MELDPUNT_BEACON_SECONDS": "60",
    "MELDPUNT_GRACE_SECONDS": "259200",
    "MELDPUNT_LETTERBOX_MARGIN_SECONDS": "180",
    "MELDPUNT_AUDIT_APART_SECONDS": "5",
    "MELDPUNT_EMBEDDED_EQUAL": "",
}


def main(asked: list[str]) -> int:
    known = [*BENCHES, *ALONE, *OF_ITS_OWN]
    if asked == ["--list"]:
        print("\n".join(known))
        return 0
    unknown = [name for name in asked if name not in known]
    if unknown:
        print(f"no such figure: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    console = Console(width=150)
    figures: list[Figure] = []
    for name in asked or ALONE:
        if name in ALONE:
            console.print(f"· {name}")
            found = ALONE[name]()
            keep(name, found)
            figures += found
    in_a_house = [name for name in asked or BENCHES if name in BENCHES]
    if in_a_house:
        with TestHouse(on_disk=True, **AS_BUILT) as house:
            for name in in_a_house:
                console.print(f"· {name}")
                found = BENCHES[name](house)
                keep(name, found)
                figures += found
    for name in (one for one in asked if one in OF_ITS_OWN):
        console.print(f"· {name}")
        measure, own = OF_ITS_OWN[name]
        with TestHouse(on_disk=True, **{**AS_BUILT, **own}) as house:
            found = measure(house)
        keep(city.kept_as() if measure is city.run else name, found)
        console.print("docs/operations/sizing.md shows these figures: `meldpunt generate` writes it anew")
        figures += found
    console.print(table(figures))
    # A figure of a drill that is not met is a drill that failed.
    return int(any(one.met is False for one in figures) and any(one in OF_ITS_OWN for one in asked))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
