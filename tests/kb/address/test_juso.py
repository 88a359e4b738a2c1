"""The address service, by a stand-in on loopback that can be as bad as the real one."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from kb.address import Address, Candidate
from kb.address.juso import JusoFirst, JusoService, JusoUnavailable, keyword
from kb.address.said import Said

HANNURI = {
    "roadAddr": "세종특별자치시 한누리대로 2130 (보람동)",
    "jibunAddr": "세종특별자치시 보람동 718 세종특별자치시청",
    "zipNo": "30151",
    "bdNm": "세종특별자치시청",
    "siNm": "세종특별자치시",
    "sggNm": "",
    "emdNm": "보람동",
    "liNm": "",
    "rn": "한누리대로",
    "udrtYn": "0",
    "buldMnnm": "2130",
    "buldSlno": "0",
    "mtYn": "0",
    "lnbrMnnm": "718",
    "lnbrSlno": "0",
}
CITY_HALL = Address(
    "세종특별자치시", "", "보람동", "", "한누리대로", 2130, 0, False, 718, 0, False, "30151", "세종특별자치시청"
)


def answer(*found: dict[str, Any], code: str = "0", message: str = "정상") -> bytes:
    common = {"errorCode": code, "errorMessage": message, "totalCount": str(len(found)), "currentPage": 1}
    return json.dumps({"results": {"common": common, "juso": list(found) or None}}).encode()


@dataclass
class StandIn:
    body: bytes = b""
    status: int = 200
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@pytest.fixture
def service() -> Iterator[StandIn]:
    """Answers at once, unless ``goes_on`` is cleared: then when it is set again."""
    stand_in = StandIn()
    stand_in.goes_on.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            stand_in.asked.append({**parse_qs(form), "path": [self.path]})
            stand_in.goes_on.wait(20)
            self.send_response(stand_in.status)
            self.end_headers()
            self.wfile.write(stand_in.body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}/addrlink/addrLinkApi.do"
    yield stand_in
    stand_in.goes_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_one_address_is_found_with_all_that_the_service_knows(service: StandIn) -> None:
    service.body = answer(HANNURI)
    [found] = JusoService(service.url, "key").search("세종시 한누리대로 이천백삼십 이백삼동 천사호")
    assert (found.address, found.missing, found.detail) == (CITY_HALL, "none", "203동 1004호")
    assert found.score > 0.9
    [asked] = service.asked
    assert asked["keyword"] == ["세종시 한누리대로 2130"]
    assert asked["resultType"] == ["json"]


def test_neither_key_nor_address_is_in_what_is_logged(service: StandIn) -> None:
    service.body = answer(HANNURI)
    JusoService(service.url, "secret").search("한누리대로 2130")
    assert service.asked[0]["confmKey"] == ["secret"]
    assert service.asked[0]["path"] == ["/addrlink/addrLinkApi.do"]


def test_of_several_those_with_the_number_count(service: StandIn) -> None:
    service.body = answer({**HANNURI, "buldMnnm": 2131}, HANNURI, {**HANNURI, "buldSlno": "3"})
    assert [one.address.main for one in JusoService(service.url, "key").search("한누리대로 이천백삼십")] == [2130]
    lots = JusoService(service.url, "key").search("보람동 718")
    assert (len(lots), lots[0].missing) == (3, "number")


def test_the_same_in_several_places_needs_the_region(service: StandIn) -> None:
    service.body = answer(HANNURI, {**HANNURI, "siNm": "경기도", "sggNm": "성남시"})
    found = JusoService(service.url, "key").search("한누리대로 2130", limit=1)
    assert [(one.missing, one.score < 0.5) for one in found] == [("region", True)]


@pytest.mark.parametrize("code", ["E0005", "E0006", "E0008"])
def test_what_is_too_vague_for_the_service_is_not_found(service: StandIn, code: str) -> None:
    service.body = answer(code=code, message="주소를 상세히 입력해 주시기 바랍니다.")
    assert JusoService(service.url, "key").search("세종시") == []


def test_nothing_found_and_nothing_said(service: StandIn) -> None:
    service.body = answer()
    assert JusoService(service.url, "key").search("없는길 1") == []
    assert JusoService(service.url, "key").search(" ") == []
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (answer(code="E0001", message="승인되지 않은 KEY 입니다."), 200, "answered E0001 .*: check the key"),
        (b"", 500, "answered 500"),
        (b"<html>", 200, "did not answer as documented"),
        (b"{}", 200, "did not answer as documented"),
        (b'{"results": {"common": {"errorCode": "0"}, "juso": [{}]}}', 200, "did not answer as documented"),
        (b'{"results": {"common": {"errorCode": "0"}, "juso": 7}}', 200, "did not answer as documented"),
        (b"[" * 100_000, 200, "did not answer as documented"),
        (b" " * (2 << 20), 200, "answered without end"),
    ],
)
def test_a_bad_answer_is_told(service: StandIn, body: bytes, status: int, reason: str) -> None:
    service.body, service.status = body, status
    with pytest.raises(JusoUnavailable, match=reason):
        JusoService(service.url, "key", timeout_s=10).search("한누리대로 2130")


def test_a_service_that_is_slow_is_not_waited_for(service: StandIn) -> None:
    service.goes_on.clear()
    with pytest.raises(JusoUnavailable, match=r"did not answer within 0\.1 s"):
        JusoService(service.url, "key", timeout_s=0.1).search("한누리대로 2130")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "juso", "http://[", "ftp://127.0.0.1/"])
def test_a_service_that_is_not_there_is_told(url: str) -> None:
    with pytest.raises(JusoUnavailable, match="cannot be reached"):
        JusoService(url, "key").search("한누리대로 2130")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("광교산로 백오십사 다시 사십이 이요", "광교산로 154-42"),
        ("보람동 칠백십팔 번지로 보내 주세요", "보람동 718"),
        ("서울시청 오층", "서울시청"),
        ("정부세종청사", "정부세종청사"),
        ("가" * 500, "가" * 80),
    ],
)
def test_the_keyword_has_figures_and_no_more_than_the_address(said: str, asked: str) -> None:
    assert keyword(Said.of(said)) == asked


# ---- with a book behind


@dataclass
class Known:
    """Finds what it was given; raises where that is nothing but a failure."""

    found: list[Candidate] | JusoUnavailable
    searches: int = 0

    def search(self, text: str, limit: int = 3) -> list[Candidate]:
        self.searches += 1
        if isinstance(self.found, JusoUnavailable):
            raise self.found
        return self.found[:limit]


OF_SERVICE = [Candidate(CITY_HALL, "", 0.95, "none")]
OF_BOOK = [Candidate(CITY_HALL, "", 0.5, "none")]


def test_the_book_is_asked_where_the_service_knows_nothing() -> None:
    assert JusoFirst(Known(OF_SERVICE), Known(OF_BOOK)).search("시청") == OF_SERVICE
    assert JusoFirst(Known([]), Known(OF_BOOK)).search("시청") == OF_BOOK


def test_a_service_that_failed_is_left_alone_for_a_while(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 100.0
    service = Known(JusoUnavailable("the address service did not answer: try again later"))
    finder = JusoFirst(service, Known(OF_BOOK), lambda: now_s)
    assert [finder.search("시청") for _ in range(3)] == [OF_BOOK] * 3
    assert service.searches == 1
    assert len(caplog.records) == 1 and "the address book stands in" in caplog.text
    now_s = 131.0
    service.found = OF_SERVICE
    assert finder.search("시청") == OF_SERVICE
