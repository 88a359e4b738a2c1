"""While a customer speaks: is it the voice that is enrolled; and with consent, the call is enrolled."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from assist.call_so_far import CallSoFar
from assist.helper import Helper, Sound
from assist.speaker.enrolment import MOST_CALLS, Enrolment, check_comparable
from assist.speaker.listening import Listening
from assist.speaker.model import LEAST_SPEECH_MS, SpeakerModel, too_little
from assist.speaker.net_speech import Speech
from assist.speaker.refusal import Refused
from assist.speaker.vault import VaultError
from assist.speaker.voiceprint import Voiceprint, Voiceprints, customer_name
from voicebot.events import CallEnded, ConsentGiven, Event, Logged, RecordingPaused, RecordingResumed, SpeakerChecked
from voicebot.store import started_at_of

log = logging.getLogger(__name__)

CHECKS_MS = (LEAST_SPEECH_MS, 3 * LEAST_SPEECH_MS)
"""After so much net speech the voice is checked, and no more after the last."""
ENROLLED_MS = 30_000
"""Net speech of one call that goes into a voiceprint at the most."""
NO_VOICE_MS = 10_000
"""Sound in which there is no voice for so long is said to be none while the call still runs."""
_VOICE = ("목소리", "성문")


class Verification:
    """Makes the helper of each call. ``voiceprints`` is read-only at replay."""

    def __init__(self, model: SpeakerModel, voiceprints: Voiceprints, false_accept_rate: float = 0.01) -> None:
        self.model, self.voiceprints = model, voiceprints
        self.threshold = model.scoring.threshold(false_accept_rate)
        self.enrolment = Enrolment(model, voiceprints, false_accept_rate)

    def open(self, call: CallSoFar, sound: Sound | None) -> Helper:
        return _Silent() if sound is None else _CallersVoice(self, call, sound)


class _Silent:
    """For a call without sound."""

    def heard(self, logged: Logged) -> Sequence[Event]:
        return ()

    def tick(self, at_ms: int) -> Sequence[Event]:
        return ()


class _CallersVoice:
    """Of one call. Its sound is read only while there is something to check or to enrol."""

    def __init__(self, service: Verification, call: CallSoFar, sound: Sound) -> None:
        self._service, self._call = service, call
        self._listening = Listening(service.model, sound, ENROLLED_MS)
        self._customer = ""
        self._known: Voiceprint | None = None
        self._checks_ms: tuple[int, ...] = ()
        self._was_checked = self._was_refused = False
        self._is_enrolling = False

    def heard(self, logged: Logged) -> Sequence[Event]:
        match logged.event:
            case ConsentGiven(what) if what == "voiceprint" or any(word in what for word in _VOICE):
                self._look_up()
                self._agreed(logged)
            case SpeakerChecked() as said:  # by this helper, or by one that it stands in for
                self._look_up()
                self._note(said)
            case RecordingPaused() | RecordingResumed():
                self._listening.pass_over()
            case CallEnded():
                return self._ended()
        return ()

    def tick(self, at_ms: int) -> Sequence[Event]:
        self._look_up()
        if not self._listens():
            return ()
        said = self._check()
        speech = self._listening.speech
        if self._known and not (said or self._was_checked) and _is_no_voice(speech):
            said = self._refuse("not_speech", speech)
        if self._is_enrolling and speech.net_ms >= ENROLLED_MS:
            self._enrol(speech)
        return said

    def _ended(self) -> Sequence[Event]:
        if not self._listens():
            return ()
        self._listening.finish()
        speech = self._listening.speech
        said = self._check()
        if self._known and not self._was_checked and (why_not := too_little(speech)):
            said = self._refuse(why_not.reason, speech)
        if self._is_enrolling:
            self._enrol(speech)
        self._checks_ms = ()
        return said

    def _look_up(self) -> None:
        """What there is of the customer, once it is known whose call this is."""
        if self._customer or not self._call.customer:
            return
        self._customer = customer_name(self._call.customer)
        voiceprints = self._service.voiceprints
        try:
            self._known = voiceprints.find(self._customer)
            if self._known:
                check_comparable(self._known, self._service.model)
        except (VaultError, Refused) as unusable:
            log.warning("call %s: the voice is not checked: %s", self._call.call_id, unusable)
            self._known = None
            return
        if self._known:
            self._checks_ms = CHECKS_MS
            if len(self._known.calls) >= MOST_CALLS or self._call.call_id in self._known.calls:
                return
        self._is_enrolling = voiceprints.consented_at(self._customer) is not None

    def _agreed(self, logged: Logged) -> None:
        """Of a voice that nobody was allowed to keep until now, only what comes from here on is kept."""
        voiceprints = self._service.voiceprints
        if not self._customer or voiceprints.consented_at(self._customer) is not None:
            return
        voiceprints.give_consent(self._customer, _moment(logged))
        self._is_enrolling = voiceprints.consented_at(self._customer) is not None
        self._listening.forget(logged.at_ms)

    def _note(self, said: SpeakerChecked) -> None:
        self._checks_ms = tuple(check_ms for check_ms in self._checks_ms if check_ms > said.speech_ms)
        if said.refused:
            self._was_refused = True
        else:
            self._was_checked = True

    def _listens(self) -> bool:
        """Reads on if there is a reason to; False where there is none, or the sound is gone."""
        if not (self._checks_ms or self._is_enrolling):
            return False
        if self._call.is_off_record:
            self._listening.pass_over()
        try:
            self._listening.read()
        except OSError as gone:
            log.info("call %s: no more sound to know the caller by: %s", self._call.call_id, gone)
        return True

    def _check(self) -> Sequence[Event]:
        """If it is time for one."""
        if not (self._known and self._checks_ms and self._listening.net_ms >= self._checks_ms[0]):
            return ()
        speech, model = self._listening.speech, self._service.model
        self._checks_ms = tuple(check_ms for check_ms in self._checks_ms if check_ms > speech.net_ms)
        try:
            utterance = model.utterance(speech)
        except Refused as refused:
            return self._refuse(refused.reason, speech)
        self._was_checked = True
        score, threshold = model.scoring.score(self._known.embedding, utterance.embedding), self._service.threshold
        is_accepted = score >= threshold
        return (SpeakerChecked(self._customer, round(score, 3), round(threshold, 3), is_accepted, speech.net_ms),)

    def _refuse(self, reason: str, speech: Speech) -> Sequence[Event]:
        """Once a call."""
        if self._was_refused:
            return ()
        self._was_refused = True
        threshold = round(self._service.threshold, 3)
        return (SpeakerChecked(self._customer, 0.0, threshold, False, speech.net_ms, reason),)

    def _enrol(self, speech: Speech) -> None:
        self._is_enrolling = False
        try:
            grown = self._service.enrolment.add(self._customer, self._call.call_id, speech)
        except (Refused, VaultError) as refused:
            log.info("call %s is not enrolled: %s", self._call.call_id, refused)
        else:
            log.info("call %s is enrolled: %d calls, %d ms", self._call.call_id, len(grown.calls), grown.speech_ms)


def _is_no_voice(speech: Speech) -> bool:
    refused = too_little(speech) if speech.sounding_ms >= NO_VOICE_MS else None
    return refused is not None and refused.reason == "not_speech"


def _moment(logged: Logged) -> datetime:
    return started_at_of(logged.call_id) + timedelta(milliseconds=logged.at_ms)
