"""What access must be told besides what every service must."""

from __future__ import annotations

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    oidc_issuer: str
    """The municipality's OpenID Connect provider, whose ID tokens are exchanged."""
    oidc_jwks_uri: str
    oidc_client_id: Path
    """A file: the portal's client id, the audience of those ID tokens."""
    portal_keys: Path
    """A file: the public keys (a JWK set) with which the portal shows that it is the portal; access holds no secret of
    its."""
    first_designations: Path
    """A file: the beheerder and the FG, the controller's decision that names them, and until when. A new decision takes the
    place of the one before."""
