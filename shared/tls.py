"""Who a process is on a connection, and whom it believes: files that may be replaced while it runs."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()
OLDEST_VERSION = ssl.TLSVersion.TLSv1_3


@dataclass
class Tls:
    """One identity, as PEM files: the certificates that are believed, its own certificate, and the key of that.

    A renewed file is used from the next connection on. While the files do not belong together, which is what a reader
    sees between the writing of one and of the other, what was read last stays in use.
    """

    authorities: Path
    certificate: Path
    key: Path
    _read: dict[bool, tuple[object, ssl.SSLContext]] = field(default_factory=dict, repr=False)

    @property
    def context(self) -> ssl.SSLContext:
        """To connect with: shows its own certificate, and takes nobody whose certificate does not name him.

        The same object for as long as the files are the same. Raises OSError (ssl.SSLError is one) for files that were
        never read.
        """
        return self._of_files(server=False)

    @property
    def served(self) -> ssl.SSLContext:
        """To be connected to with: takes nobody without a certificate. Raises as `context`."""
        return self._of_files(server=True)

    def _of_files(self, *, server: bool) -> ssl.SSLContext:
        known = self._read.get(server)
        try:
            stamp = [_stamp(one) for one in (self.authorities, self.certificate, self.key)]
            if known is None or known[0] != stamp:
                known = self._read[server] = (stamp, self._load(server))
        except OSError as problem:
            if known is None:
                raise
            log.warning("renewed certificates are not used yet", problem=type(problem).__name__)
        return known[1]

    def _load(self, server: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = OLDEST_VERSION
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.authorities)
        context.load_cert_chain(self.certificate, self.key)
        return context


def _stamp(file: Path) -> tuple[int, int, int]:
    found = os.stat(file)
    return found.st_mtime_ns, found.st_ino, found.st_size
