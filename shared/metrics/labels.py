"""By what figures are told apart: each label has a closed set of values that is known before anything is counted.

So no figure can be about one signal, person or visitor, and nobody outside decides how many series there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.asking import PORTAL, PUBLIC_PAGES
from shared.contracts.registry import MESSAGES
from shared.privileges import SERVICES
from shared.protocol.laws import BUILT_IN, laws_in

MEASURED_PAGES = (PORTAL, PUBLIC_PAGES)
"""What is measured beside the services."""
OTHER = "other"
"""What is told of anything that has no name of its own in a set."""


@dataclass(frozen=True)
class Label:
    """`values` is everything that it can be; None for what a service tells once, when it is made: its own routes."""

    name: str
    says: str
    values: frozenset[str] | None

    def known(self, value: str) -> str:
        """`value`, or `other` for what is not in a set that has that word for it."""
        return value if self.values is not None and value in self.values else OTHER


def _closed(name: str, says: str, *values: str) -> Label:
    return Label(name, says, frozenset(values))


_DECIDED = {one.key for law in laws_in(BUILT_IN) for chapter in law.chapters for one in chapter.decisions}

BY_SERVICE = _closed("service", "which service, or which pages", *(one.name for one in SERVICES), *MEASURED_PAGES)
BY_TO = _closed("to", "for which service", *(one.name for one in SERVICES))
BY_PRODUCER = _closed("producer", "whose lines", *(one.name for one in SERVICES))
BY_QUEUE = _closed(
    "queue",
    "which queue, as `meldpunt status` calls it",
    *("declarations", "findable", "frozen", "grace", "outgoing", "received", "releases", "reporters", "settlement"),
    "shares",
)
BY_ACT = _closed(
    "act",
    "what is done again and again, as `meldpunt status` calls it",
    *("anchors", "audit", "audit-chains", "breach-proposals", "breach-register", "calendar", "compaction"),
    *("credentials", "designations-kept", "destructions", "door", "editions", "findable-key", "forgetting drafts"),
    *(
        "forgetting designations",
        "forgetting looks",
        "forgetting registers",
        "forgetting reports",
        "forgetting sealed requests",
        "forgetting trail",
        "heads",
        "leases",
        "letterboxes",
        "pruning",
    ),
    *("restored", "rights-procedures", "rights-register", "signing-keys", "statistics", "tombstones", "work-list"),
)
BY_DOUBT = _closed(
    "rows",
    "which rows, as `meldpunt status` calls them",
    *(
        "active-cases",
        "audit-lines-missed",
        "audit-lines-refused",
        "designations",
        "destructions-unread",
        "findable",
        "holds-listed",
        "lease",
    ),
    *("letterbox-keys", "procedures-listed", "processing-log", "register-listed", "sealed-signals", "shares-listed"),
)
BY_PART = _closed(
    "part",
    "what it lacks",
    *("openbao", "database", "nats", "schema", "certificate", "letterbox", "live"),
)
BY_DECISION = _closed("decision", "which decision of the protocol", *_DECIDED, "withdrawal", "closing", "voice", OTHER)
BY_RESULT = _closed("result", "what became of it", "taken", "proposed", "co-signed", "withdrawn", "refused")
BY_EVENT = _closed("event", "which message", *MESSAGES, OTHER)
BY_CARRIED = _closed("carried", "what became of it", "sent", "handled", "kept", "parked")
BY_HOP = _closed(
    "hop",
    "which step on the way of a signal",
    *("accepted", "received", "handed-over", "ended", "sealed", "closed", "destroyed"),
)
BY_KEYS = _closed("keys", "keys of what", "room", "archive", "letterbox")
BY_STAGE = _closed("stage", "how far they are", "made", "locked", "destroyed")
BY_TERM = _closed("term", "of what the day has passed", "signal", "duty", "request", "breach", "list", "destruction")
BY_CERTIFICATE = _closed("certificate", "by which it signs, or by which it is known on connections", "signing", "tls")
BY_SECRET = _closed("secret", "which secret", "secret-id")
BY_IN_POOL = _closed("use", "in use, at rest, or free: how many more may be in use", "in-use", "at-rest", "free")
BY_METHOD = _closed("method", "the HTTP method", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", OTHER)
BY_STATUS = _closed("status", "the class of the answer", "1xx", "2xx", "3xx", "4xx", "5xx")
NO_ROUTE = "unknown"
"""What is told of a request for an address that there is not."""
BY_ROUTE = Label("route", "the template of the address, of the service's own", None)
