"""The topology of production as plain processes on one machine: several of each part, two of each service.

Nothing here distributes anything: NATS, OpenBao and PostgreSQL do that themselves. For trying and for drills only.
"""
