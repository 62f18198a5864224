"""Assessment's tables are those of every service that holds dossiers: signals in phases 1 and 2."""

SCHEMA = "assessment_0001"
