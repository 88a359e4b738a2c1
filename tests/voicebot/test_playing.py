"""What the bot says, frame by frame, with a voice that gives what the test gives it."""

import numpy as np
import pytest

from voicebot.events import BotFinished, BotInterrupted, BotPaused, BotResumed, BotStarted
from voicebot.playing import SILENT_VOICE_MS, STEP_BACK_MS, Playing
from voicebot.speaking import Saying
from voicebot.tts.clauses import SENTENCE_PAUSE_MS
from voicebot.tts.phrases import Spoken

LOUD = np.full(160, 5_000, np.int16)
QUIET = np.zeros(160, np.int16)
TEXT = "하나 둘 셋."


class HandVoice:
    """Its sayings grow as the test lets them."""

    def __init__(self):
        self.sayings = []
        self.synthesizer = type("Hand", (), {"name": "hand"})

    def begin(self, text, rate_hz, *, slower=False):
        self.sayings.append(Saying(text))
        return self.sayings[-1]

    def says(self, number, frames, *, is_whole=True):
        """``frames`` as a word: ``=`` is sound, ``_`` a gap; each is a character of the text further on."""
        saying = self.sayings[number]
        for frame in frames:
            done = len(saying.frames) + 1
            saying.frames.append(Spoken(LOUD if frame == "=" else QUIET, min(done, len(saying.text))))
        saying.is_whole = is_whole


@pytest.fixture
def bot():
    return Bot()


class Bot:
    def __init__(self):
        self.voice = HandVoice()
        self.events = []
        self.playing = Playing(self.voice, 8_000, self.events.append, lambda turn: 70)

    def ticks(self, count):
        """What is heard in so many ticks: ``=`` sound, ``_`` a silent frame of the sentence, ``.`` nothing."""
        return "".join(map(self._heard, (self.playing.next_frame() for _ in range(count))))

    def _heard(self, frame):
        return "." if frame is None else "=" if abs(int(frame[0])) > 60 else "_"

    def says(self, text, frames, **more):
        self.playing.say(text, 1, **more)
        self.voice.says(-1, frames)

    @property
    def names(self):
        return [type(event).__name__ for event in self.events]


PAUSE = "." * (SENTENCE_PAUSE_MS // 20)


def test_a_sentence_is_played_from_its_first_frame_to_its_last(bot):
    bot.says(TEXT, "==_=")
    assert bot.ticks(6) == "==_=.."
    assert bot.events == [BotStarted(1, TEXT, 70), BotFinished(1, TEXT)]
    assert bot.playing.is_idle


def test_sentences_follow_each_other_after_a_breath(bot):
    bot.playing.say("하나. 둘.", 1)
    bot.voice.says(0, "==")
    bot.voice.says(1, "==")
    assert bot.ticks(23) == "==" + PAUSE + "=="
    assert [event.text for event in bot.events if isinstance(event, BotStarted)] == ["하나.", "둘."]


def test_only_the_next_two_sentences_are_spoken_ahead(bot):
    bot.playing.say("하나. 둘. 셋. 넷.", 1)
    assert [saying.text for saying in bot.voice.sayings] == ["하나.", "둘."]
    bot.voice.says(0, "=")
    bot.ticks(2)
    assert [saying.text for saying in bot.voice.sayings] == ["하나.", "둘.", "셋."]


def test_a_sentence_begins_with_its_first_sound_though_the_rest_is_not_there_yet(bot):
    bot.playing.say(TEXT, 1)
    bot.voice.says(0, "==", is_whole=False)
    assert bot.ticks(4) == "==.."
    assert bot.playing.starved_frames == 2
    bot.voice.says(0, "==")
    assert bot.ticks(3) == "==."
    assert bot.names == ["BotStarted", "BotFinished"]


def test_waiting_for_the_first_sound_is_not_starving(bot):
    bot.playing.say(TEXT, 1)
    assert bot.ticks(10) == "." * 10
    assert bot.playing.starved_frames == 0
    assert not bot.events


def test_a_voice_that_gives_nothing_is_broken_after_a_while(bot):
    bot.playing.say(TEXT, 1)
    bot.ticks(SILENT_VOICE_MS // 20)
    assert bot.playing.broken is None
    bot.ticks(1)
    assert bot.playing.broken == "hand gave no sound in 4 s"


def test_a_voice_that_breaks_in_the_middle_says_first_what_it_has(bot):
    bot.playing.say(TEXT, 1)
    bot.voice.says(0, "==", is_whole=False)
    bot.voice.sayings[0].broken = "hoarse"
    assert bot.ticks(2) == "=="
    assert bot.playing.broken is None
    bot.ticks(1)
    assert bot.playing.broken == "hoarse"


def test_a_text_without_a_sound_is_passed_over(bot):
    bot.playing.say("…", 1)
    bot.voice.says(-1, "")
    bot.says(TEXT, "==")
    assert bot.ticks(3).strip(".") == "=="
    assert bot.events == [BotStarted(1, TEXT, 70), BotFinished(1, TEXT)]


def test_it_falls_silent_within_milliseconds_and_without_a_click(bot):
    bot.says(TEXT, "=" * 50)
    bot.ticks(5)
    bot.playing.pause()
    last = bot.playing.next_frame()
    assert last[0] == 5_000
    assert not last[40:].any()
    assert np.abs(np.diff(last[:41].astype(int))).max() < 200
    assert bot.ticks(10) == "." * 10
    assert bot.names == ["BotStarted", "BotPaused"]


def test_it_goes_on_at_the_gap_between_the_words(bot):
    bot.says(TEXT, "====_" + "=" * 40)
    bot.ticks(10)
    bot.playing.pause()
    bot.ticks(20)
    bot.playing.resume()
    assert bot.ticks(41) == "=" * 40 + "."
    assert bot.names == ["BotStarted", "BotPaused", "BotResumed", "BotFinished"]


def test_it_goes_on_where_it_was_when_there_is_no_gap_near(bot):
    reach = STEP_BACK_MS // 20
    bot.says(TEXT, "_" + "=" * 2 * reach)
    bot.ticks(1 + reach + 5)
    bot.playing.pause()
    bot.ticks(3)
    bot.playing.resume()
    assert bot.ticks(reach) == "=" * (reach - 5) + "....."


def test_a_second_pause_is_none(bot):
    bot.says(TEXT, "=" * 10)
    bot.ticks(2)
    bot.playing.pause()
    bot.playing.pause()
    assert bot.names == ["BotStarted", "BotPaused"]


def test_what_has_not_begun_does_not_begin_while_the_caller_speaks(bot):
    bot.says(TEXT, "====")
    bot.playing.pause()
    assert bot.ticks(5) == "....."
    bot.playing.resume()
    assert bot.ticks(5) == "====."
    assert bot.names == ["BotStarted", "BotFinished"]


def test_a_pause_between_two_sentences_holds_the_second_back(bot):
    bot.playing.say("하나. 둘.", 1)
    bot.voice.says(0, "==")
    bot.voice.says(1, "==")
    bot.ticks(4)
    bot.playing.pause()
    assert bot.ticks(100) == "." * 100
    bot.playing.resume()
    assert bot.ticks(3) == "==."
    assert "BotPaused" not in bot.names


def test_nothing_to_say_is_nothing_to_pause(bot):
    bot.playing.pause()
    assert not bot.playing.is_paused
    bot.says(TEXT, "==")
    assert bot.ticks(2) == "=="


def test_what_is_dropped_is_logged_as_what_was_heard_of_it(bot):
    bot.says(TEXT, "=" * 20)
    bot.ticks(4)
    bot.playing.drop()
    assert bot.events[-1] == BotInterrupted(1, TEXT, "하나 둘")
    assert bot.ticks(3) == "..."
    assert bot.voice.sayings[0].is_cancelled


def test_what_nobody_has_heard_is_dropped_without_a_word(bot):
    bot.says(TEXT, "====")
    bot.playing.drop()
    assert not bot.events
    assert bot.playing.is_idle


def test_what_must_be_said_is_not_dropped(bot):
    bot.says("꼭 들으세요.", "====", interruptible=False)
    bot.says(TEXT, "====")
    bot.ticks(2)
    bot.playing.drop()
    assert bot.ticks(3) == "==."
    assert bot.events[-1] == BotFinished(1, "꼭 들으세요.")
    assert bot.playing.is_idle


def test_at_the_end_of_a_call_even_that_is(bot):
    bot.says("꼭 들으세요.", "====", interruptible=False)
    bot.ticks(2)
    bot.playing.silence()
    assert bot.playing.is_idle
    assert isinstance(bot.events[-1], BotInterrupted)


def test_how_much_is_left_is_known_once_the_voice_has_spoken(bot):
    bot.playing.say("하나. 둘.", 1)
    bot.voice.says(0, "=" * 10)
    assert bot.playing.left_ms is None
    bot.voice.says(1, "=" * 5)
    bot.ticks(3)
    assert bot.playing.left_ms == 240


def test_the_events_of_a_pause_are_about_the_sentence_that_is_heard(bot):
    bot.says(TEXT, "=" * 10)
    bot.ticks(2)
    bot.playing.pause()
    bot.playing.resume()
    assert bot.events[1:] == [BotPaused(1, TEXT), BotResumed(1, TEXT)]


def test_how_many_sentences_wait_is_known(bot):
    assert bot.playing.waiting == 0
    bot.playing.say("하나. 둘. 셋.", 0)
    assert bot.playing.waiting == 3
    bot.voice.says(0, "=")
    bot.ticks(2)
    assert bot.playing.waiting == 2
