"""The certificates of a house: who gets one, for how long, and how the next authority takes over."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from deploy.tls.authority import Authority, Terms
from deploy.tls.identities import IDENTITIES, PARTS
from shared.privileges import SERVICES
from shared.tls import Tls

HERE = "127.0.0.1"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "tls")
    assert set(made.make(NOW)) == set(IDENTITIES)
    return made


def certificate(authority: Authority, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.of(name).certificate.read_bytes())


def test_every_service_and_every_part_has_one_in_its_own_name(authority: Authority) -> None:
    assert {service.name for service in SERVICES} | set(PARTS) | {"setup"} <= set(IDENTITIES)
    for name in IDENTITIES:
        names = certificate(authority, name).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert name in names.get_values_for_type(x509.DNSName)
        others = set(IDENTITIES) - {name}
        assert not others & set(names.get_values_for_type(x509.DNSName))
    with pytest.raises(KeyError):
        authority.of("../issuer")


def test_one_is_renewed_a_month_before_its_end_and_not_sooner(authority: Authority) -> None:
    assert authority.ends()["nats"] == NOW + timedelta(days=90)
    assert authority.make(NOW + timedelta(days=59)) == []
    later = NOW + timedelta(days=60)
    assert set(authority.make(later)) == set(IDENTITIES)
    assert authority.ends()["nats"] == later + timedelta(days=90)


def test_how_long_and_how_long_before_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MELDPUNT_EMBEDDED_CERTIFICATE_DAYS", "7")
    monkeypatch.setenv("MELDPUNT_EMBEDDED_RENEWAL_DAYS", "2")
    authority = Authority(tmp_path / "tls", Terms.told())
    authority.make(NOW)
    assert authority.ends()["nats"] == NOW + timedelta(days=7)
    assert authority.make(NOW + timedelta(days=4)) == []
    assert authority.make(NOW + timedelta(days=5)) != []


def test_none_outlives_who_signed_it(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls", Terms(authority=timedelta(days=5)))
    authority.make(NOW)
    assert set(authority.ends().values()) == {NOW + timedelta(days=5)}


async def meet(server: ssl.SSLContext, client: ssl.SSLContext) -> bool:
    """Whether the two take each other."""
    served = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ok")
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()
        served.set()

    listening = await asyncio.start_server(answer, HERE, 0, ssl=server)
    async with listening:
        try:
            reader, writer = await asyncio.open_connection(HERE, listening.sockets[0].getsockname()[1], ssl=client)
            found = await reader.read(2)
            writer.close()
        except OSError:
            return False
    return found == b"ok"


async def test_another_authority_takes_over_and_everybody_meets_at_every_step(authority: Authority) -> None:
    """Whoever has read his files again and whoever has not yet: between two steps they take each other."""
    part, service = authority.of("nats"), authority.of("intake")
    for step in (authority.prepare_next, authority.turn_to_next, authority.forget_previous):
        old_part, old_service = part.served, service.context
        step()
        for server in (old_part, part.served):
            for client in (old_service, service.context):
                assert await meet(server, client), step.__name__
    stolen = certificate(authority, "intake").issuer
    assert x509.load_pem_x509_certificates(authority.trusted.read_bytes())[0].subject == stolen


async def test_what_the_former_authority_signed_is_worth_nothing_then(authority: Authority) -> None:
    authority.prepare_next()
    before = authority.of("intake").context
    authority.turn_to_next()
    assert await meet(authority.of("nats").served, before)
    authority.forget_previous()
    assert not await meet(authority.of("nats").served, before)


async def test_a_renewed_file_is_used_and_half_a_one_is_not(authority: Authority) -> None:
    """The same context while nothing changed; what was read last while certificate and key do not belong together."""
    mine = authority.of("intake")
    first = mine.context
    assert mine.context is first
    authority.issue("intake", NOW)
    second = mine.context
    assert second is not first
    mine.key.write_bytes(authority.of("rights").key.read_bytes())
    assert mine.context is second
    mine.key.unlink()
    assert mine.context is second


def test_whoever_has_no_files_connects_to_nobody(tmp_path: Path) -> None:
    nobody = Tls(tmp_path / "ca.crt", tmp_path / "x.crt", tmp_path / "x.key")
    with pytest.raises(OSError, match="No such file"):
        _ = nobody.context
