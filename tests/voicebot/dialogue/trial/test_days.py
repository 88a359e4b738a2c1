from datetime import date

import pytest

from voicebot.dialogue.trial.days import as_data, as_said

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "said", "data"),
    [
        ("{오늘}에", "11월 29일에", "2026-11-29에"),
        ("{내일}", "11월 30일", "2026-11-30"),
        ("{오늘+3}", "12월 2일", "2026-12-02"),
        ("{오늘 - 29}", "10월 31일", "2026-10-31"),
        ("{어제}부터 {모레}까지", "11월 28일부터 12월 1일까지", "2026-11-28부터 2026-12-01까지"),
        ("{주문번호}", "{주문번호}", "{주문번호}"),
    ],
)
def test_days_count_from_the_call(text, said, data):
    assert as_said(text, TODAY) == said
    assert as_data(text, TODAY) == data
