"""Sources' tables are those of every service that holds dossiers: signals in phase 3, questions as tasks."""

SCHEMA = "sources_0001"
