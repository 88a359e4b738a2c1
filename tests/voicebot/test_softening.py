import numpy as np
import pytest

from voicebot.audio import FRAME_MS, level_dbfs
from voicebot.beeping import BEEP_HZ, MARGIN_MS
from voicebot.softening import LATE_MS, MOST_BEEPS, WAIT_MS, Softened

RATES_HZ = [8_000, 16_000]
LATE_FRAMES = LATE_MS // FRAME_MS


class Line:
    """A delay line, what went in and what came out of it."""

    def __init__(self, rate_hz=8_000, began_ms=0):
        self.rate_hz, self.softened = rate_hz, Softened(rate_hz, began_ms)
        self.went_in, self.came_out = [], []
        self.noise = np.random.default_rng(1)

    def say(self, ms, hz=300, amplitude=4_000):
        """A steady sound, in phase over all that is said."""
        for _ in range(ms // FRAME_MS):
            at = (len(self.went_in) * self.frame + np.arange(self.frame)) / self.rate_hz
            self.push((amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16))

    def pause(self, ms, amplitude=2):
        for _ in range(ms // FRAME_MS):
            self.push(self.noise.integers(-amplitude, amplitude + 1, self.frame).astype(np.int16))

    def push(self, frame):
        self.went_in.append(frame)
        self.came_out.append(self.softened.push(frame))

    @property
    def frame(self):
        return self.rate_hz * FRAME_MS // 1_000

    @property
    def given(self):
        return np.concatenate(self.came_out)

    @property
    def taken(self):
        return np.concatenate(self.went_in)

    def heard(self, start_ms, end_ms):
        """What came out then."""
        return self.given[start_ms * self.rate_hz // 1_000 : end_ms * self.rate_hz // 1_000]


def strength(samples, rate_hz, hz):
    at = np.arange(len(samples)) / rate_hz
    return 2 * abs(np.mean(samples * np.exp(-2j * np.pi * hz * at)))


def steepest(samples):
    return np.abs(np.diff(samples.astype(int))).max()


@pytest.fixture(params=RATES_HZ)
def line(request):
    return Line(request.param)


def test_off_it_is_a_piece_of_wire(line):
    line.say(2_000)
    assert all(taken is given for taken, given in zip(line.went_in, line.came_out, strict=True))
    assert line.softened.latency_ms == 0


def test_the_delay_goes_into_the_first_pause_and_is_exact(line):
    line.say(400)
    line.softened.turn_on()
    line.say(100)
    assert line.softened.latency_ms == 0
    line.pause(200)
    line.say(2_000)
    assert line.softened.latency_ms == LATE_MS
    late = LATE_MS * line.rate_hz // 1_000
    from_ms = 540  # behind the frame that was faded
    first = from_ms * line.rate_hz // 1_000
    assert np.array_equal(line.given[first + late :], line.taken[first : len(line.taken) - late])


def test_who_never_pauses_is_cut_without_losing_a_word(line):
    line.say(400)
    line.softened.turn_on()
    line.say(3_000)
    assert line.softened.latency_ms == LATE_MS
    at = (400 + WAIT_MS - FRAME_MS) * line.rate_hz // 1_000
    late = LATE_MS * line.rate_hz // 1_000
    again = line.given[at + late :]
    fade = 5 * line.rate_hz // 1_000
    assert np.array_equal(line.given[:at], line.taken[:at])
    assert np.array_equal(again[fade:], line.taken[at + fade : at + len(again)])


def test_turning_on_does_not_click(line):
    line.say(400)
    line.softened.turn_on()
    line.say(3_000)
    assert steepest(line.given) <= 1.05 * steepest(line.taken)


def test_the_first_abuse_turns_it_on_and_is_out_already(line):
    line.say(1_000)
    assert not line.softened.beep(500, 800)
    line.pause(200)
    line.say(2_000)
    assert line.softened.latency_ms == LATE_MS
    assert strength(line.given, line.rate_hz, BEEP_HZ) < 20


def test_a_word_that_is_still_in_the_line_is_heard_as_a_tone(line):
    line.softened.turn_on()
    line.pause(100)
    line.say(2_000)
    assert line.softened.beep(1_600, 1_900)
    line.say(1_000)
    tone = line.heard(1_600 + LATE_MS, 1_900 + LATE_MS)
    assert strength(tone, line.rate_hz, BEEP_HZ) == pytest.approx(4_000, rel=0.05)
    assert strength(tone, line.rate_hz, 300) < 40
    before = line.heard(1_300 + LATE_MS, 1_500 + LATE_MS)
    behind = line.heard(2_000 + LATE_MS, 2_200 + LATE_MS)
    for speech in (before, behind):
        assert strength(speech, line.rate_hz, BEEP_HZ) < 40
        assert strength(speech, line.rate_hz, 300) == pytest.approx(4_000, rel=0.02)
    click_free = 4_000 * 2 * np.pi * BEEP_HZ / line.rate_hz
    assert steepest(line.given) <= 1.2 * click_free


def test_the_margin_is_beeped_too():
    line = Line()
    line.softened.turn_on()
    line.pause(100)
    line.say(2_000)
    line.softened.beep(1_700, 1_800)
    line.say(1_000)
    assert strength(line.heard(1_700 - MARGIN_MS + LATE_MS + 10, 1_700 + LATE_MS), 8_000, 300) < 400


def test_a_word_half_of_which_is_out_is_cut_short_without_a_click():
    line = Line()
    line.softened.turn_on()
    line.pause(100)
    line.say(2_000)
    assert line.softened.beep(1_000, 1_700)  # since 2,100 - 700 it can be helped
    line.say(1_000)
    assert strength(line.heard(1_420 + LATE_MS, 1_700 + LATE_MS), 8_000, 300) < 40
    assert strength(line.heard(1_200 + LATE_MS, 1_380 + LATE_MS), 8_000, 300) == pytest.approx(4_000, rel=0.03)
    assert steepest(line.given) <= 1.2 * 4_000 * 2 * np.pi * BEEP_HZ / 8_000


def test_the_same_word_told_twice_is_one_tone():
    once, twice = Line(), Line()
    for line, times in ((once, 1), (twice, 2)):
        line.softened.turn_on()
        line.pause(100)
        line.say(1_000)
        for _ in range(times):
            line.softened.beep(700, 900)
        line.say(1_000)
    assert np.array_equal(once.given, twice.given)


def test_what_has_yet_to_come_in_is_beeped_when_it_does():
    line = Line()
    line.softened.turn_on()
    line.pause(100)
    line.say(900)
    assert line.softened.beep(900, 1_300)
    line.say(2_000)
    assert strength(line.heard(900 + LATE_MS, 1_300 + LATE_MS), 8_000, 300) < 40


def test_times_are_the_calls():
    line = Line(began_ms=60_000)
    line.softened.turn_on()
    line.pause(100)
    line.say(1_000)
    assert line.softened.beep(60_700, 60_900)
    assert not line.softened.beep(700, 900)


def test_turned_off_it_catches_up_in_pauses_alone():
    line = Line()
    line.softened.turn_on()
    line.pause(100)
    line.say(1_000)
    line.softened.turn_off()
    line.say(1_000)
    assert line.softened.latency_ms == LATE_MS
    line.pause(2 * LATE_MS + 100)
    assert line.softened.latency_ms == 0
    heard = len(line.came_out)
    line.say(1_000)
    assert all(taken is given for taken, given in zip(line.went_in[heard:], line.came_out[heard:], strict=True))
    loud = sum(level_dbfs(frame) > -40 for frame in line.came_out)
    assert loud == 3_000 // FRAME_MS, "all that was said has been heard"


def test_a_lines_noise_is_a_pause_too():
    line = Line()
    line.softened.turn_on()
    line.say(1_000)
    line.softened.turn_off()
    for _ in range(3):
        line.say(1_000)
        line.pause(1_000, amplitude=200)  # -49 dBFS
    assert line.softened.latency_ms == 0


def test_turned_on_again_on_the_way_it_is_exact_again(line):
    line.softened.turn_on()
    line.pause(100)
    line.say(1_000)
    line.softened.turn_off()
    line.pause(LATE_MS + 300)
    assert 0 < line.softened.latency_ms < LATE_MS
    line.softened.turn_on()
    line.pause(100)
    line.say(2_000)
    assert line.softened.latency_ms == LATE_MS
    late = LATE_MS * line.rate_hz // 1_000
    assert np.array_equal(line.given[-line.rate_hz :], line.taken[-line.rate_hz - late : -late])


def test_it_holds_no_more_than_the_delay_and_some_beeps():
    line = Line()
    for at_ms in range(0, 20_000, FRAME_MS):
        line.softened.beep(at_ms - 20, at_ms + 100)
        line.say(FRAME_MS)
        assert line.softened.latency_ms <= LATE_MS
        assert len(line.softened._beeps) <= MOST_BEEPS
    assert line.softened.latency_ms == LATE_MS


def test_frames_come_out_as_they_went_in(line):
    line.softened.turn_on()
    line.pause(100)
    line.say(500)
    line.softened.beep(200, 400)
    line.softened.turn_off()
    line.pause(3_000)
    assert {(frame.dtype, len(frame)) for frame in line.came_out} == {(np.dtype(np.int16), line.frame)}
