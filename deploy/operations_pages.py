"""The pages of docs/operations that are figures and names: sizing, and what each process has to be given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.topology import ENGINES, POOL, RESERVED, SIZES, Size
from deploy.wiring import House, Value, files, variable
from shared.asking import SET_UP
from shared.privileges import SERVICES

SIZING = """# Sizing

Generated from `deploy/topology.py` and `bench/results.json` by `meldpunt generate`; a test compares. **Replicas, processor and memory
are the topology's choice for a beginning and are not measured**: no installation of these sizes has run. What a city's stores and
people took on one machine stands [below](#what-a-city-took), everything else that was measured in
[bench/README.md](../../bench/README.md). Watch yours, and change its values.

## Replicas, processor and memory

Of each replica, as it is asked for; memory is the limit too. Processor time has none: a limit would have a process wait while
the machine is idle.
"""
CONNECTIONS = f"""
## Connections of PostgreSQL

A replica of a service opens at most {POOL} (intake twice that: its door has a user of its own). While a new version comes in each
service has one replica more; {RESERVED} are kept for the set-up, OpenBao and administrators. The sum has to stay below
`max_connections`, and a test sees to it.
"""
STORAGE = """
## Disks, per node, for the first six years

PostgreSQL as a primary with a replica, NATS and OpenBao as three nodes each. Beside each what a [city's run](#what-a-city-took) comes to
in that time, of a municipality of that size: people and signals in proportion, each of them one action a minute all day. A test keeps a
quarter more than that on the disk. The audit log of OpenBao is some 4 KB for each request, and each process of a service asks something
all the time, however small the municipality (as the newest run that is kept has it, of whatever part of a city:
[bench/README.md](../../bench/README.md)). Thirty days are kept, as
[operating](../operating.md#openbaos-audit-log) says compressed, which takes less than a tenth of what stands here.
"""
GIVEN = """# What each process is given

Generated from the settings of the services and `deploy/wiring.py` by `meldpunt generate`; a test compares. Who asks whom comes from
`shared/asking.py`.

Every process has a certificate in its own name besides (`tls.crt`, `tls.key`, `ca.crt`): the Secret `meldpunt-NAME-tls` on a cluster, the folder
`tls/NAME` beside the Compose file, where `localhost` has to stand among its names too, since its healthcheck asks there.

## Files

On a cluster the keys of the Secret `meldpunt-NAME`, beside the Compose file `secrets/NAME/FILE`. What is shared is the ConfigMap
`meldpunt-shared`, or the folder `identities/shared`. With what a service logs in at OpenBao is written by Kubernetes, and beside the Compose
file it is `identities/NAME/approle`, of the set-up.

| process | its secret | shared |
|---|---|---|
"""


CITY = """
## What a city took

Six years of a city of 550,000 inhabitants in one embedded house (one process of each service, all on one machine with the people
who load it), a working day of two hundred people on top, and a year's destruction: `python -m bench city`, a tenth of which
`make drill` holds. What of it is made in bulk and what is real says [bench/city.py](../../bench/city.py); aims that were not met are in bold.
"""
NO_CITY = "\nNo run of it is kept in `bench/results.json`.\n"
OF_A_CITY, KEPT_LOG_DAYS = 550_000, 30
AFTER = "after six years, reckoned: "
AT_REST = "OpenBao's audit log at rest, a day"
RECKONED = {
    "postgres": ("PostgreSQL: what was made in bulk", "PostgreSQL: audit trail, inboxes, processing log"),
    "nats": ("NATS: streams of seven days",),
    "openbao": ("OpenBao: keys",),
    "openbao audit": ("OpenBao: audit log of thirty days, not compressed",),
}
"""Of each part that has a disk the figures of a city's run that lie on it."""
RESULTS = Path(__file__).parents[1] / "bench" / "results.json"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(one) for one in cells)} |\n"


def _heads(*cells: str) -> str:
    return _row(*cells) + _row(*["---"] * len(cells))


def _thousands(size: Size) -> str:
    return f"{size.inhabitants:,} inhabitants"


def sizing(house: House) -> str:
    """docs/operations/sizing.md."""
    text = SIZING + "\n" + _heads("process", *(_thousands(one) for one in SIZES))
    for name in house.processes:
        cells = [f"{one.replicas_of(name)} × {one.need_of(name).cpu}, {one.need_of(name).memory}" for one in SIZES]
        text += _row(name, *cells)
    text += CONNECTIONS + "\n" + _heads("", *(_thousands(one) for one in SIZES))
    text += _row("at most open at once", *(one.connections(house.services) for one in SIZES))
    text += _row("`max_connections`", *(one.max_connections for one in SIZES))
    text += STORAGE + "\n" + _heads("part", *(_thousands(one) for one in SIZES))
    results = json.loads(RESULTS.read_text())
    for part in SIZES[0].storage:
        reckoned = [reckoned_gigabytes(results, part, one) for one in SIZES]
        text += _row(part, *(f"{one.storage[part]} ({n:.1f} GB)" for one, n in zip(SIZES, reckoned, strict=True)))
    assert set(ENGINES) <= {*house.rows}
    return text + city(results)


def newest_city(results: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The run of the city that counts, with its name: a whole one where there is one."""
    runs = _cities(results)
    if not runs:
        return None
    name = "city" if "city" in runs else max(runs, key=lambda one: str(runs[one]["at"]))
    return name, runs[name]


def _cities(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in results.get("benches", {}).items() if name.partition(",")[0] == "city"}


def reckoned_gigabytes(results: dict[str, Any], part: str, size: Size) -> float:
    """What lies on the disk of `part` after six years, as the city's run that counts comes to it: in proportion to the inhabitants,
    but for what OpenBao logs while nobody does anything, which is so much for each process. 0 without a run."""
    found = newest_city(results)
    if found is None:
        return 0.0
    figures = _figures_of(found[1])
    whole = sum(figures[AFTER + name] for name in RECKONED[part])
    if part != "openbao audit":
        return whole * size.inhabitants / OF_A_CITY
    # As the newest run has it, of whatever part of a city: it does not grow with that, and a whole one is seldom held.
    newest = _figures_of(max(_cities(results).values(), key=lambda one: str(one["at"])))[AT_REST]
    processes = sum(size.replicas_of(one.name) for one in SERVICES)
    of_people = max(0.0, whole - figures[AT_REST] * KEPT_LOG_DAYS / 1024)
    return newest * KEPT_LOG_DAYS / 1024 * processes / len(SERVICES) + of_people * size.inhabitants / OF_A_CITY


def _figures_of(run: dict[str, Any]) -> dict[str, float]:
    return {one["name"]: float(one["value"]) for one in run["figures"]}


def city(results: dict[str, Any]) -> str:
    """The newest run of the drill that is kept, of a whole city where there is one."""
    found = newest_city(results)
    if found is None:
        return CITY + NO_CITY
    (name, run), machine = found, results["machine"]
    text = CITY + (
        f"\nTaken at {run['at']} on {machine['cpus']} processors with {machine['memoryGb']} GB of memory"
        f" (`{name}` in `bench/results.json`). The load of the machine was {run['load']} at the end: what is above the number of"
        " processors waited, for others who computed there too, so that times are longer than this house alone would take.\n\n"
    )
    text += _heads("what", "measured", "aim")
    for one in run["figures"]:
        measured = f"{one['value']:,} {one['unit']}".strip()
        if one["ratio"] is not None:
            measured = f"{one['ratio']} ({measured} and {one['bound']})"
        text += _row(one["name"], measured if one["met"] is not False else f"**{measured}**", one["aim"])
    return text


OF_POSTGRES = """
## What the operator of PostgreSQL gives

PostgreSQL runs elsewhere, and how one server takes over from another is its operator's. What is asked of him, and how the Meldpunt answers to it:

- **Hosts.** `postgres.hosts` names every server that may be the primary, or one name that always leads to it. Of several the one that takes
  writes is used (`target_session_attrs=read-write`), by the services, the set-up and OpenBao; one that says nothing keeps nobody from
  the others for longer than a moment. OpenBao connects with the same list: its machines have to reach every host.
- **Nothing acknowledged is lost.** A commit waits until a replica has it on its disk (`synchronous_commit` at least `on`, a server in
  `synchronous_standby_names`), and only a replica that was waited for is promoted: with Patroni `synchronous_mode: true`, with CloudNativePG
  a synchronous configuration. Asynchronous, a reporter may have been given a number for a report that nobody has any more.
- **One primary.** Whoever loses its place takes no more commits: a lease with a watchdog, or fencing. The Meldpunt takes "read only" (25006)
  for an outage and looks for the other.
- **TLS.** 1.3, client certificates required; each host's name in its certificate, of an authority that the services and OpenBao
  believe. Who copies has an account and a certificate of his own, and no service's certificate will do for him.
- **Copies are content.** A replica, its log (WAL) and its backups have what the primary has: what is not readable there is not readable
  here, and what is destroyed here has to leave them as well.
"""


def _named(found: dict[str, str | None]) -> str:
    return ", ".join(f"`{key}`" + (f" (with `{when}`)" if when else "") for key, when in found.items()) or "–"


def given(house: House) -> str:
    """docs/operations/given.md."""
    text = GIVEN
    for name in (*house.processes, SET_UP):
        kept = files(house.wires(name))
        text += _row(name, _named(dict(kept.secrets)), _named(dict(kept.shared)))
    text += "\nBeside the Compose file, with `NATS_SERVERS`, the set-up has `nats-routes-password` too.\n"
    text += "\n## Who opens a connection to whom\n\nNothing else is let through, on a cluster by network policies.\n\n"
    text += _heads("process", "asks", "is asked by")
    for name in (*house.processes, SET_UP):
        text += _row(name, ", ".join(house.asked_by(name)), ", ".join(house.who_ask(name)) or "–")
    text += (
        "\n## Values\n\nOf the chart; `.env` has the same, but for `workload`, with `_` for `.` and before a capital within a word, in capitals: `provider.acrValues` is `PROVIDER_ACR_VALUES`.\n\n"
        + _heads("value", "setting", "of")
    )
    wired: dict[tuple[str, str], list[str]] = {}
    for name in (*house.processes, SET_UP):
        for setting, wire in house.wires(name).items():
            if isinstance(wire, Value):
                wired.setdefault((wire.path, setting), []).append(name)
    for (path, setting), names in wired.items():
        text += _row(
            f"`{path}`",
            f"`{variable(setting)}`",
            "every service" if set(house.rows) <= set(names) else ", ".join(names),
        )
    return text + OF_POSTGRES


def pages(house: House) -> dict[str, str]:
    """By path in docs/operations."""
    return {"sizing.md": sizing(house), "given.md": given(house)}
