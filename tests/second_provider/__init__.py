"""The npm package oidc-provider as a log-in provider, and a browser without a screen to log in with."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.ports import own_port

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "provider.mjs"


@contextlib.contextmanager
def second_provider(client: tuple[str, str], back: str) -> Iterator[str]:
    """Its address, while it runs; `client`: id and secret of the portal, `back`: where it sends a browser back to.

    Skips with the reason where there is no node, or the package cannot be had.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node:
        pytest.skip("oidc-provider is an npm package, and node is not on this machine")
    if not (ROOT / "node_modules" / "oidc-provider").exists() and npm:
        argv = [npm, "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"]
        subprocess.run(argv, cwd=ROOT, capture_output=True, check=False, timeout=600)
    if not (ROOT / "node_modules" / "oidc-provider").exists():
        pytest.skip("oidc-provider is an npm package, and npm is not on this machine or reaches no registry")
    port = own_port()
    argv = [node, str(SCRIPT), str(port), *client, back]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            assert any(line.strip() == "ready" for line in process.stdout)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


class Visitor:
    """A browser as far as logging in needs one: cookies of each address, redirects one by one, no script.

    Chromium takes secure cookies of 127.0.0.1 without TLS, and so does this.
    """

    def __init__(self, portal: httpx.AsyncClient) -> None:
        self._portal = portal
        self._provider = httpx.AsyncClient(timeout=60)
        self.cookies: dict[str, dict[str, str]] = {}

    async def close(self) -> None:
        await self._provider.aclose()
        await self._portal.aclose()

    def forgets_the_provider(self) -> None:
        """As when somebody logged out there, and another sits down."""
        ours = urlsplit(str(self._portal.base_url)).netloc
        self.cookies = {ours: self.cookies.get(ours, {})}

    async def send(self, method: str, address: str, form: dict[str, str] | None = None, **more: str) -> httpx.Response:
        """One request, no redirect."""
        at = urlsplit(address)
        ours = address.startswith(str(self._portal.base_url).rstrip("/"))
        known = self.cookies.setdefault(at.netloc, {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in known.items()), **more}
        client = self._portal if ours else self._provider
        answer = await client.request(method, address, data=form, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            for name, one in SimpleCookie(line).items():
                known[name] = one.coded_value
                if one["max-age"] == "0" or "1970" in one["expires"]:
                    del known[name]
        # What the clients know of cookies themselves counts for nothing.
        client.cookies.clear()
        return answer

    async def log_in(self, address: str, user: str | None = None) -> httpx.Response:
        """From a page of the portal through the provider's pages, until the portal answers that he is logged in. `user`: who
        he says he is; None: the provider has to know. Returns the answer of `/callback`."""
        answer = await self.send("GET", address)
        for _ in range(20):
            if answer.is_redirect:
                address = urljoin(address, answer.headers["Location"])
                answer = await self.send("GET", address)
                if urlsplit(address).path == "/callback":
                    return answer
                continue
            assert answer.status_code == 200, answer.text
            asked = re.search(r'name="prompt" value="(\w+)"', answer.text)
            action = re.search(r'action="([^"]+)"', answer.text)
            assert asked is not None, "the provider shows a page that is none of its own"
            assert action is not None
            assert user or asked[1] != "login", "the provider asks who he is"
            form = {"prompt": asked[1]} | ({"login": str(user), "password": "any"} if asked[1] == "login" else {})
            address = urljoin(address, action[1])
            answer = await self.send("POST", address, form)
        raise AssertionError("the log-in does not end")
