"""Whether a sentence turns round what the entries say: 가능합니다 where they say 할 수 없습니다."""

import math
from collections import Counter
from collections.abc import Sequence

from voicebot.dialogue.answer.figures import Figure
from voicebot.dialogue.answer.reading import Reading
from voicebot.dialogue.answer.statements import FREE, Segment

# How much a shared word weighs by where the entry has it: in the statement itself, the rest of the sentence, or the
# question. What only disagrees in its last sign, or agrees without a common predicate, weighs less. Measured by
# test_grounding.py.
SENTENCE_WEIGHT = 0.5
TOPIC_WEIGHT = 0.25
INDIRECT_WEIGHT = 0.6
WITHOUT_PREDICATE_WEIGHT = 0.5
OTHER_BOUND_PENALTY = 2.0


def contradiction(said: Sequence[Segment], readings: Sequence[Reading], asked: frozenset[str]) -> str | None:
    """What speaks against one of ``said``, or None: the closest statement of the entries says its opposite.

    Where the sentence is a reply (네, 가능합니다), ``asked`` are the question's words, and the first entry answers it.
    """
    entries = _Entries(readings[:1] if asked else readings)
    for segment in said:
        if segment.words or segment.figures or segment.predicates or asked:
            doubt = entries.doubt(segment, (segment.words | asked) - {FREE})
            if doubt:
                return doubt
    return None


class _Entries:
    def __init__(self, readings: Sequence[Reading]) -> None:
        self._places = [(place, reading.topic) for reading in readings for place in reading.said]
        self._rarity = Counter(word for place, _ in self._places for word in place.words)

    def doubt(self, segment: Segment, words: frozenset[str]) -> str | None:
        """By what ``segment`` states about ``words``."""
        denied = {word for place, _ in self._places for word, affirmed in place.predicates.items() if not affirmed}
        undenied = {word for word, affirmed in segment.predicates.items() if not affirmed} - denied - {FREE}
        if undenied:
            return f'no entry denies "{min(undenied)}"'
        closest, likeness, against, opposed = None, 0.0, "", 0.0
        for place, topic in self._places:
            like = self._likeness(segment, words, place, topic)
            word = _disagreement(segment, place)
            if word is None:
                shares = not segment.predicates or bool(segment.predicates.keys() & place.predicates.keys())
                like *= 1 if shares else WITHOUT_PREDICATE_WEIGHT
                if like > likeness:
                    closest, likeness = place, like
            else:
                like *= 1 if word in place.predicates else INDIRECT_WEIGHT
                if like > opposed:
                    against, opposed = word, like
        if opposed > likeness:
            return f'the entries say the opposite of "{against}"'
        if segment.extends and segment.affirms and closest and not closest.extends:
            return "no entry goes that far"
        return None

    def _likeness(self, segment: Segment, words: frozenset[str], place: Segment, topic: frozenset[str]) -> float:
        like = sum(1 / math.sqrt(self._rarity[word]) for word in words & place.words)
        like += SENTENCE_WEIGHT * len(words & (place.around - place.words))
        like += TOPIC_WEIGHT * len(words & (topic - place.around))
        for figure in segment.figures:
            is_case = not any(figure.agrees(other) for known, _ in self._places for other in known.figures)
            for other in place.figures:
                if figure.agrees(other) or (is_case and _keeps(figure, other)):
                    like += 1
                elif figure.unit == other.unit and (figure.value == other.value or (is_case and other.bound)):
                    like -= OTHER_BOUND_PENALTY
        return like


def _disagreement(segment: Segment, place: Segment) -> str | None:
    """The word that one affirms and the other denies, or None."""
    shared = segment.predicates.keys() & place.predicates.keys()
    for word in sorted(shared):
        if segment.predicates[word] != place.predicates[word]:
            return word
    main = next((word for word in reversed(segment.predicates) if word != FREE), "가능")
    if FREE in shared or main in shared or segment.affirms == place.affirms:
        return None
    return main


def _keeps(case: Figure, bound: Figure) -> bool:
    """Whether what the caller has named is within a bound of the entries: 70,000원 is 50,000원 이상."""
    if case.unit != bound.unit or not bound.bound:
        return False
    return case.value >= bound.value if bound.bound == "least" else case.value <= bound.value
