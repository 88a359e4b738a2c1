"""Call ids are times: the store's order, pages and periods rest on it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.voicebot.store.sample_calls import NOON, call_id_at
from voicebot.log import new_call_id
from voicebot.store import started_at_of
from voicebot.store.rows import first_call_id_at


def test_the_start_of_a_call_is_in_its_id() -> None:
    # the example of RFC 9562, appendix A.6
    when = started_at_of("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    assert when == datetime(2022, 2, 22, 14, 22, 22, tzinfo=timezone(timedelta(hours=-5)))
    assert when.tzinfo is UTC


def test_a_new_call_starts_now() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= started_at_of(new_call_id()) <= datetime.now(UTC)


@pytest.mark.parametrize(
    "call_id",
    [
        "",
        "call-1",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n",
        "ffffffff-ffff-7cc3-98c4-dc0c0c07398f",
    ],
    ids=["empty", "name", "capitals", "version 4", "variant", "newline", "year 10889"],
)
def test_other_ids_are_refused(call_id: str) -> None:
    with pytest.raises(ValueError, match="is no call id: use voicebot"):
        started_at_of(call_id)


def test_a_moment_parts_earlier_calls_from_later_ones() -> None:
    moment = NOON + timedelta(milliseconds=5)
    first = first_call_id_at(moment)
    assert call_id_at(moment - timedelta(milliseconds=1), 2**47) < first <= call_id_at(moment)
    assert (
        call_id_at(moment)
        < first_call_id_at(moment + timedelta(microseconds=1))
        <= call_id_at(moment + timedelta(milliseconds=1))
    )


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match=r"has no time zone: say which, as in 2026-11-22T12:00:00\+09:00"):
        first_call_id_at(datetime(2026, 11, 22, 12, 0))


def test_moments_before_1970_come_before_all_calls() -> None:
    assert first_call_id_at(datetime(1900, 1, 1, tzinfo=UTC)) == "00000000-0000"
