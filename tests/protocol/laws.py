"""The laws that come with the code, for tests."""

from __future__ import annotations

from shared.protocol.laws import Laws

LAWS = Laws.read("midden-delfland-2025")
MIDDEN_DELFLAND = LAWS.of("midden-delfland-2025")
GROTE_GEMEENTE = LAWS.of("grote-gemeente-2025")
