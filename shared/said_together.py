"""Events that a row of the privilege table is delivered together, by what they are about."""

from __future__ import annotations

USUAL_EVENTS = ("letterbox-key.v1", "receipts.v1")
"""Every service repeats these: which letterbox key is its newest, and what it has received."""
KEY_EVENTS = ("keys-made.v1", "keys-released.v1", "letterbox-finished.v1", "receipts.v1")
PERSON_EVENTS = ("subjects.v1", "informing-due.v1", "child.v1", "person-put-right.v1", "closed-to.v1", "receipts.v1")
"""What rights hears of persons from whoever holds their signal."""
ANSWER_EVENTS = ("person-answered.v1", "person-elsewhere.v1", "restriction-kept.v1", "carried-out.v1")
"""What it hears of a request of a person, from whoever holds a signal that was found."""
REQUEST_EVENTS = ("person-asked.v1", "restricted.v1", "request-over.v1")
"""What rights says of such a request to them: that it is made, that what they have is only kept meanwhile, that it is over."""
HOLDING_EVENTS = ("holdings-told.v1",)
"""What a service answers by itself that it holds of a number that was found for a request (R-10.1)."""
ORDER_EVENTS = ("receipts.v1", "destroy.v1", "destroyed.v1", "rotate-letterbox.v1", "release-letterbox.v1")
"""Retention's orders to whoever has rows and keys of a signal."""
LOOK_EVENTS = ("look-given.v1", "look-answered.v1", "sealed-for-request.v1")
"""What retention tells who reads an archive, and may have asked for a look into what is sealed."""
WORK_EVENTS = ("work-told.v1", "work-up-to.v1", "receipts.v1")
"""What the work list is told by whoever holds dossiers."""
