"""Handling a dossier: what is the same in every service that holds signals or duties.

A service adds a `Chapter` (`chapter.py`): what it shows, which facts of its own it knows, and to whom a
dossier goes from there. Reading, recording, deciding, co-signing, withdrawing, settling, handing over and
sealing are here, once.
"""
