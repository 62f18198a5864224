"""Who has a certificate: every row of the privilege table, the set-up, the parts, and the pages.

The name of an identity is the name in its certificate, and for NATS the name of its user.
"""

from __future__ import annotations

from shared.privileges import SERVICES

SETUP_USER = "setup"
PARTS = ("nats", "openbao", "postgres")
PAGES = ("portal", "public", "log-in")
IDENTITIES = (*(service.name for service in SERVICES), SETUP_USER, *PARTS, *PAGES)
