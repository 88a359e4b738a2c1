import asyncio

import pytest

from tests.fakes.mind import open_fake_mind
from tests.voicebot.dialogue.trial.cases import TEAHOUSE, written
from voicebot.dialogue.samples import SampleFailed
from voicebot.dialogue.trial.case_file import find_files, read_cases
from voicebot.dialogue.trial.suite import try_cases, try_scenario


@pytest.fixture(scope="module")
def tea_house():
    """All tests of the tea house, tried with its own sample service."""
    cases = read_cases(find_files([TEAHOUSE])[TEAHOUSE.resolve()])
    return cases, asyncio.run(try_scenario(TEAHOUSE, cases, open_fake_mind, lanes=2))


def test_all_tests_of_the_tea_house_pass_in_their_order(tea_house):
    cases, tried = tea_house
    assert [(one.written.case.test, one.misses) for one in tried] == [(written.case.test, ()) for written in cases]
    assert all(one.has_passed and one.ms > 0 for one in tried)


def test_the_time_of_a_slow_service_is_not_the_bots(tea_house):
    """The service takes its limit of 1,000 ms; within_ms of that case allows 900."""
    slow = next(one for one in tea_house[1] if "느려도" in one.written.case.test)
    assert slow.ms > 1000
    assert max(turn.thinking_ms for turn in slow.played.turns) < 900


def test_services_are_as_new_for_each_case_and_apart_between_lanes():
    """The tea house's booking is for the day after the call, whatever day another case has."""
    steps = {"caller": "예약 조회하고 싶어요"}, {"press": "1234#", "bot": "{내일}"}
    days = ["2026-11-25 14:00", "2027-01-31 09:00", "2026-12-24 18:00", "2027-02-28 10:00"] * 2
    cases = [written(*steps, now=day) for day in days]
    tried = asyncio.run(try_scenario(TEAHOUSE, cases, open_fake_mind, lanes=3))
    assert [one.misses for one in tried] == [()] * len(cases)


def test_a_case_that_fails_does_not_touch_the_others():
    cases = [written({"bot": "없는 말"}), written({"bot": "새벽찻집"})]

    async def run():
        mind = await open_fake_mind(TEAHOUSE)
        try:
            return await try_cases(cases, mind, [{}])
        finally:
            await mind.services.close()

    assert [one.has_passed for one in asyncio.run(run())] == [False, True]


def test_a_sample_that_does_not_start_is_told(tmp_path):
    import shutil

    shutil.copytree(TEAHOUSE, tmp_path / "teahouse")
    (tmp_path / "teahouse" / "service.py").write_text("raise SystemExit('closed today')")
    with pytest.raises(SampleFailed, match="closed today"):
        asyncio.run(try_scenario(tmp_path / "teahouse", [written("silence")], open_fake_mind))
