"""The search service of juso.go.kr (도로명주소 검색 API), for sites that may reach it: newer than any file.

``url`` is that of ``addrLinkApi.do``, ``key`` the approved one (confmKey) that the service gives each site.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kb.address.address import Address
from kb.address.leads import Missing, Told
from kb.address.said import Number, Said
from kb.address.search import Candidate

log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
"""A caller waits for it."""

_PAUSE_S = 30.0  # in which a service that failed is not asked
_ASKED_FOR = 10
_LONGEST_KEYWORD = 80
_LARGEST_ANSWER_BYTES = 1 << 20
_SCORE = 0.95  # of a single address for what was said
_NORMAL = "0"
_VAGUE = frozenset({"E0005", "E0006", "E0008", "E0009", "E0010", "E0011", "E0012", "E0013", "E0015"})
"""Codes for words that the service does not look up: too few, too many, or no place among them."""

_YES = "1"


class JusoUnavailable(RuntimeError):
    """The service did not answer as documented; the message says what to do."""


class Finder(Protocol):
    """What finds addresses: an :class:`~kb.address.book.AddressBook`, or what stands in front of one."""

    def search(self, text: str, limit: int = 3) -> list[Candidate]: ...


class JusoService:
    """Raises :class:`JusoUnavailable` in each search that the service does not answer within ``timeout_s``."""

    def __init__(self, url: str, key: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url, self._key, self._timeout_s = url, key, timeout_s
        self._client = httpx.Client(timeout=timeout_s)

    def search(self, text: str, limit: int = 3) -> list[Candidate]:
        """The addresses that the service has for ``text``, which may have numbers spelt; none where it is vague."""
        said = Said.of(text)
        number = said.numbers[0] if said.numbers else None
        if not (words := keyword(said)):
            return []
        found = [one.address() for one in self._asked(words)]
        if number:
            found = [address for address in found if _has(address, number)] or found
        places = {(address.sido, address.sigungu, address.town) for address in found}
        missing: Missing = "none" if len(found) == 1 else "region" if len(places) > 1 else "number"
        told: frozenset[Told] = frozenset({"number"} if number else {"building"})
        detail = " ".join(detail.written for detail in said.details)
        return [
            Candidate(address, detail, round(_SCORE / len(found), 3), missing, told, 0, len(said.text))
            for address in found[:limit]
        ]

    def _asked(self, words: str) -> list[_Found]:
        # in the body: what an address is logged with must tell neither the key nor where callers live
        form = {"confmKey": self._key, "keyword": words, "resultType": "json", "countPerPage": str(_ASKED_FOR)}
        try:
            with self._client.stream("POST", self._url, data={**form, "currentPage": "1"}) as answer:
                content = self._read(answer)
        except httpx.TimeoutException:
            raise self._unavailable(f"did not answer within {self._timeout_s:g} s", "try again later") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = " ".join(str(error).split())[:160] or type(error).__name__
            raise self._unavailable(f"cannot be reached ({reason})", "check its address and the network") from None
        if answer.status_code != httpx.codes.OK:
            raise self._unavailable(f"answered {answer.status_code}", "check its address")
        try:
            results = _Answer.model_validate_json(content).results
        except ValidationError:
            raise self._unavailable("did not answer as documented", "check its address") from None
        if results.common.code in _VAGUE:
            return []
        if results.common.code != _NORMAL:
            fact = f"answered {results.common.code} ({results.common.message[:160]})"
            raise self._unavailable(fact, "check the key, and that it is approved for this site")
        return results.found or []

    def _read(self, answer: httpx.Response) -> bytes:
        """The body; httpx limits the time between two parts of it, and not that of all of them."""
        until = time.monotonic() + self._timeout_s
        content = bytearray()
        for part in answer.iter_bytes():
            content += part
            if len(content) > _LARGEST_ANSWER_BYTES:
                raise self._unavailable("answered without end", "check its address")
            if time.monotonic() > until:
                raise self._unavailable("is too slow with its answer", "try again later")
        return bytes(content)

    def _unavailable(self, fact: str, way_out: str) -> JusoUnavailable:
        return JusoUnavailable(f"the address service {self._url} {fact}: {way_out}")


class JusoFirst:
    """Asks the service, and the book where the service knows nothing or cannot be asked.

    After a failure it is left alone for half a minute, so that callers wait for it once. ``now_s`` is a clock.
    """

    def __init__(self, service: Finder, book: Finder, now_s: Callable[[], float] = time.monotonic) -> None:
        self._service, self._book, self._now_s = service, book, now_s
        self._asked_again_s = float("-inf")

    def search(self, text: str, limit: int = 3) -> list[Candidate]:
        found: list[Candidate] = []
        if self._now_s() >= self._asked_again_s:
            try:
                found = self._service.search(text, limit)
            except JusoUnavailable as failure:
                self._asked_again_s = self._now_s() + _PAUSE_S
                log.warning("%s; the address book stands in for %g s", failure, _PAUSE_S)
        return found or self._book.search(text, limit)


def keyword(said: Said) -> str:
    """What was said as the service wants it: numbers in figures, nothing behind the number, no 동 and 호."""
    pieces, at = [], 0
    details = [(detail.start, detail.end, "") for detail in said.details]
    numbers = [(number.start, number.end, _written(number)) for number in said.numbers[:1]]
    for start, end, written in sorted(details + numbers):
        pieces += [said.text[at:start], written]
        at = end
    if not said.numbers:
        pieces.append(said.text[at:])
    return " ".join("".join(pieces).split())[:_LONGEST_KEYWORD]


def _written(number: Number) -> str:
    return f" {number.main}-{number.sub} " if number.sub else f" {number.main} "


def _has(address: Address, number: Number) -> bool:
    told = number.main, number.sub
    return told in ((address.main, address.sub), (address.jibun_main, address.jibun_sub))


# ---- the answer, with the service's names


class _Part(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Found(_Part):
    sido: str = Field(alias="siNm")
    sigungu: str = Field("", alias="sggNm")
    town: str = Field("", alias="emdNm")
    ri: str = Field("", alias="liNm")
    road: str = Field(alias="rn")
    main: int = Field(alias="buldMnnm")
    sub: int = Field(0, alias="buldSlno")
    underground: str = Field("0", alias="udrtYn")
    jibun_main: int = Field(0, alias="lnbrMnnm")
    jibun_sub: int = Field(0, alias="lnbrSlno")
    mountain: str = Field("0", alias="mtYn")
    postcode: str = Field("", alias="zipNo")
    building: str = Field("", alias="bdNm")

    def address(self) -> Address:
        known = self.model_dump()
        return Address(**{**known, "underground": self.underground == _YES, "mountain": self.mountain == _YES})


class _Common(_Part):
    code: str = Field(alias="errorCode")
    message: str = Field("", alias="errorMessage")


class _Results(_Part):
    common: _Common
    found: list[_Found] | None = Field(None, alias="juso")


class _Answer(_Part):
    results: _Results
