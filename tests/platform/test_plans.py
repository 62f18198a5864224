"""A list costs the same whatever is stored: by what its statements touch on few rows and on many, not by the clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from shared import audit
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.numbering import AuditNumberer
from tests.platform.conftest import DatabaseOf
from tests.platform.listings import LISTS, Listing
from tests.platform.plans import plans_of, same_cost
from tests.platform.proofs import proofs
from tests.platform.real import Postgres
from tests.platform.routes import add, http_of, params_of, platform_on
from tests.platform.rows import NOON

FEW, TIMES = 100, 200
A_THOUSAND = 1000
PAGE = 50
SELDOM = 10_000_000
"""What makes the first rows the last of an ascending list, so that their cursor lies deep when it is full."""

# How a row of each table is made into another one. `x`: the row, `n`: 1, 2, …; older for what is read from the
# oldest on, newer for what is read from the newest on, so that a cursor of the first rows lies at the far end.
OTHERS = {
    "audit_line": "'seq', x.seq - n * 200",
    "disclosure": "'id', gen_random_uuid(), 'decided_at', x.decided_at + n * interval '1 hour'",
    "offered_list": "'id', gen_random_uuid(), 'listed_on', x.listed_on + n * 50",
    "listed_signal": "'number', 'A' || lpad(n::text, 5, '0') || x.number",
    "approval": "'id', gen_random_uuid(), 'approved_at', x.approved_at - n * interval '1 hour'",
    "declaration": "'id', gen_random_uuid(), 'declared_on', x.declared_on + n * 50",
    "hold": "'id', gen_random_uuid(), 'asked_at', x.asked_at - n * interval '1 hour'",
    "procedure": "'number', 'A' || lpad(n::text, 5, '0') || x.number, 'since', x.since - n * interval '1 hour'",
    "sealed_signal": "'number', 'A' || lpad(n::text, 5, '0') || x.number",
    "designation": "'seq', x.seq + n * 200, 'about', x.about + n * 200",
    "dossier": "'number', x.number || '-' || n, 'signal', 'A' || n || x.number, "
    "'arrived_at', x.arrived_at - n * interval '1 hour', 'due_on', x.due_on - n * 40, 'received_on', x.received_on - n * 400",
    "person_asked": "'request', x.request || '-' || n, 'asked_at', x.asked_at - n * interval '1 hour'",
    "sealed_asked": "'request', x.request || '-' || n, 'asked_at', x.asked_at - n * interval '1 hour'",
    "meeting": "'id', x.id || n, 'held_on', x.held_on + n * 50, 'members', jsonb_build_array()",
}
ASKED = {"meeting": 'x.members @> \'[{"userId": "farid"}]\''}
"""Where a table has rows of others from the start: which are made into more."""
OF_THE_ENGINE = ("assessment", "rights")


async def fill(postgres: Postgres, service: str, table: str, others: str, times: int = TIMES) -> None:
    """`times` as many rows, in the order in which they would have come; then what PostgreSQL knows of them."""
    superuser = await postgres.connect(service)
    try:
        await superuser.execute(
            f'INSERT INTO "{table}" SELECT (jsonb_populate_record(x, jsonb_build_object({others}))).* '
            f'FROM "{table}" x, generate_series(1, {times - 1}) n WHERE {ASKED.get(table, "true")} ORDER BY n'
        )
        await superuser.execute("VACUUM ANALYZE")
    finally:
        await superuser.close()


async def test_what_waits_is_found_among_what_does_not(database_of: DatabaseOf, postgres: Postgres) -> None:
    """Lines of the audit trail that have no number yet."""
    database = await database_of("intake")
    numbering = AuditNumberer(
        database, cast(Post, SimpleNamespace(tell=lambda *_: None)), SystemClock(), await proofs()
    )
    for _ in range(2):
        await add(database, [audit.line(NOON, "looked", actor="anna") for _ in range(FEW)])
        few = await plans_of(database, numbering.number_once, by_index=True)
    await fill(postgres, "intake", "audit", "'id', gen_random_uuid(), 'seq', x.seq - n * 1000")
    await add(database, [audit.line(NOON, "looked", actor="anna") for _ in range(FEW)])
    many = await plans_of(database, numbering.number_once)
    for (_, small), (_, large) in zip(few, many, strict=True):
        same_cost(small, large, {"audit"}, 2 * FEW)


KNOWN = {name: one for name, one in LISTS.items() if name != "tasks"}


@pytest.mark.parametrize("one", KNOWN.values(), ids=KNOWN.keys())
async def test_a_page_costs_the_same_wherever_it_lies(
    one: Listing, database_of: DatabaseOf, postgres: Postgres
) -> None:
    database = await database_of(one.service)
    rows = [one.make(n + SELDOM if one.noun == "lines" else n) for n in range(FEW)]
    await add(database, [*one.besides(), *rows])
    table = str(type(rows[0]).__tablename__)
    async with http_of(platform_on(one.service, database, one.by)) as http:
        first: list[str] = []

        async def first_page() -> None:
            answer = await http.get(one.path, params={**params_of(one.path), "limit": PAGE})
            first.append(answer.json()["next"])

        async def next_page() -> None:
            await http.get(one.path, params={**params_of(one.path), "limit": PAGE, "cursor": first[0]})

        few = [await plans_of(database, work, by_index=True) for work in (first_page, next_page)]
        await fill(postgres, one.service, table, OTHERS[table], A_THOUSAND if one.service in OF_THE_ENGINE else TIMES)
        many = [await plans_of(database, work) for work in (first_page, next_page)]
    for before, after in zip(few, many, strict=True):
        for (_, small), (_, large) in zip(before, after, strict=True):
            same_cost(small, large, {table}, 4 * PAGE)
