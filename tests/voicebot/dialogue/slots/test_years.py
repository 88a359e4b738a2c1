from datetime import date

import pytest

from voicebot.dialogue.slots.years import Wants, from_digits, full_year, months_on, of_any_month, of_any_year

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("month", "day", "wants", "expected"),
    [
        (3, 2, "future", date(2027, 3, 2)),
        (11, 20, "future", date(2026, 11, 20)),  # gone by, and told so: nobody books eleven months ahead
        (11, 25, "future", TODAY),
        (12, 20, "past", date(2025, 12, 20)),
        (11, 3, "past", date(2026, 11, 3)),
        (1, 3, "any", date(2027, 1, 3)),
        (8, 1, "any", date(2026, 8, 1)),
        (2, 29, "past", date(2026, 2, 28)),
    ],
)
def test_the_year_that_is_meant(month: int, day: int, wants: Wants, expected: date) -> None:
    found = of_any_year(month, day, TODAY, wants)
    assert found is not None
    assert found.day == expected


def test_a_day_that_this_month_has_not_is_in_another() -> None:
    found = of_any_month(31, TODAY, "future")
    assert found is not None
    assert found.day == date(2026, 12, 31)


def test_what_is_no_date_is_none() -> None:
    assert of_any_year(13, 1, TODAY, "any") is None
    assert of_any_month(32, TODAY, "any") is None
    assert from_digits("851302", TODAY, "past") is None


def test_two_digits_of_a_year() -> None:
    assert [full_year(year, TODAY, "past") for year in ("26", "27", "85")] == [2026, 1927, 1985]
    assert full_year("27", TODAY, "future") == 2027


def test_a_month_on_from_its_last_day() -> None:
    assert months_on(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert months_on(date(2027, 1, 31), -2) == date(2026, 11, 30)
