"""What the panel may take of a browser."""

from __future__ import annotations

import pytest

from tests.desk.browsers.figures import figures
from tests.desk.browsers.house import House, Run

pytestmark = [pytest.mark.slow, pytest.mark.load]


def test_the_panel_is_small_and_stays_so(house: House, run: Run) -> None:
    async def work() -> None:
        found = await figures(house)
        assert found["loaded_first_gzip_bytes"] <= 400_000
        assert found["heap_growth_percent"] < 10

    run(work())
