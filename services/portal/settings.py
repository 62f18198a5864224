"""What the portal must be told. It has no database, no key of a room and no name on the bus, so little is asked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.telemetry import INSTANCE, new_instance
from shared.tls import Tls

GUIDES = Path(__file__).parents[2] / "docs" / "gids"


def _tls(authorities: Path | None, certificate: Path | None, key: Path | None) -> Tls | None:
    return Tls(authorities, certificate, key) if authorities and certificate and key else None


def _only_encrypted(addresses: Iterable[str], tls: Tls | None, live: bool) -> None:
    """Raises ValueError for what is asked in plain text while real data are processed, or cannot be asked over TLS."""
    over_tls = {one.startswith("https://") for one in addresses}
    if live and False in over_tls:
        raise ValueError("with real data services are spoken to over https:// only")
    if True in over_tls and tls is None:
        raise ValueError("services at https:// take TLS_AUTHORITIES, TLS_CERTIFICATE and TLS_KEY")


class Settings(BaseSettings):
    """Read from the environment, prefix `MELDPUNT_`."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    portal_address: str
    """Where people's browsers find the portal, without a slash at the end: `https://meldpunt.example.nl`."""
    portal_key: Path
    """A file: the private key (a JWK) with which the portal shows access that it is the portal (RFC 7523), and seals sessions;
    or a JWK set, of which the first is used and the others open what they sealed. All its processes have the same."""
    services: dict[str, str]
    """The address of each service that the portal asks, as JSON."""
    oidc_issuer: str
    """The municipality's OpenID Connect provider."""
    oidc_authorization_endpoint: str | None = None
    """Where browsers are sent to log in. None, as of the next: as the provider says itself (discovery)."""
    oidc_token_endpoint: str | None = None
    oidc_acr_values: str = ""
    """What is asked of the provider: its names for a log-in with a second factor, with spaces between. Access judges it."""
    oidc_scope: str = Field(default="openid", pattern=r"^openid( [\x21\x23-\x5B\x5D-\x7E]+)*$")
    """With what else the provider asks for before it gives the claim that says who somebody is."""
    oidc_authorities: Path | None = None
    """A file (PEM): whose certificates are believed of the provider, who is then shown the portal's own. None: those that this
    machine believes, and nothing is shown."""
    tls_authorities: Path | None = None
    """Files (PEM): whose certificates are believed of the services, and what the portal shows them and, with `oidc_authorities`, the
    provider. None: services are spoken to in plain text, which is for one machine and never for real data."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    oidc_client_id: Path
    oidc_client_secret: Path
    people: Path | None = None
    """A file of the municipality's directory: a JSON object, user ids with names. Without, people go by the end of their id."""
    idle_seconds: int = Field(default=1800, ge=1, le=43_200)
    """After so long without a request somebody is logged out."""
    metrics_secret: Path | None = None
    """A file: what Prometheus shows to read `/metrics`. None: nobody reads it."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    instance: str = Field(default_factory=new_instance, pattern=INSTANCE)
    """What tells this process from its replicas in log lines and figures: the name of its pod. Without it a random one."""
    protocol: str = "midden-delfland-2025"
    """Whose words are used for roles and states."""
    protocols: Path | None = None
    live: bool = False
    """False: every page says that this is a trial."""
    theme: str = Field(default="neutral", pattern=r"^[a-z-]+$")
    """Whose colours and letters: a file `theme-….css` in `static/`."""
    guides: Path = GUIDES
    """The guides that "Hulp" shows, a Markdown file for each role."""
    traces: Path | None = None
    """The folder in which an embedded house keeps its spans; None: they are collected elsewhere."""

    @property
    def provider_tls(self) -> Tls | None:
        """How the provider is asked, where that is not as anybody would ask it."""
        if self.oidc_authorities is None or self.tls_certificate is None or self.tls_key is None:
            return None
        return Tls(self.oidc_authorities, self.tls_certificate, self.tls_key)

    @cached_property
    def tls(self) -> Tls | None:
        """Who the portal is to the services; None where it speaks plain text with them."""
        return _tls(self.tls_authorities, self.tls_certificate, self.tls_key)

    @model_validator(mode="after")
    def _encrypted(self) -> Settings:
        _only_encrypted(self.services.values(), self.tls, self.live)
        return self


class PublicSettings(BaseSettings):
    """Of the public pages: a process of its own, which is told nothing of the portal's."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    public_address: str
    """Where visitors find the form, without a slash at the end."""
    intake_address: str
    tls_authorities: Path | None = None
    """Files (PEM), as of the portal."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: str = ""
    """As of a service: whose word about who visits is believed, with commas between. Without it everybody who comes through a
    proxy is one visitor, with one visitor's share."""
    metrics_secret: Path | None = None
    """As of the portal."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    instance: str = Field(default_factory=new_instance, pattern=INSTANCE)
    """What tells this process from its replicas in log lines and figures: the name of its pod. Without it a random one."""
    protocol: str = "midden-delfland-2025"
    protocols: Path | None = None
    live: bool = False
    theme: str = Field(default="neutral", pattern=r"^[a-z-]+$")
    guides: Path = GUIDES
    """Of these only the one for who reports is shown."""

    @cached_property
    def tls(self) -> Tls | None:
        """Who the public pages are to the door; None where they speak plain text with it."""
        return _tls(self.tls_authorities, self.tls_certificate, self.tls_key)

    @model_validator(mode="after")
    def _encrypted(self) -> PublicSettings:
        _only_encrypted([self.intake_address], self.tls, self.live)
        return self
