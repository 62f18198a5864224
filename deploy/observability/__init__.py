"""Watching: alerts and dashboards over the one list of metrics, written as what Prometheus, Alertmanager and Grafana read.

`python -m deploy.observability` writes the files beside this; a test compares them. `alerts.py` has each alert with the examples by
which it is seen firing and silent; its runbook stands in docs/operations/runbooks under its name.
"""
