"""How traces are sampled: written, not run. No program of the collector can be had where this is built.

By tail: what to keep is decided when a trace is whole. All that failed, all that was slow, and one in twenty of the rest.
"""

from __future__ import annotations

from typing import Any

SLOW_MILLISECONDS = 1000
KEPT_PERCENT = 5
WHOLE_SECONDS = 30
"""So long after its first span a trace is judged. What comes later (a hand-over that waited) is judged anew by itself."""


def collector() -> dict[str, Any]:
    """The configuration of an OpenTelemetry Collector (contrib): in by OTLP over mutual TLS, out by OTLP."""
    files = {name: f"/etc/otelcol/{name.removesuffix('_file')}.pem" for name in ("cert_file", "key_file")}
    inside = {"tls": files | {"client_ca_file": "/etc/otelcol/ca.pem"}}
    outside = {"endpoint": "traces.example.invalid:4317", "tls": files | {"ca_file": "/etc/otelcol/ca.pem"}}
    policies: list[dict[str, Any]] = [
        {"name": "failed", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}},
        {
            "name": "answered-5xx",
            "type": "numeric_attribute",
            "numeric_attribute": _between("http.response.status_code", 500, 599),
        },
        {"name": "slow", "type": "latency", "latency": {"threshold_ms": SLOW_MILLISECONDS}},
        {"name": "some-of-the-rest", "type": "probabilistic", "probabilistic": {"sampling_percentage": KEPT_PERCENT}},
    ]
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": "0.0.0.0:4318", **inside}}}},
        "processors": {
            "memory_limiter": {"check_interval": "1s", "limit_mib": 512},
            "tail_sampling": {"decision_wait": f"{WHOLE_SECONDS}s", "num_traces": 50000, "policies": policies},
            "batch": {},
        },
        "exporters": {"otlp": outside},
        "service": {
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["memory_limiter", "tail_sampling", "batch"],
                    "exporters": ["otlp"],
                }
            }
        },
    }


def _between(key: str, least: int, most: int) -> dict[str, Any]:
    return {"key": key, "min_value": least, "max_value": most}
