"""How a voiceprint grows out of several calls of a customer who has agreed to it."""

from __future__ import annotations

from assist.speaker.model import SpeakerModel
from assist.speaker.net_speech import Speech
from assist.speaker.refusal import Refused
from assist.speaker.voiceprint import Voiceprint, Voiceprints

MOST_CALLS = 5
"""Out of so many calls a voiceprint is made; further ones change it no more."""


class Enrolment:
    """Adds calls to voiceprints.

    Two calls of one customer that are added at the very same time may count as one: the later of them.
    """

    def __init__(self, model: SpeakerModel, voiceprints: Voiceprints, false_accept_rate: float) -> None:
        self._model, self._voiceprints = model, voiceprints
        self._threshold = model.scoring.threshold(false_accept_rate)

    def add(self, customer: str, call_id: str, speech: Speech, anew: bool = False) -> Voiceprint:
        """The voiceprint with this call in it, or with ``anew`` of this call alone; one that is in it changes nothing.

        :class:`Refused` without consent, for speech that is no good, for a voice unlike the one that is enrolled, for
        another model's voiceprint, and behind the last call that counts.
        """
        if self._voiceprints.consented_at(customer) is None:
            raise Refused("no_consent", f"{customer} has not agreed to be known by voice: ask for consent first")
        known = None if anew else self._voiceprints.find(customer)
        if known and call_id in known.calls:
            return known
        if known:
            self._check_room(known)
        utterance = self._model.utterance(speech)
        if known and (score := self._model.scoring.score(known.embedding, utterance.embedding)) < self._threshold:
            raise Refused(
                "another_voice",
                f"this is not the voice that is enrolled for {customer} ({score:.2f} of {self._threshold:.2f}): check "
                "whose call it is, or enrol the customer anew",
            )
        grown = (known or Voiceprint.empty(customer, self._model.identity)).with_call(call_id, utterance)
        if not self._voiceprints.keep(grown):
            raise Refused("no_consent", f"{customer} agrees no more to be known by voice: nothing was kept")
        return grown

    def _check_room(self, known: Voiceprint) -> None:
        check_comparable(known, self._model)
        if len(known.calls) >= MOST_CALLS:
            cure = "to begin anew forget it first"
            raise Refused("is_full", f"the voiceprint of {known.customer} has its {MOST_CALLS} calls: {cure}")


def check_comparable(voiceprint: Voiceprint, model: SpeakerModel) -> None:
    """:class:`Refused` for a voiceprint that another model has made."""
    if not voiceprint.model.is_same(model.identity):
        raise Refused(
            "another_model",
            f"the voiceprint of {voiceprint.customer} was made by another speaker model ({voiceprint.model.name}, not "
            f"today's {model.identity.name}): forget it, and enrol anew",
        )
