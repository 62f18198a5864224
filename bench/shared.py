"""What is shared: check 2A as one matrix, twelve recipients at once, and the largest package that the RIEC gets."""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from pypdf import PdfReader

import shared.protocol
from bench.figures import Figure, at_most
from bench.load import percentile
from deploy.embedded.played import Played
from deploy.embedded.riec import RECEIVER_KEYS
from services.export.document import Handed
from shared.clock import SystemClock
from shared.contracts.export import ShareContent, SharedItem
from shared.packages import DOCUMENT, unpacked
from shared.protocol.laws import Laws
from shared.protocol.municipality import POLICE
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from shared.service.platform import Platform
from shared.settings import ServiceSettings
from tests.house import TestHouse, until
from tests.journeys import APPROACH, brought, further, player_of, steps
from tests.parts import told_of

ITEMS, TIMES = 30, 40
PACKAGE_ITEMS, PACKAGE_PAGES = 50, 200
WIDER = "bench-2025"
FILE = Path(shared.protocol.__file__).parent / "municipalities" / "midden-delfland-2025.toml"
LETTERS_OF_A_PAGE = 4930
"""About so much text stands on a page of the document."""
SENTENCE = "Op het adres is in de avond steeds bedrijvigheid gezien die bij de bestemming niet past. "


def run(house: TestHouse) -> list[Figure]:
    """The package with what the house has; the rest in a house of its own, whose municipality has twelve receivers."""
    found = package(house)
    house.down()
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / f"{WIDER}.toml").write_text(_wider())
            with TestHouse(WIDER, on_disk=True, **{**house.environment, "MELDPUNT_PROTOCOLS": folder}) as wider:
                return [*composing(wider), *found]
    finally:
        house.up()


def _wider() -> str:
    """The municipality as it is, with so many departments that check 2A has twelve receivers."""
    text = FILE.read_text().replace('versie = "midden-delfland-2025"', f'versie = "{WIDER}"')
    more = "".join(f'extra-{one} = "Onderdeel {one}"\n' for one in range(1, 6))
    text = text.replace("in_werking = 2025-02-28", "in_werking = 2025-03-01")
    return text.replace("[onderdelen]\n", f"[onderdelen]\n{more}")


def composing(house: TestHouse) -> list[Figure]:
    """30 items times 12 recipients in one request, again and again; then to all twelve, read beforehand and sent."""
    played = brought(house, "check-2a")
    law = Laws.read(WIDER, Path(house.environment["MELDPUNT_PROTOCOLS"])).configured
    recipients = [*law.organisations["department"], POLICE]
    assert len(recipients) == 12
    items = _items(house, played)
    chosen_for = law.choices.tasks_of, law.choices.bases_for
    tasks, bases = ({one: next(iter(of(one))) for one in recipients} for of in chosen_for)
    parts = [
        {"about": [items, [one]], "reason": "Nodig voor zijn taak.", "fields": {"task": task}}
        for one, task in tasks.items()
    ]
    body = {"key": "check-2a", "outcome": "may", "reason": "", "fields": {}, "parts": parts}
    taken = [_timed(house, played, "decisions", body)[0] for _ in range(TIMES)]
    further(house, played, *(one for one in steps("shared") if one.get("key") == "check-2a-done"), "called")
    fields = {"considered": "Samen.", "partners": recipients, "basis": bases}
    chosen: dict[str, Any] = {name: APPROACH[name] for name in ("key", "reason")} | {"outcome": "integral"}
    chosen |= {"fields": fields, "meeting": played.meeting}
    began = time.perf_counter()
    _, read = _timed(house, played, "previews", chosen)
    assert len(read["shares"]) == 12
    _timed(house, played, "decisions", chosen)
    path = f"/v1/shares?number={played.number}"
    until(lambda: len(house.client.every("export", path, "anna", "shares")) == 12, 60)
    seconds = time.perf_counter() - began
    matrix = f"check 2A, {ITEMS} items x 12 recipients in one request"
    sent = "composing and sending to 12 recipients"
    return [
        at_most(f"{matrix}, p99", round(percentile(taken, 0.99) * 1000, 1), "ms", 1000),
        Figure(f"{matrix}, p50", round(percentile(taken, 0.5) * 1000, 1), "ms"),
        at_most(f"{sent}: requests (read beforehand, decided)", 2, "", 2),
        at_most(f"{sent}: until all wait at export", round(seconds, 2), "s", 10),
    ]


def _items(house: TestHouse, played: Played) -> list[str]:
    """So many items: what is there, and findings of an open source."""
    path = f"/v1/signals/{played.number}"
    known = player_of(house).seen("casework", played.number) or {}
    shareable = ["report", *(name for name, one in known["items"].items() if one["category"] == "horeca-permits")]
    for place in range(len(shareable), ITEMS):
        version = house.client.get("casework", f"{path}/open-decisions", "anna")["version"]
        body = {"category": "bag", "about": "O1", "finding": f"{SENTENCE}{place}", "expectedVersion": version}
        shareable.append(house.client.post("casework", f"{path}/items", "anna", body)["item"])
    return shareable


def _timed(house: TestHouse, played: Played, what: str, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    path = f"/v1/signals/{played.number}"
    version = house.client.get("casework", f"{path}/open-decisions", "anna")["version"]
    began = time.perf_counter()
    headers = {"X-Purpose": "besluit-voorbereiden"}
    answer = house.client.request(
        "POST", "casework", f"{path}/{what}", "anna", body | {"expectedVersion": version}, headers
    )
    seconds = time.perf_counter() - began
    assert answer.status_code in (200, 201), answer.text
    return seconds, answer.json()


def package(house: TestHouse) -> list[Figure]:
    """Made by export's own code with export's own certificate: document, twin, manifest, signature, sealed."""
    return asyncio.run(_package(house))


async def _package(house: TestHouse) -> list[Figure]:
    settings = ServiceSettings(**settings_of(house, "export"))
    platform = Platform("export", settings, SystemClock(), "export_0001")
    try:
        await platform.signer.certify()
        # The first one loads fonts and compiles.
        await Handed.of(uuid4(), _content(1, settings.protocol), platform)
        began = time.perf_counter()
        found = await Handed.of(uuid4(), _content(PACKAGE_ITEMS, settings.protocol), platform)
        sealed = settings.receivers.of("riec").sealed(found.data)
        seconds = time.perf_counter() - began
    finally:
        await platform.close()
    pages = len(PdfReader(io.BytesIO(unpacked(found.data)[DOCUMENT])).pages)
    assert sealed[:5] == b"age-e"
    name = f"RIEC package of {PACKAGE_ITEMS} items"
    return [
        at_most(f"{name}, {pages} pages", round(seconds, 2), "s", 10),
        at_most(f"{name}, {pages} pages: sealed", round(len(sealed) / 2**20, 2), "MB", 5),
    ]


def _content(items: int, protocol: str) -> ShareContent:
    text = SENTENCE * (PACKAGE_PAGES * LETTERS_OF_A_PAGE // PACKAGE_ITEMS // len(SENTENCE))
    return ShareContent(
        number="S-7K3MQ-9XD4T",
        protocol=protocol,
        recipient_kind="partner",
        recipient="riec",
        decision="riec-intake",
        outcome="handed-in",
        article="art. 21 lid 2 onder b",
        decided_on=date.today(),
        passes_duty=False,
        items=tuple(SharedItem(item=f"item-{one}", category="bag", about="O1", text=text) for one in range(items)),
        answers=dict.fromkeys(RIEC_CRITERIA, "Uit eigen waarneming."),
    )


def settings_of(house: TestHouse, name: str) -> dict[str, Any]:
    """As the house gives them to a service, as far as its own code needs them here."""
    home, state = house.home, house.home.state() or {}
    return {
        "openbao_address": state["addresses"]["openbao"],
        "openbao_credentials": home.secret_file(f"approle-{name}"),
        "signing_keys": home.secret_file("signing-keys.json"),
        "nats_address": state["addresses"]["nats"],
        "database_hosts": state["addresses"]["postgres"],
        **told_of(home.tls(name)),
        "folder": home.service_folder(name),
        "tombstones": home.tombstones,
        "receiver_keys": home.secret_file(RECEIVER_KEYS),
    }
