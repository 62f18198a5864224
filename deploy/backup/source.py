"""Of what a backup is made: a house or a cluster of this machine, or an installation whose parts are addresses."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import hvac
from pydantic import ValidationError

from deploy.backup.databases import Databases
from deploy.backup.manifest import sha256
from deploy.embedded.home import Home, HouseError
from deploy.embedded.status import is_running
from deploy.installation import NoActiveNode, PartsSettings
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER

Told = TypeVar("Told", bound=PartsSettings)
SEAL_KEYS, APPROLES = "openbao-seal-key", "approle-"
FOLDERS = ("secrets", "witness", "riec-counterpart")
"""Of the home, what is in the backup. Not: certificates and their authority, which a restored house makes anew, so that who has those of before
is a stranger; NATS, of which nothing is needed; folders of services, which they fill again; the list of destructions, which is nobody's past."""


def _nothing(_: tarfile.TarFile) -> None:
    """An installation has its secrets where its machines get them from."""


@dataclass(frozen=True)
class Source:
    """`log_in`: a client for who administers OpenBao; `tombstones`: the folder with the list of destructions; `fill`: puts what a home has
    besides into a tar; `seals`: of each file with a seal key the SHA-256, where we know them."""

    databases: Databases
    log_in: Callable[[], hvac.Client]
    tombstones: Path
    fill: Callable[[tarfile.TarFile], None] = _nothing
    seals: Mapping[str, str] = field(default_factory=dict)

    def openbao(self) -> hvac.Client:
        """Raises HouseError."""
        try:
            return self.log_in()
        except (hvac.exceptions.VaultError, NoActiveNode, OSError) as problem:
            raise HouseError(f"OpenBao does not answer ({type(problem).__name__}): see `meldpunt status`") from None


def of_house(home: Home) -> Source:
    """Of a house or a cluster that runs here. Raises HouseError."""
    state = home.state()
    if state is None or not is_running(state) or not state.get("ready"):
        raise HouseError(f"no house is running in {home.path}: a backup is made of one that runs (`meldpunt up`)")
    # A cluster has in front of its several what hands on to the one that is active, or takes writes.
    addresses = state["addresses"]
    _, _, port = addresses["postgres"].rpartition(":")

    def log_in() -> hvac.Client:
        return bao_config.client(addresses["openbao"], home.secret("provisioner"), home.tls(SETUP_USER))

    def fill(tar: tarfile.TarFile) -> None:
        for name in FOLDERS:
            if (home.path / name).exists():
                tar.add(home.path / name, name, filter=_wanted)

    keys = sorted(one for one in (home.path / "secrets").glob(f"{SEAL_KEYS}*") if one.suffix != ".new")
    seals = {one.name: sha256(one) for one in keys}
    return Source(Databases.of(home, int(port)), log_in, Path(state["tombstones"]), fill, seals)


class BackupSettings(PartsSettings):
    tombstones: Path
    """The folder with the list of destructions: where retention's claim is mounted."""


def of_installation() -> Source:
    """Of the parts that the environment names. Raises HouseError with everything that is missing."""
    settings = told(BackupSettings)
    if not settings.tombstones.is_dir():
        raise HouseError(
            f"{settings.tombstones} is not there: it is to be retention's folder with the list of destructions"
        )
    if not os.access(settings.tombstones, os.R_OK | os.W_OK | os.X_OK):
        # Each backup says in it that it was made, and none counts that did not.
        raise HouseError(
            f"{settings.tombstones} cannot be read and written by who runs this: be its owner, as retention is"
        )
    return Source(Databases(settings.superuser), settings.openbao, settings.tombstones)


def told(kind: type[Told]) -> Told:
    """What the environment says of an installation. Raises HouseError with everything that is wrong."""
    try:
        found = kind.model_validate({})
        found.databases  # noqa: B018  (raises where they are none)
    except ValidationError as problem:
        wrong = [f"MELDPUNT_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in problem.errors()]
        raise HouseError("the environment does not say where the parts are:\n" + "\n".join(wrong)) from None
    except ValueError as problem:
        raise HouseError(f"MELDPUNT_DATABASE_HOSTS: {problem}") from None
    return found


def _wanted(one: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Neither the seal key, without which the snapshot opens nothing, nor what a restored house is given anew."""
    name = Path(one.name).name
    return None if name.startswith((SEAL_KEYS, APPROLES)) or name.endswith(".new") else one
