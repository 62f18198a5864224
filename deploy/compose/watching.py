"""A Prometheus beside the processes of one host: `docker compose --profile prometheus up`.

It is in the network of each that it may ask and of nothing else, shows its certificate to each, and is itself shown one by whoever looks at it.
"""

from __future__ import annotations

from typing import Any

from deploy.compose.mounts import mounted
from deploy.observability.written import CERTIFICATE, RULES, prometheus
from deploy.topology import PORT, USER
from deploy.wiring import House
from shared.asking import PROMETHEUS

FOLDER = "/etc/prometheus"
SECRETS = f"{FOLDER}/meldpunt"
SHOWN = f"{SECRETS}/{CERTIFICATE}"
DATA = "/prometheus"
LISTENS = 9090


def secrets_of_prometheus(house: House) -> dict[str, tuple[str, str]]:
    """By name in the Compose file: where the file lies on the host, and where in the container."""
    # Each is asked with the secret of its own, the same file that it has itself.
    return {f"{PROMETHEUS}-{one}": (f"./secrets/{one}/metrics", f"{SECRETS}/metrics-{one}") for one in asks(house)}


def asks(house: House) -> list[str]:
    return [one for one in house.processes if PROMETHEUS in house.who_ask(one)]


def container(house: House, image: str) -> dict[str, Any]:
    return {
        "image": image,
        "profiles": [PROMETHEUS],
        "user": f"{USER}:{USER}",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "command": [
            f"--config.file={FOLDER}/prometheus.yaml",
            f"--web.config.file={FOLDER}/web.yaml",
            f"--storage.tsdb.path={DATA}",
            "--enable-feature=exemplar-storage",
        ],
        "volumes": [
            mounted("./prometheus.yaml", f"{FOLDER}/prometheus.yaml"),
            mounted("./prometheus-web.yaml", f"{FOLDER}/web.yaml"),
            mounted(f"./{RULES}", f"{FOLDER}/{RULES}"),
            mounted("./prometheus", DATA, read_only=False),
            # A folder: a file that was mounted by itself would stay the former one when it is renewed.
            mounted(f"./tls/{PROMETHEUS}", SHOWN),
        ],
        "secrets": [{"source": one, "target": target} for one, (_, target) in secrets_of_prometheus(house).items()],
        "networks": [f"out-{PROMETHEUS}", *(f"to-{one}" for one in asks(house))],
        # For who looks at it from this host.
        "ports": [f"127.0.0.1:{LISTENS}:{LISTENS}"],
        "mem_limit": "1g",
        "pids_limit": 256,
        "restart": "unless-stopped",
        "logging": {"driver": "local", "options": {"max-size": "20m", "max-file": "5"}},
    }


def scraped(house: House) -> dict[str, Any]:
    """Its configuration. Of one host every process is one, found by its name."""
    return prometheus({one: f"{one}:{PORT}" for one in asks(house)}, secrets=SECRETS)


def served() -> dict[str, Any]:
    """Who looks at it shows a certificate of the house."""
    return {
        "tls_server_config": {
            "cert_file": f"{SHOWN}/tls.crt",
            "key_file": f"{SHOWN}/tls.key",
            "client_auth_type": "RequireAndVerifyClientCert",
            "client_ca_file": f"{SHOWN}/ca.crt",
            "min_version": "TLS13",
        }
    }
