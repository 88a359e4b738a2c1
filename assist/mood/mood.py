"""The helper that watches a call's mood: anger, abuse, silence, and words that somebody should hear of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assist.call_so_far import CallSoFar
from assist.helper import Sound
from assist.mood.abuse import AbuseWatch
from assist.mood.anger import Anger
from assist.mood.keywords import KeywordWatch
from assist.mood.listening import CallerSound
from assist.mood.prosody import prosody
from assist.mood.rules import MoodRules
from assist.mood.silence import SilenceWatch
from assist.mood.voice import Voice
from assist.mood.words import AngryWords
from voicebot.dialogue.scenario.flow import Abuse
from voicebot.events import (
    AlertRaised,
    BotFinished,
    BotInterrupted,
    CallEnded,
    EmotionRead,
    Event,
    Logged,
    RecordingPaused,
    RecordingResumed,
    SpeechEnded,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
)
from voicebot.text.private_turns import PrivateTurns


class Mood:
    """For the calls of one company; ``abuse`` is its scenario's rule, which alerts name the next step of."""

    def __init__(self, rules: MoodRules, abuse: Abuse | None = None) -> None:
        self.rules, self.abuse = rules, abuse or Abuse()
        self.words = AngryWords(rules.anger.words)

    def open(self, call: CallSoFar, sound: Sound | None) -> MoodOfCall:
        return MoodOfCall(self, call, sound)


class MoodOfCall:
    """One call's. What it keeps does not grow with the call."""

    def __init__(self, mood: Mood, call: CallSoFar, sound: Sound | None) -> None:
        self._call = call
        self._words = mood.words
        self._abuse = AbuseWatch(mood.abuse)
        self._keywords = KeywordWatch(mood.rules.keywords)
        self._silence = SilenceWatch(mood.rules.silence)
        self._anger = Anger(mood.rules.anger)
        self._private = PrivateTurns()
        self._voice = Voice()
        self._sound = CallerSound(sound if mood.rules.anger.voice else None)
        self._is_over = False

    def heard(self, logged: Logged) -> Sequence[Event]:
        event, at_ms = logged.event, logged.at_ms
        self._silence.heard(at_ms, event)
        match event:
            case SpeechStarted("caller"):
                self._sound.speech_started(at_ms)
            case SpeechEnded("caller"):
                self._sound.speech_ended(at_ms)
            case TranscriptPartial():
                return self._abuse.partial(replace(event, spoken=self._private.masked(event.side, event.spoken)))
            case TranscriptFinal():
                return self._final(logged.seq, at_ms, self._without_numbers(event))
            case BotFinished(text=text) | BotInterrupted(heard_text=text):
                self._private.heard("bot", text)
            case RecordingPaused() | RecordingResumed():
                self._sound.pass_over()
            case AlertRaised():
                self._abuse.told(event)
            case EmotionRead():
                self._anger.told(event)
            case CallEnded():
                self._is_over = True
        return []

    def tick(self, at_ms: int) -> Sequence[Event]:
        if self._is_over:
            return []
        if self._call.is_off_record:
            self._sound.pass_over()
        speech = self._sound.new_speech()
        if len(speech) and (stretch := prosody(speech, self._sound.rate_hz)) is not None:
            self._voice.hear(stretch)
            self._anger.hear_voice(at_ms, self._voice.anger)
        return [*self._anger.read(at_ms), *self._silence.tick(at_ms)]

    def _without_numbers(self, event: TranscriptFinal) -> TranscriptFinal:
        spoken = self._private.masked(event.side, event.spoken)
        return replace(event, spoken=spoken, written=self._private.heard(event.side, event.written))

    def _final(self, seq: int, at_ms: int, event: TranscriptFinal) -> list[Event]:
        told: list[Event] = [*self._abuse.final(seq, event), *self._keywords.final(event)]
        if event.side == "caller":
            sure, said = self._words.heard(event.spoken)
            if sure:
                self._anger.hear_words(at_ms, sure, said)
            told += self._anger.read(at_ms)
        return told
