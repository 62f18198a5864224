"""A real browser before a real house: Debian's Chromium, installed where it is missing and can be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.embedded.played import until
from tests.house import TestHouse

ROOT = Path(__file__).parents[2]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_WIDTH = {
    "type": "rule",
    "values": ["color-contrast", "target-size", "scrollable-region-focusable", "label", "link-name"],
}
"""What can be otherwise on a telephone: where things stand, how large they are, and what is hidden there."""
Look = Callable[[Page, str], None]
expect.set_options(timeout=30_000)


def chromium() -> str:
    """Its program; skips with the reason where there is none and none can be had."""
    if found := shutil.which("chromium"):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet: dict[str, Any] = {"capture_output": True, "check": False, "timeout": 600}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        wanted = ["chromium", "fonts-liberation"]
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted], **quiet)
    if found := shutil.which("chromium"):
        return found
    pytest.skip("there is no Chromium on this machine, and it could not be installed (apt-get install chromium)")


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for what is not accessible, from its npm package."""
    file = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    npm = shutil.which("npm")
    if not file.exists() and npm:
        argv = [npm, "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        subprocess.run(argv, cwd=ROOT, capture_output=True, check=False, timeout=600)
    if not file.exists():
        pytest.skip("axe-core is an npm package, and npm is not on this machine or reaches no registry")
    return file.read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each module: while it is open it keeps an event loop running, in which no other test can be."""
    program = chromium()
    with sync_playwright() as playwright:
        # As root there is no sandbox to be had; pages are our own.
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--lang=nl-NL"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # The pages' own policy holds: what the tests evaluate is not the page's.
    context = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900})
    found = context.new_page()
    found.set_default_timeout(30_000)
    yield found
    context.close()


@pytest.fixture
def accessible(axe: str, tmp_path: Path) -> Look:
    """Asserts that a page has no violation of WCAG 2.2 A and AA, also at 320 px; `name`: of the picture of it."""

    def look(page: Page, name: str) -> None:
        # Who followed a link or sent a form is on the next page already, which need not be there whole.
        page.wait_for_load_state()
        if folder := os.environ.get("MELDPUNT_SCREENS"):
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        page.evaluate(axe)
        for width, rules in ((1280, WCAG), (320, OF_WIDTH)):
            page.set_viewport_size({"width": width, "height": 900})
            found = page.evaluate("only => axe.run(document, {runOnly: only})", rules)["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], (
                f"{name} at {width} px"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (
                f"{name} scrolls sideways at {width} px"
            )
        page.set_viewport_size({"width": 1280, "height": 900})
        if page.url.startswith("about:blank"):
            # Drawn without a house: there is no other theme to be had.
            return
        _wear(page, "large-city")
        if folder:
            page.screenshot(path=f"{folder}/{name}-stad.png", full_page=True)
        only = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
        found = page.evaluate("only => axe.run(document, only)", only)["violations"]
        assert [node["html"] for one in found for node in one["nodes"]] == [], f"contrast of {name} in the other theme"
        _wear(page, "neutral")

    return look


def _wear(page: Page, theme: str) -> None:
    """The page in another theme, as the portal would serve it to a municipality that chose that one."""
    page.evaluate(
        """theme => new Promise((done, failed) => {
            const link = document.querySelector('link[href*="/static/theme-"]');
            link.onload = done;
            link.onerror = () => failed(Error(`no theme ${theme}`));
            link.href = `/static/theme-${theme}.css`;
        })""",
        theme,
    )


def log_in(page: Page, house: TestHouse, user: str) -> None:
    """From the one address, by the provider's own page."""
    page.goto(f"{house.client.addresses['portal']}/")
    page.get_by_label("Gebruikersnaam").fill(user)
    page.get_by_label("Wachtwoord").fill(house.home.demo_users()[user])
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("button", name="Uitloggen").wait_for()


def listed(house: TestHouse, user: str, number: str, state: str) -> dict[str, Any]:
    """The entry of a signal on somebody's list, once it is there so: the list follows what is done in a moment."""

    def there() -> dict[str, Any] | None:
        found = house.client.post("worklist", "/v1/lists", user, {"words": number})["dossiers"]
        return found[0] if found and found[0]["state"] == state else None

    entry: dict[str, Any] = until(there, f"{number} is not on the list of {user} as {state}", 60)
    return entry


def asked_of(house: TestHouse, user: str, service: str, kind: str) -> None:
    """Wait until what `service` asks of somebody is on his list."""

    def same() -> bool:
        wanted = {one["id"] for one in house.client.every(service, "/v1/tasks", user, "tasks") if one["kind"] == kind}
        shown = {one["id"] for one in house.client.post("worklist", "/v1/lists", user, {})["tasks"]}
        return bool(wanted) and wanted <= shown

    until(same, f"what {service} asks is not on the list of {user}", 60)


def open_dossier(page: Page, number: str) -> None:
    """From the work list, where it is found by its number, for weighing. The list follows what is done in a moment."""

    def there() -> bool:
        page.get_by_label("Nummer of werknaam").fill(number)
        page.get_by_role("button", name="Zoeken").click()
        page.wait_for_load_state()
        return page.get_by_role("row").filter(has_text=number).count() > 0

    until(there, f"{number} is not on the list", 60)
    page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    page.get_by_label("Wegen").check()
    page.get_by_role("button", name="Dossier openen").click()
