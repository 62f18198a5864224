"""The portal of an embedded house, as far as access knows it: a key of its own, with which it shows who it is."""

from __future__ import annotations

import json
import secrets
from typing import Any

from joserfc.jwk import OKPKey

from deploy.embedded.home import SERVICE_NAMES, Home
from deploy.openbao.log_in import PROVIDER
from services.portal import exchange
from shared import asking


def _key(home: Home) -> OKPKey:
    return OKPKey.import_key(json.loads(home.secret("portal-key", _new_key)))


def _new_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519", {"kid": secrets.token_hex(8)}).as_dict(private=True))


def public_keys(home: Home) -> str:
    """The file that access gets: a JWK set."""
    return json.dumps({"keys": [_key(home).as_dict(private=False)]})


def people_file(subjects: dict[str, str]) -> str:
    """What the municipality's directory would give: what people are called, by user id."""
    return json.dumps({user_id: name.capitalize() for name, user_id in subjects.items()})


def assertion(home: Home, **more: Any) -> str:
    """What shows for a minute, and once, that the portal asks (RFC 7523)."""
    return exchange.assertion(_key(home), home.secret("portal-client-id"), **more)


def exchange_form(home: Home, audience: str, log_in: str, nonce: str | None = None) -> dict[str, str]:
    """What the portal asks of access: with a nonce, `log_in` is an ID token; else what was given for one before."""
    return exchange.exchange_form(assertion(home), audience, log_in, nonce)


PORTAL, PUBLIC, LOG_IN = asking.PORTAL, asking.PUBLIC_PAGES, "log-in"
PAGES = (PORTAL, PUBLIC, LOG_IN)
"""What runs beside the services: what people use, and where the provider of this house has them log in."""


def certificates(home: Home, name: str) -> dict[str, str]:
    """The environment that says who somebody is on his connections."""
    tls = home.tls(name)
    return {
        "MELDPUNT_TLS_AUTHORITIES": str(tls.authorities),
        "MELDPUNT_TLS_CERTIFICATE": str(tls.certificate),
        "MELDPUNT_TLS_KEY": str(tls.key),
    }


def settings(home: Home, name: str, addresses: dict[str, str], protocol: str) -> dict[str, str]:
    """The environment of one of PAGES; `addresses`: of everything in the house, by name."""
    provider = f"{addresses['openbao']}/v1/identity/oidc/provider/{PROVIDER}"
    if name == LOG_IN:
        return {
            "MELDPUNT_OPENBAO_ADDRESS": addresses["openbao"],
            "MELDPUNT_PORTAL_ADDRESS": addresses[PORTAL],
            **certificates(home, name),
        }
    if name == PUBLIC:
        return {
            "MELDPUNT_PUBLIC_ADDRESS": addresses[PUBLIC],
            "MELDPUNT_INTAKE_ADDRESS": addresses["intake"],
            "MELDPUNT_METRICS_SECRET": str(home.secret_file(f"metrics-{name}")),
            "MELDPUNT_PROTOCOL": protocol,
            "MELDPUNT_LIVE": "false",
            "PYTHONUNBUFFERED": "1",
        }
    _key(home)
    asked = asking.asked_by(PORTAL)
    return {
        "MELDPUNT_PORTAL_ADDRESS": addresses[PORTAL],
        "MELDPUNT_PORTAL_KEY": str(home.secret_file("portal-key")),
        "MELDPUNT_SERVICES": json.dumps({one: addresses[one] for one in SERVICE_NAMES if one in asked}),
        "MELDPUNT_OIDC_ISSUER": provider,
        # OpenBao's own page is for who manages it: people log in on a page of the house.
        "MELDPUNT_OIDC_AUTHORIZATION_ENDPOINT": f"{addresses[LOG_IN]}/",
        "MELDPUNT_OIDC_AUTHORITIES": str(home.authority.trusted),
        **certificates(home, name),
        "MELDPUNT_METRICS_SECRET": str(home.secret_file(f"metrics-{name}")),
        "MELDPUNT_OIDC_CLIENT_ID": str(home.secret_file("portal-client-id")),
        "MELDPUNT_OIDC_CLIENT_SECRET": str(home.secret_file("portal-client-secret")),
        "MELDPUNT_PEOPLE": str(home.secret_file("people.json")),
        "MELDPUNT_PROTOCOL": protocol,
        "MELDPUNT_TRACES": str(home.path / "logs"),
        "MELDPUNT_LIVE": "false",
        "PYTHONUNBUFFERED": "1",
    }
