"""Casework's tables are those of every service that holds dossiers: signals in phase 4, cases in their active years."""

SCHEMA = "casework_0001"
