"""Write docs/privileges.md from the privilege table: `python -m deploy.privileges_page`."""

from __future__ import annotations

from pathlib import Path

from deploy.collusion import table
from shared.privileges import EVERYONE, SAID_TO_EVERYONE, SERVICES, produced_by, senders_to

INTRODUCTION = """# The privilege table

Generated from `shared/privileges.py` by `python -m deploy.privileges_page`; a test compares the two. The
policies of OpenBao, the permissions of NATS and the roles of PostgreSQL are generated from the same table,
and `tests/security/test_privileges.py` tries every combination with real credentials against a reviewed list.

Hashes of things (mount `lookup`) are kept by retention, which makes none, and are asked for by who holds no hash of another's
signal. Their key gets a new version every year (`meldpunt lookup-key`), by nobody of the table.

Nobody may list, read, export, back up, rotate or import a key, or make one of another type. To destroy a
key takes two hands: whoever stands under *locks and allows*, and then retention, which deletes.
"""

MESSAGES = """
## Messages

The subject is `meldpunt.<producer>.<event>.<addressee>`. A producer may publish these and no other; a consumer's
filters, made by the set-up, let through what is addressed to it, and of what is said to `all` what it is listed for.

| producer | event | addressed to | delivered to |
|---|---|---|---|"""


def page() -> str:
    lines = [INTRODUCTION, "## Keys\n"]
    lines.append(
        "| service | room (make, encrypt, decrypt) | ends into archive | reads archive | locks and allows | deletes"
        " | makes hashes of things | asks whether there is something |"
    )
    lines.append("|---|---|---|---|---|---|---|---|")
    for one in SERVICES:
        cells = (
            one.room or "–",
            ", ".join(one.seals_archives) or "–",
            ", ".join(one.reads_archives) or "–",
            ", ".join(one.released_mounts) or "–",
            "every room, archive and letterbox key that was allowed" if one.destroys else "–",
            "yes" if one.computes_hashes else "–",
            "yes" if one.asks_existence else "–",
        )
        lines.append(f"| {one.name} | " + " | ".join(cells) + " |")
    lines.append("\n## Letterboxes\n\n| letterbox | opened by | sealed for by |\n|---|---|---|")
    for one in SERVICES:
        if senders_to(one.name):
            lines.append(f"| {one.letterbox} | {one.name} | {', '.join(senders_to(one.name))} |")
    lines.append(MESSAGES)
    for one in SERVICES:
        for event in produced_by(one.name):
            to = [other.name for other in SERVICES if event in other.consumes.get(one.name, ())]
            addressed = EVERYONE if event in SAID_TO_EVERYONE else "each of them"
            lines.append(f"| {one.name} | {event} | {addressed} | {', '.join(to)} |")
    lines.append("\n## Databases\n")
    lines.append("Each service: its own database, as a user that OpenBao makes for a lease. Intake's door besides:")
    door = next(one for one in SERVICES if one.door_tables)
    lines.append(f"INSERT on {', '.join(door.door_tables)}; SELECT on {', '.join(door.door_reads)}.")
    lines.append("\n## Two taken over together\n")
    lines.append(table())
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (Path(__file__).parents[1] / "docs" / "privileges.md").write_text(page())
