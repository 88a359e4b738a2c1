"""The speaker model as everything here uses it: what may be heard, what is made of it, how it is compared."""

from __future__ import annotations

from dataclasses import dataclass

from assist.speaker.embedder import Embedding, SpeakerEmbedder
from assist.speaker.identity import Identity
from assist.speaker.net_speech import NetSpeech, Speech, net_speech
from assist.speaker.one_voice import likeness_of_halves
from assist.speaker.refusal import Refused
from assist.speaker.scoring import Scoring
from voicebot.audio import Samples
from voicebot.vad import VoiceDetector

LEAST_SPEECH_MS = 3_000
# Of what sounds, speech is two thirds and more where a person speaks; music and tones have none.
SPEECH_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Utterance:
    """A voice, and how much net speech it was heard from."""

    embedding: Embedding
    speech_ms: int


class SpeakerModel:
    """One embedder with all that was measured of it; serves all calls, from any thread."""

    def __init__(self, embedder: SpeakerEmbedder, scoring: Scoring, detector: VoiceDetector | None = None) -> None:
        self.embedder, self.scoring = embedder, scoring
        self.identity = Identity.of(embedder)
        self._detector = detector or VoiceDetector()

    def stream(self, rate_hz: int) -> NetSpeech:
        """For a call's sound, piece by piece."""
        return NetSpeech(self._detector, rate_hz)

    def speech_in(self, samples: Samples, rate_hz: int) -> Speech:
        """Of a whole sound at any rate."""
        return net_speech(samples, rate_hz, self._detector)

    def utterance(self, speech: Speech) -> Utterance:
        """The one voice in it; :class:`Refused` for too little speech, two voices, or what is no speech."""
        if refused := too_little(speech):
            raise refused
        least = self.scoring.split_below(speech.length_ms)
        if least is not None and likeness_of_halves(speech.samples, speech.rate_hz, self.embedder) < least:
            raise Refused("two_voices", "two voices are to be heard: take sound in which one person speaks")
        return Utterance(self.embedder.embed(speech.samples, speech.rate_hz), speech.net_ms)


def too_little(speech: Speech) -> Refused | None:
    """Why there is not enough of a voice in it, or None."""
    if speech.net_ms >= LEAST_SPEECH_MS:
        return None
    if speech.sounding_ms >= LEAST_SPEECH_MS and speech.net_ms < SPEECH_SHARE * speech.sounding_ms:
        return Refused("not_speech", "this is music, tones or noise, not speech: take sound in which somebody speaks")
    heard_s, least_s = speech.net_ms / 1_000, LEAST_SPEECH_MS / 1_000
    return Refused("too_little_speech", f"{heard_s:.1f} s of speech are too little: take {least_s:.0f} s or more")
