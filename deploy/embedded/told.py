"""What each service of an embedded house is told: its environment."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.embedded import portal, riec
from deploy.embedded.home import Home
from deploy.embedded.parts import HERE
from deploy.openbao import log_in

TRYING = {
    # Short, so that who tries the house sees what happens; a municipality has minutes here.
    "MELDPUNT_WITHDRAWAL_SECONDS": "2",
    "MELDPUNT_LETTERBOX_MARGIN_SECONDS": "5",
}


def told(home: Home, name: str, ports: Mapping[str, int], protocol: str) -> dict[str, str]:
    """The environment of the service `name`; `ports`: of everything in the house, by name."""
    bao = f"https://{HERE}:{ports['openbao']}"
    secret = home.secret_file
    env = {
        "MELDPUNT_OPENBAO_ADDRESS": bao,
        "MELDPUNT_OPENBAO_CREDENTIALS": str(secret(f"approle-{name}")),
        "MELDPUNT_SIGNING_KEYS": str(secret("signing-keys.json")),
        "MELDPUNT_NATS_ADDRESS": f"tls://{HERE}:{ports['nats']}",
        "MELDPUNT_DATABASE_HOSTS": f"{HERE}:{ports['postgres']}",
        **portal.certificates(home, name),
        "MELDPUNT_FOLDER": str(home.service_folder(name)),
        "MELDPUNT_TOMBSTONES": str(home.tombstones),
        "MELDPUNT_OPERATIONS_SECRET": str(secret(f"operations-{name}")),
        "MELDPUNT_TRACES": str(home.path / "logs" / f"traces-{name}.jsonl"),
        "MELDPUNT_PROTOCOL": protocol,
        # Everything here runs as one user: never for real data, whatever the environment says.
        "MELDPUNT_LIVE": "false",
        "PYTHONUNBUFFERED": "1",
        **TRYING,
    }
    if name == "intake":
        env |= {
            "MELDPUNT_DOOR_PASSWORD": str(secret("door-password")),
            "MELDPUNT_DOOR_SECRET": str(secret("door-secret")),
            # The public pages say who visits them: each visitor has his own share.
            "MELDPUNT_TRUSTED_PROXIES": "127.0.0.1",
        }
    if name in ("export", "casework"):
        env["MELDPUNT_RECEIVER_KEYS"] = str(secret(riec.RECEIVER_KEYS))
    if name == "oversight":
        env["MELDPUNT_WITNESS"] = str(home.witness)
    if name == "access":
        provider = f"{bao}/v1/identity/oidc/provider/{log_in.PROVIDER}"
        env |= {
            "MELDPUNT_OIDC_ISSUER": provider,
            "MELDPUNT_OIDC_AUTHORITIES": str(home.authority.trusted),
            "MELDPUNT_OIDC_CLIENT_ID": str(secret("portal-client-id")),
            "MELDPUNT_PORTAL_KEYS": str(secret("portal-keys.json")),
            "MELDPUNT_FIRST_DESIGNATIONS": str(secret("first-designations.json")),
        }
    return env
