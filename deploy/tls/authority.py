"""The certificates of one house: an authority of its own, a leaf per identity, and both replaced in time.

In its folder (all files 0600, the folder 0700):

    issuer.crt, issuer.key    who signs
    next.crt, next.key        who will sign; believed already
    previous.crt              who signed before; still believed
    ca.crt                    all of these that are there: what everybody believes
    NAME.crt, NAME.key        of an identity

A new authority comes in three steps, so that at no moment somebody meets a certificate that he does not believe:
`prepare_next` and everybody reads `ca.crt`; `turn_to_next` and everybody reads his own; `forget_previous` and everybody
reads `ca.crt` again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.tls.identities import ETCD, IDENTITIES
from shared.tls import Tls

HERE = ("127.0.0.1", "localhost")
SLACK = timedelta(minutes=5)
"""A certificate begins a little earlier: clocks differ."""
TRUSTED = "ca.crt"
ISSUER, NEXT, PREVIOUS = "issuer", "next", "previous"


@dataclass(frozen=True)
class Terms:
    """For how long, and how long before its end a leaf is replaced."""

    authority: timedelta = timedelta(days=3650)
    leaf: timedelta = timedelta(days=90)
    renew: timedelta = timedelta(days=30)

    @classmethod
    def told(cls) -> Terms:
        """By the environment: MELDPUNT_EMBEDDED_CERTIFICATE_DAYS and MELDPUNT_EMBEDDED_RENEWAL_DAYS."""
        days, before = (
            os.environ.get(f"MELDPUNT_EMBEDDED_{one}_DAYS", default)
            for one, default in (("CERTIFICATE", "90"), ("RENEWAL", "30"))
        )
        return cls(leaf=timedelta(days=float(days)), renew=timedelta(days=float(before)))


class Authority:
    """`hosts`: under which names and addresses the identities are connected to, besides their own names; `names`: the
    identities."""

    def __init__(
        self,
        folder: Path,
        terms: Terms | None = None,
        hosts: tuple[str, ...] = HERE,
        names: tuple[str, ...] = IDENTITIES,
    ) -> None:
        self._folder = folder
        self._terms = terms or Terms()
        self._hosts = hosts
        self._names = names

    def make(self, now: datetime | None = None, *, everything: bool = False) -> list[str]:
        """What is not there, and what ends soon, or every leaf; returns whose certificate is a new one."""
        now = now or datetime.now(UTC)
        if not self._folder.exists():
            self._folder.mkdir(parents=True, mode=0o700)
        if not self._file(f"{ISSUER}.crt").exists():
            self._make_authority(ISSUER, now)
        self._write_trusted()
        due = [name for name in self._names if everything or self._is_due(name, now)]
        for name in due:
            self.issue(name, now)
        return due

    def of(self, name: str) -> Tls:
        """The files of an identity; raises KeyError for one that there is not."""
        if name not in self._names:
            raise KeyError(name)
        return Tls(self.trusted, self._file(f"{name}.crt"), self._file(f"{name}.key"))

    @property
    def trusted(self) -> Path:
        return self._file(TRUSTED)

    def ends(self) -> dict[str, datetime]:
        """When each certificate ends, by identity; `issuer` is the authority itself."""
        files = {name: self._file(f"{name}.crt") for name in (*self._names, ISSUER)}
        return {name: _certificate(file).not_valid_after_utc for name, file in files.items() if file.exists()}

    def issue(self, name: str, now: datetime, valid: timedelta | None = None) -> None:
        """A new key and certificate for `name`."""
        issuer, signs = _certificate(self._file(f"{ISSUER}.crt")), self._key(ISSUER)
        key = ec.generate_private_key(ec.SECP256R1())
        # Nothing ends after the authority that signed it.
        ends = min(now + (valid or self._terms.leaf), issuer.not_valid_after_utc)
        names: list[x509.GeneralName] = [x509.DNSName(name), *(_general(host) for host in self._hosts)]
        made = (
            _begun(name, key.public_key(), now, ends)
            .issuer_name(issuer.subject)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            # A part both serves and, towards another part, asks.
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()), critical=False)
            .sign(signs, hashes.SHA256())
        )
        self._write(f"{name}.key", _private(key))
        self._write(f"{name}.crt", made.public_bytes(serialization.Encoding.PEM))

    # --- another authority -----------------------------------------------------------------------

    def prepare_next(self, now: datetime | None = None) -> None:
        """Another authority, that everybody believes and that signs nothing yet."""
        if not self._file(f"{NEXT}.crt").exists():
            self._make_authority(NEXT, now or datetime.now(UTC))
        self._write_trusted()

    def turn_to_next(self, now: datetime | None = None) -> None:
        """From here on it is the one that signs; everybody has a new certificate. Raises FileNotFoundError without one."""
        if self._file(f"{NEXT}.crt").exists():
            self._write(f"{PREVIOUS}.crt", self._file(f"{ISSUER}.crt").read_bytes())
        for kind in ("key", "crt"):
            self._file(f"{NEXT}.{kind}").replace(self._file(f"{ISSUER}.{kind}"))
        for name in self._names:
            self.issue(name, now or datetime.now(UTC))

    def forget_previous(self) -> None:
        """Nobody believes what the former authority signed."""
        self._file(f"{PREVIOUS}.crt").unlink(missing_ok=True)
        self._write_trusted()

    # --- files -----------------------------------------------------------------------------------

    def _make_authority(self, as_: str, now: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = f"meldpunt {now:%Y-%m-%d} {x509.random_serial_number():x}"[:60]
        made = (
            _begun(name, key.public_key(), now, now + self._terms.authority)
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        self._write(f"{as_}.key", _private(key))
        self._write(f"{as_}.crt", made.public_bytes(serialization.Encoding.PEM))

    def _write_trusted(self) -> None:
        files = [self._file(f"{one}.crt") for one in (ISSUER, NEXT, PREVIOUS)]
        wanted = b"".join(one.read_bytes() for one in files if one.exists())
        if not self.trusted.exists() or self.trusted.read_bytes() != wanted:
            self._write(TRUSTED, wanted)

    def _is_due(self, name: str, now: datetime) -> bool:
        file = self._file(f"{name}.crt")
        if not file.exists() or not self._file(f"{name}.key").exists():
            return True
        return _certificate(file).not_valid_after_utc - self._terms.renew <= now

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        found = serialization.load_pem_private_key(self._file(f"{name}.key").read_bytes(), None)
        assert isinstance(found, ec.EllipticCurvePrivateKey)
        return found

    def _file(self, name: str) -> Path:
        return self._folder / name

    def _write(self, name: str, data: bytes) -> None:
        temporary = self._file(f"{name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        temporary.replace(self._file(name))


def _begun(name: str, key: ec.EllipticCurvePublicKey, now: datetime, ends: datetime) -> x509.CertificateBuilder:
    called = NameOID.ORGANIZATION_NAME if name == ETCD else NameOID.COMMON_NAME
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(called, name)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())
