"""What services seal and sign with: their letterboxes, their signing keys, and the key by which a signal is found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from deploy.drills.under_load import UnderLoad
from deploy.drills.verdict import rows
from deploy.embedded.home import HouseError
from deploy.openbao import apply as bao_config
from deploy.openbao import lookup
from shared.keys.announced import announced_as_known
from shared.keys.signing import NotSigned, Verifier
from shared.openbao import OpenBao
from shared.privileges import SIGN

OWNER, SENDER = "assessment", "intake"
"""Whose letterbox it is, and who seals for it."""
HEARD_SECONDS = 150.0
"""Within which everybody has heard of a key: OpenBao is asked, and a beacon goes round, as often as the settings say."""
CARRIED = 3
"""So many reports have to have come under a key before it is believed that it is in use."""
POST_SECONDS = 120


def letterboxes(under: UnderLoad) -> list[str]:
    """The newest is revoked, twice: each time its owner makes another, and both replicas of the sender seal with that."""
    faults: list[str] = []
    for _ in range(2):
        faults += _another(under, "revoked", lambda kid: under.meldpunt("keys", "revoke", kid))
    return faults


def transit(under: UnderLoad) -> list[str]:
    """Signing keys get another version, and what is announced another signature; then one is revoked, and nothing of before
    counts; the look-up key gets another version besides."""
    statement = _statement(under)
    bao = under.bao()
    if not _is_believed(statement, _newest(under)):
        raise HouseError("the newest key did not sign what is announced: that it does afterwards shows nothing")
    faults = _another(under, "signed by an older key", lambda _: under.meldpunt("keys", "renew", "signing-keys"))
    if _is_believed(statement, _newest(under)):
        faults.append("what was announced before is signed by the newest key")
    if not _is_believed(statement, bao_config.signing_keys(bao)):
        faults.append("what an older key signed does not count, though it was not revoked")
    if not _is_believed(_statement(under), _newest(under)):
        faults.append("what is announced is not signed by the newest key")
    before = bao.read(lookup.KEY)["data"]["latest_version"]
    under.meldpunt("lookup-key", "--now")
    if bao.read(lookup.KEY)["data"]["latest_version"] != before + 1:
        faults.append("the look-up key has no other version")
    # Whoever is started again by what follows writes with the newer key, and has to believe what the older one wrote.
    under.meldpunt("keys", "renew", "row-keys")
    statement = _statement(under)
    faults += _another(
        under,
        "signed by a revoked key",
        lambda _: under.meldpunt("keys", "revoke", OWNER, "--wait", str(POST_SECONDS)),
    )
    if _is_believed(statement, bao_config.signing_keys(bao)):
        faults.append(f"what {OWNER} signed with the revoked key still counts")
    if bao.read(f"{SIGN}/keys/{OWNER}")["data"]["min_decryption_version"] < 3:
        faults.append("the versions of before were not ended")
    written = _written_with(under)
    if written != {1, 2}:
        faults.append(
            f"rows of {OWNER} were written with the versions {sorted(written)} of its key, and not with 1 and 2"
        )
    return faults


def _written_with(under: UnderLoad) -> set[int]:
    """By which versions of its key the owner's dossiers are believed."""
    found = rows(under.home, OWNER, "SELECT DISTINCT split_part(mac, ':', 1) AS version FROM dossier")
    return {int(one["version"].removeprefix("v")) for one in found}


def _another(under: UnderLoad, why: str, change: Callable[[str], object]) -> list[str]:
    """Have `change` done to the newest letterbox; another takes its place and carries what is reported, and the former ends."""
    before = _newest_kid(under)
    carried = _carried(under, before)
    if not carried:
        raise HouseError(f"{before} carried nothing: that another does afterwards shows nothing")
    change(before)
    seconds = under.until(lambda: _newest_kid(under) != before, f"another letterbox than {before}", HEARD_SECONDS)
    kid = _newest_kid(under)
    under.until(lambda: _carried(under, kid) >= CARRIED, f"reports sealed with {kid}", HEARD_SECONDS)
    under.until(lambda: _is_finished(under, before), f"{SENDER} never seals with {before} again", HEARD_SECONDS)
    under.say(
        f"letterbox {why}: another after {seconds:.1f} s; {_carried(under, before)} reports came under the one before"
    )
    return []


def _newest_kid(under: UnderLoad) -> str:
    """Which letterbox of its owner is sealed with, as the sender's database has it."""
    query = """SELECT kid FROM sealing_key WHERE addressee = $1 AND finished_at IS NULL AND refused_because IS NULL
        ORDER BY adopted_at DESC LIMIT 1"""
    found = rows(under.home, SENDER, query, OWNER)
    return str(found[0]["kid"]) if found else ""


def _carried(under: UnderLoad, kid: str) -> int:
    """How many signals came under this letterbox key, as retention was told."""
    return int(rows(under.home, "retention", "SELECT count(*) AS n FROM carrier WHERE kid = $1", kid)[0]["n"])


def _is_finished(under: UnderLoad, kid: str) -> bool:
    query = "SELECT 1 FROM sealing_key WHERE kid = $1 AND finished_at IS NOT NULL"
    return bool(rows(under.home, SENDER, query, kid))


def _statement(under: UnderLoad) -> str:
    """What the owner of the newest letterbox says of it."""
    found = rows(under.home, SENDER, "SELECT statement FROM sealing_key WHERE kid = $1", _newest_kid(under))
    return str(found[0]["statement"])


def _newest(under: UnderLoad) -> dict[str, list[str]]:
    """The newest signing key of each service, and no other."""
    return {service: keys[:1] for service, keys in bao_config.signing_keys(under.bao()).items()}


def _is_believed(statement: str, keys: dict[str, list[str]]) -> bool:
    """Whether it counts for who knows these signing keys."""
    try:
        announced_as_known(Verifier(cast(OpenBao, None), keys), OWNER, statement)
    except NotSigned:
        return False
    return True
