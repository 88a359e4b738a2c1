import time
from datetime import UTC, datetime, timedelta

import pytest

from voicebot.korean_time import korean_now


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_it_is_korean_time_wherever_the_machine_stands(monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    expected = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=9)
    assert abs(korean_now() - expected) < timedelta(seconds=5)
    monkeypatch.undo()
    time.tzset()
