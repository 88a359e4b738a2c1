import pytest

from voicebot.dialogue.answer.breaker import Breaker


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(failures=3, rest_s=30, clock_s=clock)


def attempt(breaker, went_well):
    with breaker.attempt() as this:
        this.went_well = went_well


def test_it_opens_after_three_failures_in_a_row(breaker):
    for went_well in (False, False, True, False, False):
        attempt(breaker, went_well)
        assert not breaker.is_open
    attempt(breaker, False)
    assert breaker.is_open


def test_after_its_rest_one_attempt_decides(breaker, clock):
    for _ in range(3):
        attempt(breaker, False)
    clock.now_s += 29.9
    assert breaker.is_open
    clock.now_s += 0.1
    with breaker.attempt() as probe:
        assert breaker.is_open, "others wait for what the probe finds"
        probe.went_well = False
    clock.now_s += 29.9
    assert breaker.is_open
    clock.now_s += 0.1
    attempt(breaker, True)
    assert not breaker.is_open
    attempt(breaker, False)
    assert not breaker.is_open, "it counts from the beginning again"


def test_a_caller_who_hangs_up_says_nothing_of_the_model(breaker, clock):
    for went_well in (False, False, None, None):
        attempt(breaker, went_well)
    assert not breaker.is_open
    attempt(breaker, False)
    clock.now_s += 30
    with pytest.raises(KeyboardInterrupt), breaker.attempt():
        raise KeyboardInterrupt
    assert not breaker.is_open, "the next one may probe"
