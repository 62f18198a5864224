"""Rehearsals on a whole cluster: each prints its figures and fails loudly."""
