"""What always fires: who stops hearing it knows that nobody hears the alerts either.

It is no alert of the list, with a runbook of its own: whoever finds it silent is not one of these programs.
"""

from __future__ import annotations

from typing import Any

HEARTBEAT = "MeldpuntHeartbeat"
RECEIVER = "heartbeat"
"""Somebody outside, who calls when he has not heard it for some minutes; also what its severity is called."""
_LABELS = {"severity": RECEIVER}
_BEATS = {"summary": "Prometheus judges, and Alertmanager tells. Whoever does not hear this has to be called."}
GROUP: dict[str, Any] = {
    "name": "heartbeat",
    "interval": "1m",
    "rules": [{"alert": HEARTBEAT, "expr": "vector(1)", "labels": _LABELS, "annotations": _BEATS}],
}
"""As Prometheus reads it."""
SEEN: dict[str, Any] = {
    "name": "the heartbeat fires at once, whatever is scraped",
    "interval": "1m",
    "alert_rule_test": [
        {
            "eval_time": "0m",
            "alertname": HEARTBEAT,
            "exp_alerts": [{"exp_labels": _LABELS, "exp_annotations": _BEATS}],
        }
    ],
}
"""As `promtool test rules` reads it."""
ROUTE: dict[str, Any] = {
    "matchers": [f'severity="{RECEIVER}"'],
    "receiver": RECEIVER,
    "group_wait": "0s",
    "group_interval": "1m",
    "repeat_interval": "1m",
}
"""As Alertmanager reads it."""
