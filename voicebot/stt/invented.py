"""What Whisper makes up where nobody speaks, told from what it heard.

It learned from subtitles, so silence and noise become the sentences that subtitles end with, or one phrase over and
over. Its own two doubts are used as in the paper (Radford et al., "Robust Speech Recognition via Large-Scale Weak
Supervision", 2022, section 4.5), and beside them what no caller says.
"""

import re
from typing import Protocol

from voicebot.stt.spoken import without_punctuation

NO_SPEECH = 0.6
LOW_LOG_PROBABILITY = -1.0  # natural logarithm, mean over the tokens
REPETITIVE = 2.4  # text that zlib makes this many times smaller says one thing again and again
MOST_SYLLABLES_PER_S = 15  # nobody speaks faster; the fastest announcers reach about ten
SURELY_SHORT_SYLLABLES = 12  # a shorter text is not judged by its speed: the cut is not exact

# Ends of videos and of news items, and who made the subtitles; spaces removed. Only what no caller says: those of a
# television company do ask about subtitles, subscriptions and news.
_SUBTITLES = re.compile(
    "시청해?주(셔서|신여러분)|끝까지(시청해|봐)주|구독(과|,)?좋아요|좋아요(와|과|,)?구독|구독부탁드"
    "|다음(영상|시간)에(서|도)?(또)?(만나|뵙|봬)|(한글|한국어)자막(by|제공|제작)|(MBC|KBS|SBS|YTN|JTBC)뉴스.{2,4}입니다$"
    "|이시각세계|이영상은유료광고|amaraorg",
    re.IGNORECASE,
)
# What callers say too: not believed where the model itself hears no speech.
_POLITE = {"감사합니다", "고맙습니다", "네", "예", "음", "아", "네감사합니다", "안녕히계세요", "수고하세요"}


class Segment(Protocol):
    """What faster-whisper says of a stretch of sound; times in seconds."""

    start: float
    end: float
    text: str
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


def is_invented(segment: Segment, sound_s: float) -> bool:
    """Whether the text is none that somebody said in these ``sound_s`` seconds; an empty text is."""
    text = without_punctuation(segment.text).replace(" ", "")
    if not text or segment.compression_ratio > REPETITIVE or _SUBTITLES.search(text):
        return True
    if segment.no_speech_prob > NO_SPEECH and (segment.avg_logprob < LOW_LOG_PROBABILITY or text in _POLITE):
        return True
    return len(text) > max(SURELY_SHORT_SYLLABLES, MOST_SYLLABLES_PER_S * sound_s)
