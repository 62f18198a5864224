"""PostgreSQL's own settings: nobody comes in without TLS, a certificate of the house, and a password."""

from __future__ import annotations

import sys
from pathlib import Path

from shared.database.hosts import Hosts

HBA = """# No line for who comes without TLS: he is refused. The certificate shows that he is of this house, the password who he is.
hostssl  all  all  all  scram-sha-256  clientcert=verify-ca
# A backup is read as a replica would; `all` above does not say that.
hostssl  replication  postgres  all  scram-sha-256  clientcert=verify-ca
"""


def settings(*, host: str, port: int, folder: Path) -> dict[str, str]:
    """`folder`: where `install` put what PostgreSQL reads."""
    return {
        "listen_addresses": host,
        "port": str(port),
        "unix_socket_directories": "",
        "hba_file": str(folder / "pg_hba.conf"),
        "ssl": "on",
        "ssl_ca_file": str(folder / "ca.crt"),
        "ssl_cert_file": str(folder / "server.crt"),
        "ssl_key_file": str(folder / "server.key"),
        "ssl_min_protocol_version": "TLSv1.3",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "fsync": "on",
        # Statements with their values would put content in the log (invariant 2).
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
        "wal_level": "replica",
        "max_wal_size": "256MB",
        # After a kill everything that was written goes to the disk first: all at once, and not some five thousand files in turn.
        **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    }


def connection_url(hosts: Hosts, files: tuple[Path, Path, Path]) -> str:
    """How OpenBao connects, of several hosts to the one that takes writes; `files`: whom it believes, its own certificate
    and key. The braces are its, for name and password."""
    authorities, certificate, key = files
    shown = f"sslmode=verify-full&sslrootcert={authorities}&sslcert={certificate}&sslkey={key}"
    where = ",".join(f"{f'[{host}]' if ':' in host else host}:{port}" for host, port in hosts)
    return f"postgresql://{{{{username}}}}:{{{{password}}}}@{where}/openbao?target_session_attrs=read-write&connect_timeout=3&{shown}"
