"""What is measured, for who runs the house: counts, ages and durations, and never a number, a person or a word of anybody.

`catalogue.py` is the one list; rules, dashboards and docs are made from it. `metrics.py` counts and tells, `figures.py` reads
at a scrape what a service knows already, `deeds.py` counts what the audit trail has.
"""
