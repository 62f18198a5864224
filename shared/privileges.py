"""The privilege table: which service may do what, and nothing else exists.

This is the single source. The policies of OpenBao, the permissions of NATS, the roles and grants of
PostgreSQL (`deploy/`), the picture in `docs/privileges.md` and the combinations that the privilege
test tries are all made from it. A service also asks it who owns a mount, before it believes a message.

Reading guide. A *room* is a transit mount that belongs to one service. A *letterbox* is a set of RSA
keys whose public half everybody may read. An *archive* is the non-active environment (art. 9): who ends
a signal encrypts there, one service may decrypt, and the ciphertext lies with retention, which can do
neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shared import said_together as said

SIGN = "sign"
ROWS = "rows"
"""The mount with the key of each service for what it writes in its own rows; another than that of signatures, so that a
revoked signing key takes no dossier with it."""
LOOKUP, LOOKUP_KEY = "lookup", "things"
"""The mount and the one key with which names, addresses and KvK numbers become hashes by which a signal is found again. It
gets a new version every year; no service may do that, nor read it."""
EVERYONE = "all"
"""The addressee of what is said to whoever may hear it."""
SAID_TO_EVERYONE = ("leases.v1", "letterbox-key.v1")
"""Beacons; every other event has one addressee, who gives a receipt."""
ARCHIVES = ("archive-signal", "archive-closed", "archive-case")
"""Reports and open findings; data of closed sources; plans and what came of them."""


@dataclass(frozen=True)
class Privileges:
    """One row of the table.

    `consumes` names, per producing service, the events (with their version) that this service may be
    delivered, and so what that producer may publish to it; `letters_to` names the services for which it
    seals letters.
    """

    name: str
    room: str | None = None
    seals_archives: tuple[str, ...] = ()
    reads_archives: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    destroys: bool = False
    computes_hashes: bool = False
    """It may make the hash of a thing. Who keeps the hashes never may, or it could try all names of the Netherlands."""
    asks_existence: bool = False
    """Its signed warrant is answered where the hashes are kept: whether there is something already (R-9.10, R-10.2)."""
    letters_to: tuple[str, ...] = ()
    consumes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    door_tables: tuple[str, ...] = ()
    """Where its door inserts, as a user that does not come from OpenBao."""
    door_reads: tuple[str, ...] = ()
    """And what that user may read."""

    @property
    def letterbox(self) -> str:
        """The mount of its letterbox keys."""
        return f"letterbox-{self.name}"

    @property
    def released_mounts(self) -> tuple[str, ...]:
        """Where this service is the hand that locks and allows; whoever destroys is never that hand."""
        if self.destroys:
            return ()
        own = (self.room, self.letterbox if senders_to(self.name) else None)
        return (*(mount for mount in own if mount), *self.releases)

    @property
    def stream(self) -> str:
        """Its stream on NATS."""
        return self.name.upper()

    @property
    def inbox(self) -> str:
        """The prefix of the subjects on which NATS answers it."""
        return f"_INBOX_{self.name}"

    def subject(self, event: str, to: str) -> str:
        """Who says what to whom: the addressee is part of it, so that NATS delivers to nobody else."""
        return f"meldpunt.{self.name}.{event}.{to}"

    @property
    def publishes(self) -> tuple[str, ...]:
        """Every subject that somebody is delivered; it may publish no other."""
        return tuple(self.subject(event, to) for event in produced_by(self.name) for to in said_to(self.name, event))

    def is_delivered(self, producer: str) -> tuple[str, ...]:
        """The subjects of `producer` that NATS delivers here: what is addressed to it, and beacons that it needs."""
        beacons = sorted(event for event in self.consumes[producer] if event in SAID_TO_EVERYONE)
        said = tuple(BY_NAME[producer].subject(event, EVERYONE) for event in beacons)
        return (*self._addressed(producer), *said)

    def _addressed(self, producer: str) -> tuple[str, ...]:
        own = any(event not in SAID_TO_EVERYONE for event in self.consumes[producer])
        return (BY_NAME[producer].subject("*.*", self.name),) if own else ()


def _from(*events: str) -> tuple[str, ...]:
    return events


SERVICES: tuple[Privileges, ...] = (
    Privileges(
        name="intake",
        room="room-melder",
        letters_to=("assessment", "intake"),
        consumes={
            "assessment": _from(*said.USUAL_EVENTS),
            "retention": _from(*said.ORDER_EVENTS, "ended.v1"),
            "access": _from("leases.v1"),
            "rights": _from("holdings-asked.v1", "receipts.v1"),
            "oversight": _from("receipts.v1"),
        },
        door_tables=("outgoing", "audit", "processing_record", "melder_letter", "accepted_report"),
        door_reads=(
            "the two hash columns of accepted_report",
            "sealing_key",
            "door_keys",
            "alembic_version",
            "schema_floor",
        ),
    ),
    Privileges(
        name="assessment",
        room="room-signal",
        seals_archives=("archive-signal",),
        reads_archives=("archive-signal",),
        computes_hashes=True,
        asks_existence=True,
        letters_to=("retention", "oversight", "sources", "rights", "export"),
        consumes={
            "intake": _from("report.v1"),
            "sources": _from(*said.USUAL_EVENTS, "closed-to.v1"),
            "casework": _from("receipts.v1", "closed-to.v1", "look-answered.v1"),
            "rights": _from(*said.USUAL_EVENTS, "notice.v1", "informing-decided.v1", *said.REQUEST_EVENTS),
            "retention": _from("letterbox-key.v1", *said.ORDER_EVENTS, *said.LOOK_EVENTS),
            "worklist": _from("work-asked.v1", "receipts.v1"),
            "access": _from("leases.v1"),
            "export": _from(*said.USUAL_EVENTS),
            "oversight": _from(*said.USUAL_EVENTS, "heads-known.v1"),
        },
    ),
    Privileges(
        name="sources",
        room="room-research",
        seals_archives=("archive-signal", "archive-closed"),
        reads_archives=("archive-closed",),
        computes_hashes=True,
        letters_to=("retention", "oversight", "casework", "rights", "export"),
        consumes={
            "assessment": _from("research.v1", "receipts.v1"),
            "casework": _from(*said.USUAL_EVENTS, "look-answered.v1"),
            "rights": _from(*said.USUAL_EVENTS, *said.REQUEST_EVENTS),
            "retention": _from("letterbox-key.v1", *said.ORDER_EVENTS, *said.LOOK_EVENTS),
            "worklist": _from("work-asked.v1", "receipts.v1"),
            "access": _from("leases.v1"),
            "export": _from(*said.USUAL_EVENTS),
            "oversight": _from(*said.USUAL_EVENTS, "heads-known.v1"),
        },
    ),
    Privileges(
        name="casework",
        room="room-case",
        seals_archives=("archive-signal", "archive-closed", "archive-case"),
        reads_archives=("archive-case",),
        computes_hashes=True,
        letters_to=("retention", "oversight", "rights", "export"),
        consumes={
            "assessment": _from("meeting.v1", "consult.v1", "receipts.v1"),
            "sources": _from("case.v1", "consult.v1", "receipts.v1"),
            "casework": _from("consult.v1", "look-answered.v1", "receipts.v1"),
            "rights": _from(*said.USUAL_EVENTS, "notice.v1", *said.REQUEST_EVENTS),
            "retention": _from("letterbox-key.v1", *said.ORDER_EVENTS, *said.LOOK_EVENTS, "move-case.v1"),
            "worklist": _from("work-asked.v1", "receipts.v1"),
            "access": _from("leases.v1"),
            "export": _from(*said.USUAL_EVENTS, "outside-told.v1"),
            "oversight": _from(*said.USUAL_EVENTS, "heads-known.v1"),
        },
    ),
    Privileges(
        name="rights",
        room="room-rights",
        computes_hashes=True,
        asks_existence=True,
        letters_to=("oversight", "assessment", "sources", "casework"),
        consumes={
            "assessment": _from(
                *said.PERSON_EVENTS, *said.ANSWER_EVENTS, "letterbox-key.v1", "begun.v1", "informing-asked.v1"
            ),
            "sources": _from(*said.PERSON_EVENTS, *said.ANSWER_EVENTS, "letterbox-key.v1"),
            "casework": _from(*said.PERSON_EVENTS, *said.ANSWER_EVENTS, "letterbox-key.v1"),
            "intake": _from(*said.HOLDING_EVENTS, "receipts.v1"),
            "export": _from(*said.HOLDING_EVENTS, "receipts.v1"),
            "retention": _from(*said.ORDER_EVENTS, *said.HOLDING_EVENTS, "sealed-put.v1"),
            "worklist": _from("work-asked.v1", "receipts.v1"),
            "access": _from("leases.v1"),
            "oversight": _from(
                *said.USUAL_EVENTS, *said.HOLDING_EVENTS, "heads-known.v1", "duties-asked.v1", "inform-after-all.v1"
            ),
        },
    ),
    Privileges(
        name="export",
        room="room-export",
        consumes={
            "assessment": _from("share.v1", "receipts.v1"),
            "sources": _from("share.v1", "receipts.v1"),
            "casework": _from("share.v1", "task-over.v1", "receipts.v1"),
            "rights": _from("holdings-asked.v1", "restricted.v1", "receipts.v1"),
            "retention": _from(*said.ORDER_EVENTS),
            "access": _from("leases.v1"),
            "oversight": _from("receipts.v1"),
        },
    ),
    Privileges(
        name="retention",
        destroys=True,
        letters_to=("oversight",),
        consumes={
            "retention": _from("letterbox-finished.v1", "receipts.v1"),
            "intake": _from(*said.KEY_EVENTS),
            "assessment": _from(*said.KEY_EVENTS, "sealed.v1", "consult.v1", "findable.v1"),
            "sources": _from(*said.KEY_EVENTS, "sealed.v1", "consult.v1", "findable.v1"),
            "casework": _from(*said.KEY_EVENTS, "sealed.v1", "closed.v1", "consult.v1", "findable.v1"),
            "rights": _from(*said.KEY_EVENTS, "holdings-asked.v1", "sealed-asked.v1", "procedure-told.v1"),
            "export": _from(*said.KEY_EVENTS),
            "oversight": _from(*said.KEY_EVENTS, "approved.v1", "taken-off.v1", "letterbox-key.v1"),
            "access": _from("leases.v1"),
        },
    ),
    Privileges(
        name="access",
        consumes={
            "oversight": _from("receipts.v1", "designations-kept.v1"),
        },
    ),
    Privileges(
        name="oversight",
        room="room-accountability",
        # The second hand for what retention holds: archives (the beheerder's approval) and its own letterbox.
        releases=(*ARCHIVES, "letterbox-retention"),
        consumes={
            "intake": _from("audited.v1"),
            "assessment": _from("audited.v1", "receipts.v1", "whereabouts.v1", "decided.v1", "disclosed.v1"),
            "sources": _from("audited.v1", "receipts.v1", "whereabouts.v1", "decided.v1", "disclosed.v1"),
            "casework": _from("audited.v1", "receipts.v1", "whereabouts.v1", "decided.v1", "disclosed.v1"),
            "rights": _from("audited.v1", "receipts.v1", "decided.v1", "duties-told.v1", "holdings-asked.v1"),
            "export": _from("audited.v1"),
            "retention": _from(
                *("audited.v1", "whereabouts.v1", "decided.v1", "listed.v1", "withheld.v1", "overdue.v1"),
                *said.ORDER_EVENTS,
            ),
            "worklist": _from("audited.v1"),
            "access": _from("audited.v1", "leases.v1", "designation-stated.v1", "designations-asked.v1"),
            "oversight": _from("audited.v1", "receipts.v1"),
        },
    ),
    Privileges(
        # Of what is in hand elsewhere a list without content: no room, no letterbox, nothing that it opens.
        name="worklist",
        consumes={
            "assessment": _from(*said.WORK_EVENTS),
            "sources": _from(*said.WORK_EVENTS),
            "casework": _from(*said.WORK_EVENTS),
            "rights": _from(*said.WORK_EVENTS),
            "access": _from("leases.v1"),
            "oversight": _from("receipts.v1"),
        },
    ),
)

ASKERS: tuple[str, ...] = tuple(service.name for service in SERVICES if service.asks_existence)
BY_NAME: dict[str, Privileges] = {service.name: service for service in SERVICES}
ROOMS: tuple[str, ...] = tuple(service.room for service in SERVICES if service.room)


def senders_to(addressee: str) -> tuple[str, ...]:
    """The services that seal letters for `addressee`: all must have moved on before a key of it goes."""
    return tuple(service.name for service in SERVICES if addressee in service.letters_to)


ADDRESSEES: tuple[str, ...] = tuple(service.name for service in SERVICES if senders_to(service.name))
LETTERBOXES: tuple[str, ...] = tuple(BY_NAME[name].letterbox for name in ADDRESSEES)


def produced_by(name: str) -> tuple[str, ...]:
    """Every event that somebody is allowed to receive from `name`, in alphabetical order."""
    events = {event for service in SERVICES for event in service.consumes.get(name, ())}
    return tuple(sorted(events))


def said_to(name: str, event: str) -> tuple[str, ...]:
    """The addressees that `name` may publish `event` to: those who may receive it, or `all`."""
    receivers = tuple(service.name for service in SERVICES if event in service.consumes.get(name, ()))
    return (EVERYONE,) if receivers and event in SAID_TO_EVERYONE else receivers
