"""EXAMPLE: a RIEC for trying, with invented data only. It is no part of the system and no RIEC runs it.

It stands on the other side: a process, a key and a name of its own, no right on the house's bus, databases or OpenBao. It
has what a RIEC would have: the public keys of the municipality, and the address at which shares are fetched.
"""
