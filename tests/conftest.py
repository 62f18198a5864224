"""Fixtures: one house for the whole run, on real parts, used through its HTTP interfaces."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings

from tests import reports
from tests.house import TestHouse

# How long an example takes says how busy the machine is: no figure, and no verdict.
settings.register_profile("meldpunt", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("meldpunt")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "allowed(*requirements): shows what these requirements permit")
    config.addinivalue_line("markers", "refused(*requirements): shows what these requirements refuse")
    config.addinivalue_line("markers", "drill: takes long; runs with `make drill`")


LONGEST_FIRST = ("faults", "stories", "chain", "browser", "security", "conformance")
"""Several workers end together when what takes long is begun first, and what takes little fills up the rest. Whole houses
stand together, so that none waits for its next test while others are busy."""
OWN_HOUSES = frozenset({"own_house", "large", "nightly"})
"""Fixtures of a house for one file: these files come before any other, so that no shared house runs beside them for long."""
_shared: list[TestHouse] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("randomly_seed", None):
        own = {one.path for one in items if OWN_HOUSES.intersection(getattr(one, "fixturenames", ()))}
        items.sort(key=lambda one: (one.path not in own, _place(one.path.parent.name)))


def _place(folder: str) -> int:
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and (said := reports.warned()):
        report.sections.append(("the houses warned of", said))
    return report


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The shared house rests once the tests that need one have been: ten services that say every few seconds who they
    are, and hear each other, take a quarter of a processor from the others."""
    reports.BEGUN["at"] = datetime.now(UTC)
    if item.config.getoption("randomly_seed", None):
        return
    is_after = _place(item.path.parent.name) == len(LONGEST_FIRST)
    for one in _shared:
        if "house" in getattr(item, "fixturenames", ()):
            one.wake()
        elif is_after:
            one.rest()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        reports.note(f"{report.nodeid} ({report.when})", report.longreprtext)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if reports.failed:
        terminalreporter.write_line(f"what failed, and the logs of its houses: {reports.FOLDER}")


@pytest.fixture(scope="session")
def house() -> Iterator[TestHouse]:
    """The shared house: withdrawal window 0, everything quick, nothing mocked."""
    with TestHouse() as found:
        _shared.append(found)
        yield found
        _shared.clear()


@pytest.fixture(scope="module")
def own_house() -> Iterator[TestHouse]:
    """A house for tests that break it."""
    with TestHouse() as found:
        yield found
