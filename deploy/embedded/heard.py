"""When the demo people can begin: every service has heard who is designated."""

from __future__ import annotations

import time

from deploy.embedded.client import HouseClient
from deploy.embedded.home import HouseError

WORK_LISTS = {
    "assessment": "/v1/signals",
    "sources": "/v1/signals",
    "casework": "/v1/signals",
    "rights": "/v1/duties",
    "retention": "/v1/holds",
}


def until_heard(client: HouseClient, seconds: float) -> None:
    """Raises HouseError naming who has not heard within `seconds`."""
    end = time.monotonic() + seconds
    for service, path in WORK_LISTS.items():
        # 403 until it has heard; a service whose clock runs ahead does not take a token of today (401).
        while client.request("GET", service, path, "bram").status_code in (403, 503):
            if time.monotonic() > end:
                raise HouseError(f"{service} has not heard who is designated; its log says why")
            time.sleep(0.05)
