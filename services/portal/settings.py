"""What the portal must be told. It has no database, no key of a room and no name on the bus, so little is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

GUIDES = Path(__file__).parents[2] / "docs" / "gids"


class Settings(BaseSettings):
    """Read from the environment, prefix `MELDPUNT_`."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    portal_address: str
    """Where people's browsers find the portal, without a slash at the end: `https://meldpunt.example.nl`."""
    portal_key: Path
    """A file: the private key (a JWK) with which the portal shows access that it is the portal (RFC 7523)."""
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
    oidc_client_id: Path
    oidc_client_secret: Path
    people: Path | None = None
    """A file of the municipality's directory: a JSON object, user ids with names. Without, people go by the end of their id."""
    idle_seconds: int = 1800
    """After so long without a request somebody is logged out."""
    most_sessions: int = 10_000
    log_level: Literal["debug", "info", "warning", "error"] = "info"
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


class PublicSettings(BaseSettings):
    """Of the public pages: a process of its own, which is told nothing of the portal's."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    public_address: str
    """Where visitors find the form, without a slash at the end."""
    intake_address: str
    trusted_proxies: str = ""
    """As of a service: whose word about who visits is believed, with commas between. Without it everybody who comes through a
    proxy is one visitor, with one visitor's share."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    protocol: str = "midden-delfland-2025"
    protocols: Path | None = None
    live: bool = False
    theme: str = Field(default="neutral", pattern=r"^[a-z-]+$")
    guides: Path = GUIDES
    """Of these only the one for who reports is shown."""
