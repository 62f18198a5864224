"""Fixtures: one house for the whole run, on real parts, used through its HTTP interfaces."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import reports
from tests.house import TestHouse


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "allowed(*requirements): shows what these requirements permit")
    config.addinivalue_line("markers", "refused(*requirements): shows what these requirements refuse")
    config.addinivalue_line("markers", "drill: takes long; runs with `make drill`")


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
        yield found


@pytest.fixture(scope="module")
def own_house() -> Iterator[TestHouse]:
    """A house for tests that break it."""
    with TestHouse() as found:
        yield found
