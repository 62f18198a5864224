"""Every alert, by its name."""

from __future__ import annotations

from deploy.observability.of_services import OF_SERVICES
from deploy.observability.of_work import OF_WORK

ALERTS = (*OF_SERVICES, *OF_WORK)
