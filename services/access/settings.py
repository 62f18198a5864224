"""What access must be told besides what every service must."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings
from shared.tls import Tls


class Settings(ServiceSettings):
    oidc_issuer: str
    """The municipality's OpenID Connect provider, whose ID tokens are exchanged."""
    oidc_jwks_uri: str | None = None
    """Where its keys are. None: as it says itself (discovery)."""
    oidc_authorities: Path | None = None
    """A file (PEM): whose certificates are believed of the provider, who is shown that of this service. None: those that this
    machine believes, and nothing is shown."""
    oidc_client_id: Path
    """A file: the portal's client id, the audience of those ID tokens."""
    oidc_subject_claim: str = Field(default="sub", pattern=r"^[A-Za-z0-9_:/-]+(\.[A-Za-z0-9_:/-]+)*$")
    """Which claim says who somebody is in the register of designations; a dot goes a level down. It has to be of one person for
    good: a name or an address of mail is given to somebody else one day."""
    oidc_acr_values: str = ""
    """Which ways of showing who he is count, with spaces between: what the provider calls a log-in with a second factor. Empty:
    each."""
    portal_keys: Path
    """A file: the public keys (a JWK set) with which the portal shows that it is the portal; access holds no secret of
    its."""
    log_in_seconds: int = Field(default=8 * 3600, ge=300, le=12 * 3600)
    """For how long somebody works on one log-in at most, from when he showed the provider who he is."""
    log_in_idle_seconds: int = Field(default=2100, ge=300, le=3600)
    """After so long without a token that was asked for it a log-in is over: a little more than after which the portal logs
    somebody out, since it does not ask for a token at every click."""
    first_designations: Path
    """A file: the beheerder and the FG, the controller's decision that names them, and until when. A new decision takes the
    place of the one before."""

    @property
    def provider_tls(self) -> Tls | None:
        """How the provider is asked, where that is not as anybody would ask it."""
        found = self.oidc_authorities
        return Tls(found, self.tls_certificate, self.tls_key) if found else None
