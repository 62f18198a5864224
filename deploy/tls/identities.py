"""Who has a certificate: every row of the privilege table, the set-up, the parts, and the pages.

The name of an identity is the name in its certificate, and for NATS the name of its user.
"""

from __future__ import annotations

from shared.privileges import SERVICES

SETUP_USER = "setup"
PARTS = ("nats", "openbao", "postgres")
ETCD = "etcd"
"""Of a cluster on one machine: who is the primary of two PostgreSQLs stands there. The certificate, of etcd and of who asks
it, has no common name: etcd takes that for a user, and refuses it where somebody shows a password."""
PAGES = ("portal", "public", "log-in")
IDENTITIES = (*(service.name for service in SERVICES), SETUP_USER, *PARTS, *PAGES)
