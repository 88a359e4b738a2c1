"""Finding the address that was said: what names and numbers point at, weighed by the regions named around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.address.abroad import abroad
from kb.address.address import Address
from kb.address.behind import number_behind
from kb.address.details import details_of
from kb.address.leads import Lead, Leads, Missing, Told
from kb.address.names import Name, exact_names, fits, misheard_names, without_parts
from kb.address.put_right import Reading, readings
from kb.address.regions import Region, Regions
from kb.address.said import LONGEST_TEXT, Said, Span, fluent, overlap
from kb.address.tables import Tables
from kb.jamo import letters

_SURE = 0.9  # beyond, nothing misheard is looked for
_MOST_BY_SOUND = 2  # readings of a correction in which misheard names are looked for
_LEAST = 0.3
_LEAST_BY_ITSELF = 0.2  # regions around it do not make a place of what is none
_TIE = 0.04
_GUESSED_ROAD = 0.6  # what a road without a number that was misheard is worth beside an address that is whole
_ONLY_REGION = 0.5
_DOUBT_LEFT = 0.5  # of the doubt, where a region was named that is right
_WRONG_DISTRICT, _WRONG_AREA, _UNLIKE = 0.3, 0.6, 0.85
_ALIKE = 0.6
_MOST_UNLISTED = 0.7  # a number that its road has not got in the book is read back to the caller, at least
_TIED_DOUBT = 1.5
_SURE_BUT_TIED = 0.75
_NAME_ENDS = re.compile(r"[로길동리가]\s*\Z")
_WORD_IN_FRONT = re.compile(r"([가-힣\d]*[가-힣\d](?<![은는이가을를에로도네예]))\s*\Z")
_REGION_WORD = re.compile(r"[가-힣]{1,6}(?:특별시|광역시|특별자치[시도]|[시도군구읍면동리])(?![가-힣])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address that may be meant.

    ``detail`` is where in the building (203동 1004호). ``score`` is about how likely it is right, 0 to 1. ``told`` is
    what was said of it; ``start`` and ``end`` are the characters where all this stands, the end not among them.
    """

    address: Address
    detail: str
    score: float
    missing: Missing
    told: frozenset[Told] = frozenset()
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class _Weighed:
    lead: Lead
    score: float
    regions: list[Region]


class Search:
    """One search; ``text`` is in NFC. What the caller takes back in it is not looked for."""

    def __init__(self, tables: Tables, regions: Regions, text: str) -> None:
        self._readings = readings(fluent(text[:LONGEST_TEXT]))
        self._abroad = abroad(text[:LONGEST_TEXT])
        self._look = partial(_Look, tables, regions)

    def candidates(self, limit: int, *, misheard: bool) -> list[Candidate]:
        """At most ``limit``, the most likely first; with ``misheard``, of names that sound like what was said too.

        Where something is taken back, a reading is looked at until one names a building. There are none of another
        country.
        """
        match self._abroad:
            case "yes":
                return []
            case "maybe":
                return [one for one in self._found(limit, misheard=False) if one.score >= _SURE]
        return self._found(limit, misheard=misheard)

    def _found(self, limit: int, *, misheard: bool) -> list[Candidate]:
        best: list[Candidate] = []
        looks = [(reading, self._look(reading.text)) for reading in self._readings]
        ways = (False, True) if len(looks) > 1 and misheard else (misheard,)
        for by_sound in ways:
            for reading, look in looks[: _MOST_BY_SOUND if by_sound else None]:
                found = look.candidates(limit, misheard=by_sound)
                if found and (not best or _worth(found[0]) > _worth(best[0])):
                    best = [_placed(candidate, reading) for candidate in found]
                if best and best[0].missing == "none" and best[0].score >= _SURE:
                    return best
        return best


class _Look:
    """For the address in a text that has nothing taken back."""

    def __init__(self, tables: Tables, regions: Regions, text: str) -> None:
        self._tables = tables
        self._regions = regions
        self._said = Said.of(text)
        self._names = exact_names(tables, self._said)
        details = [(detail.start, detail.end) for detail in self._said.details]
        named = {
            (region.first, region.last): region
            for region in regions.named(self._said)
            if not overlap(self._span(region), details)  # 삼동 of 이백삼동
        }
        told = [named[span] for span in without_parts(named, self._names)]
        self._named = [region for region in told if region.is_sure or not self._is_in_number(region)]
        districts = [region.districts for region in self._named]
        self._is_contradictory = bool(districts) and not frozenset.intersection(*districts)

    def candidates(self, limit: int, *, misheard: bool) -> list[Candidate]:
        """At most ``limit``, the most likely first; with ``misheard``, of names that sound like what was said too."""
        leads = Leads(self._tables, self._said)
        districts = self._districts()
        leads.follow(self._exact(districts))
        weighed = self._weighed(leads.all())
        if misheard and (not weighed or self._may_be_misheard(weighed[0])):
            names = misheard_names(self._tables, self._said, self._named, districts, self._names)
            leads.outgrow(names)
            leads.follow(names)
            weighed = self._weighed(leads.all())
        if not weighed:
            return self._region_only()
        self._settle_ties(weighed)
        return [self._candidate(one) for one in weighed[:limit]]

    def _may_be_misheard(self, best: _Weighed) -> bool:
        """Whether something better may be found: also where a word stands in front of a building's name."""
        if best.score < _SURE or best.lead.missing != "none":
            return True
        if best.lead.certainties.keys() != {"building"}:
            return False
        start = min(start for start, _ in best.lead.spans)
        word = _WORD_IN_FRONT.search(self._said.text, 0, start)
        return word is not None and not overlap(word.span(1), map(self._span, self._named))

    def _exact(self, districts: frozenset[int]) -> Iterator[Name]:
        regions = [(region.first, region.last) for region in self._named]
        details = [self._said.between(detail.start, detail.end) for detail in self._said.details]
        for first, last in without_parts(self._names, [*regions, *details]):
            if (first, last) in details:
                continue  # 106동 is the name of buildings, too
            if fit := fits(self._said, first, last, self._named):
                yield Name(first, last, fit, tuple(self._tables.called(self._names[first, last], districts)))

    def _districts(self) -> frozenset[int]:
        """Those that all regions named agree on; none where they do not, or nothing was named.

        A place with a number behind it may be a misheard road, and is not counted on.
        """
        common: frozenset[int] | None = None
        for region in self._named:
            if number_behind(self._said, region.last) is None:
                common = region.districts if common is None else common & region.districts
        return common or frozenset()

    # ---- weighing

    def _weighed(self, leads: Sequence[Lead]) -> list[_Weighed]:
        weighed = [self._weigh(lead) for lead in leads if lead.certainty >= _LEAST_BY_ITSELF]
        if any(one.lead.missing == "none" and one.score >= _LEAST for one in weighed):
            for one in weighed:
                if one.lead.is_guessed_road:
                    one.score *= _GUESSED_ROAD
        kept = [one for one in weighed if one.score >= _LEAST]
        return sorted(kept, key=_order)

    def _weigh(self, lead: Lead) -> _Weighed:
        score = lead.certainty
        around = [region for region in self._named if not self._is_in(region, lead.spans)]
        agreeing = [region for region in around if region.holds(lead.district, lead.area)]
        for region in around:
            score = 1 - (1 - score) * _DOUBT_LEFT if region in agreeing else score * self._disagreement(region, lead)
        for heard in self._strange_regions(lead):
            is_alike = self._regions.likeness(letters(heard), lead.district, lead.area) >= _ALIKE
            score = 1 - (1 - score) * _DOUBT_LEFT if is_alike else score * _UNLIKE
        score *= lead.likelihood
        return _Weighed(lead, min(score, _MOST_UNLISTED) if lead.missing == "building" else score, agreeing)

    def _disagreement(self, region: Region, lead: Lead) -> float:
        """What a region that the lead is not in leaves of its score.

        Of regions that cannot all be right (Seoul has no 동구), one that sounds like the lead's was misheard.
        """
        if self._is_contradictory:
            heard = self._said.letters(region.first, region.last)
            if self._regions.likeness(heard, lead.district, lead.area) >= _ALIKE:
                return _UNLIKE
        return _WRONG_AREA if lead.district in region.districts else _WRONG_DISTRICT

    def _is_in_number(self, region: Region) -> bool:
        """Whether it is the beginning of a number behind a name: 이천 of 한누리대로 이천 백삼십."""
        span = self._span(region)
        behind_name = _NAME_ENDS.search(self._said.text, 0, span[0]) is not None
        return behind_name and overlap(span, [(number.start, number.end) for number in self._said.numbers])

    def _is_in(self, region: Region, spans: Iterable[Span]) -> bool:
        """Whether the region's name is a part of something else's: 세종 of 세종대로."""
        return overlap(self._span(region), spans)

    def _strange_regions(self, lead: Lead) -> list[str]:
        """Words right in front of what was told that look like regions, and are none of the book: misheard ones."""
        text = self._said.text
        taken = [*lead.spans, *map(self._span, self._named)]
        taken += [(detail.start, detail.end) for detail in self._said.details]
        return [
            word.group()
            for word in _REGION_WORD.finditer(text)
            if not overlap(word.span(), taken)
            and any(word.end() <= start and not text[word.end() : start].strip() for start, _ in taken)
        ]

    def _settle_ties(self, weighed: list[_Weighed]) -> None:
        """Of several places that what was told fits alike, each gets its share, and what would decide is missing."""
        first = weighed[0]
        tied = [one for one in weighed if _is_tied(first, one)]
        places = {one.lead.place for one in tied}
        if len(places) < 2:
            return
        towns = {(one.lead.district, one.lead.address.town) for one in tied}
        is_sure = first.score >= _SURE_BUT_TIED or first.lead.missing == "building"
        for one in tied:
            one.score /= len(places)
            if is_sure:
                one.lead.missing = "region" if len(towns) > 1 else "number"
        for one in weighed:
            one.score = min(one.score, first.score)

    # ---- candidates

    def _candidate(self, one: _Weighed) -> Candidate:
        spans = [*one.lead.spans, *map(self._span, one.regions)]
        details = details_of(one.lead, self._said)
        spans += [(detail.start, detail.end) for detail in details]
        told = frozenset({*one.lead.certainties, *(("region",) if one.regions else ())})
        return Candidate(
            one.lead.address,
            " ".join(detail.written for detail in details),
            round(one.score, 3),
            one.lead.missing,
            told,
            min(start for start, _ in spans),
            max(end for _, end in spans),
        )

    def _region_only(self) -> list[Candidate]:
        """The smallest place that the regions named have in common, if they name one."""
        if not self._named:
            return []
        address = self._regions.common(self._named)
        if address is None:
            return []
        first, last = self._named[0], self._named[-1]
        told: frozenset[Told] = frozenset({"region"})
        start, end = self._span(first)[0], self._span(last)[1]
        return [Candidate(address, "", _ONLY_REGION, "road", told, start, end)]

    def _span(self, region: Region) -> Span:
        return self._said.starts[region.first], self._said.ends[region.last - 1]


def _worth(candidate: Candidate) -> tuple[bool, float]:
    return candidate.missing == "none", round(candidate.score, 1)


def _placed(candidate: Candidate, reading: Reading) -> Candidate:
    start, end = reading.span(candidate.start, candidate.end)
    return replace(candidate, start=start, end=end)


def _order(one: _Weighed) -> tuple[float, bool, bool, int]:
    """Of leads that are equally likely, a finished one goes first, and one whose number was told."""
    lead = one.lead
    return -one.score, lead.missing != "none", "number" not in lead.certainties, lead.building


def _is_tied(first: _Weighed, other: _Weighed) -> bool:
    return (
        other.lead.certainties.keys() == first.lead.certainties.keys()
        and first.score - other.score <= _TIE
        and 1 - other.score <= (1 - first.score) * _TIED_DOUBT
    )
