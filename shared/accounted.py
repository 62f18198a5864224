"""Checking a verantwoordingsdossier that somebody kept, with nothing but the public signing keys of the municipality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import ValidationError

from shared.accountability import ACCOUNTING, BOUND_KIND, SEAL_KIND, AccountFile, SealedChapter, unaccounted
from shared.canonical import digest
from shared.keys.signing import NotSigned, Verifier
from shared.openbao import OpenBao


def problems_of(found: Any, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """Everything that is wrong with the file `found`, in Dutch; `keys`: by service its public signing keys, base64."""
    try:
        file = AccountFile.model_validate(found)
    except ValidationError:
        return ["dit is geen verantwoordingsdossier, of het is niet te lezen"]
    # Nobody is asked: a key that is not known is not believed.
    verifier = Verifier(cast(OpenBao, None), keys)
    hashes = {one.chapter.service: digest(one.chapter.said()) for one in file.chapters}
    problems = [f"het hoofdstuk van {one.chapter.service}: {why}" for one, why in _seals(verifier, file)]
    if len(hashes) != len(file.chapters):
        problems.append("een onderdeel heeft meer dan één hoofdstuk")
    missing = tuple(one for one in ACCOUNTING if one not in hashes)
    if {one.service for one in file.missing} != set(missing):
        problems.append("wat ontbreekt, is niet wat er als ontbrekend in staat")
    doubtful = any(one.chapter.not_believed or one.chapter.standing == "not-believed" for one in file.chapters)
    untold = unaccounted(one.chapter.said() for one in file.chapters)
    if list(file.unaccounted) != untold:
        problems.append("welke besluiten een onderdeel niet noemt, is niet wat daarover in staat")
    if file.complete and (missing or doubtful or untold or file.binding is None):
        problems.append("er staat dat het volledig is, en dat is het niet")
    return [*problems, *_binding(verifier, file, hashes, missing)]


def _seals(verifier: Verifier, file: AccountFile) -> Iterator[tuple[SealedChapter, str]]:
    for one in file.chapters:
        try:
            claims = verifier.check(one.seal, kind=SEAL_KIND, service=one.chapter.service)
        except NotSigned:
            yield one, "het waarmerk is niet van dit onderdeel, of met een sleutel die hier niet bekend is"
            continue
        if claims.get("sha256") != digest(one.chapter.said()):
            yield one, "het is niet meer zoals het is gewaarmerkt"
        if one.chapter.number != file.number or claims.get("number") != file.number:
            yield one, "het gaat over een ander signaal"


def _binding(verifier: Verifier, file: AccountFile, hashes: Mapping[str, str], missing: Sequence[str]) -> Iterator[str]:
    if file.binding is None:
        return
    bound = file.binding.bound
    try:
        claims = verifier.check(file.binding.signature, kind=BOUND_KIND, service="oversight")
    except NotSigned:
        yield "het dossier als geheel is niet door het toezicht ondertekend, of met een sleutel die hier niet bekend is"
        return
    if claims.get("bound") != bound.model_dump(mode="json", by_alias=True) or bound.number != file.number:
        yield "de ondertekening van het toezicht hoort bij een ander dossier"
    if {one.service: one.sha256 for one in bound.chapters} != hashes or list(bound.missing) != list(missing):
        yield "de hoofdstukken zijn niet die welke het toezicht heeft ondertekend"
