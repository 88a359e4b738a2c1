"""Figures of the entries that a sentence uses for something else: a card's refund in the days of a bank transfer's."""

from collections.abc import Iterable, Sequence

from voicebot.dialogue.answer.figures import Figure
from voicebot.dialogue.answer.reading import Reading
from voicebot.dialogue.answer.statements import Segment

# Spans of days are bounded in too many ways for the bound to tell them apart.
_BOUNDED_UNITS = frozenset(("원", "요일", "시"))


def is_misused(figure: Figure, segment: Segment, readings: Sequence[Reading]) -> bool:
    """Whether ``segment`` says ``figure`` of something of which the entries say another figure of its unit.

    It does if one of its nouns goes with such others only and none with this figure only. Nouns that ask for the figure
    in its own entry, or that belong to another figure of the same segment, do not count.
    """
    if not figure.unit:
        return False
    places = [(reading, place) for reading in readings for place in reading.said]
    own = [(reading, place) for reading, place in places if _has(place, figure)]
    if not own:
        return False
    rivals = [place for _, place in places if any(_rivals(figure, other) for other in place.figures)]
    if figure.bound and figure.unit in _BOUNDED_UNITS and _is_bound_of_others(figure, readings):
        return True
    with_it, with_others = _nouns(place for _, place in own), _nouns(rivals)
    exempt = _nouns(place for place in rivals if any(_has(place, f) for f in segment.figures if _rivals(figure, f)))
    exempt = exempt.union(*(reading.topic for reading, _ in own))
    return bool(segment.nouns & (with_others - with_it - exempt)) and not segment.nouns & (with_it - with_others)


def _has(place: Segment, figure: Figure) -> bool:
    return any(figure.agrees(other) for other in place.figures)


def _rivals(figure: Figure, other: Figure) -> bool:
    return figure.unit == other.unit and (figure.value != other.value or figure.half != other.half)


def _is_bound_of_others(figure: Figure, readings: Sequence[Reading]) -> bool:
    """From 50,000원 on is said, and 3,000원 이상 is not."""
    stated = [other for reading in readings for place in reading.said for other in place.figures]
    bounded = [other for other in stated if (other.unit, other.bound) == (figure.unit, figure.bound)]
    return bool(bounded) and all(other.value != figure.value for other in bounded)


def _nouns(places: Iterable[Segment]) -> frozenset[str]:
    return frozenset(noun for place in places for noun in place.nouns)
