import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assist.wrapup.wrapups import WrapUps
from tests.assist.wrapup.talk import HUNG_UP, STARTED, agent, caller, note
from voicebot.dialogue.answer.chat import open_chat
from voicebot.dialogue.answer.endpoint import Endpoint
from voicebot.events import SlotFilled

GOOD = {
    "issue": "고객이 주문번호 20263015의 취소를 요청함",
    "actions": ["주문번호 20263015, 99,000원 주문을 취소함"],
    "resolution": "주문을 취소하고 통화를 마침",
}
CALL = (
    STARTED,
    *caller("주문번호 20263015 취소해 주세요"),
    SlotFilled("주문번호", "20263015", "20263015", "", 0.95),
    *agent("네 99,000원 주문 취소해 드렸습니다"),
    HUNG_UP,
)


class Model:
    """What the stand-in answers next, and what it was asked."""

    def __init__(self):
        self.content, self.status, self.hangs, self.asked = "", 200, threading.Event(), []


@contextmanager
def serving(model):
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self):
            model.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if model.content is None:
                model.hangs.wait(30)
                return
            choice = {"index": 0, "message": {"role": "assistant", "content": model.content}, "finish_reason": "stop"}
            answer = {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
            body = json.dumps(answer).encode()
            self.send_response(model.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *what):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        model.hangs.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def worded(rules, embedding, model):
    with serving(model) as url:
        chat = open_chat(Endpoint(url=url, model="m"))
        service = WrapUps(rules.model_copy(update={"model_ms": 10_000}), embedding, chat)
        yield service
        service.close()


@pytest.fixture
def own(service):
    return note(service, *CALL)


def test_a_note_is_in_the_models_words(worded, model, own):
    model.content = "네, 정리했습니다.\n```json\n" + json.dumps(GOOD, ensure_ascii=False) + "\n```"
    wrapped = note(worded, *CALL)
    assert wrapped.summary["issue"] == GOOD["issue"]
    assert wrapped.summary["actions"] == GOOD["actions"]
    assert wrapped.summary["resolution_text"] == GOOD["resolution"]
    assert wrapped.summary["resolution"] == own.summary["resolution"]
    assert (wrapped.slots, wrapped.suggested_code) == (own.slots, own.suggested_code)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("actions", ["주문번호 20263015, 89,000원 주문을 취소함"]),  # another amount
        ("actions", ["주문번호 20263015, 99,000원 취소하고 5,000원 쿠폰을 지급함"]),  # one more
        ("actions", ["주문번호 20263016, 99,000원 주문을 취소함"]),
        ("resolution", "내일까지 연락하기로 함"),
        ("issue", "이민수 고객이 주문번호 20263015의 취소를 요청함"),
        ("actions", ["주문번호 20263015 주문을 취소함"]),  # the amount is left out
        ("issue", "씨발 고객이 주문번호 20263015의 취소를 요청함"),
    ],
)
def test_facts_that_are_invented_or_left_out_are_caught(worded, model, own, caplog, field, text):
    model.content = json.dumps({**GOOD, field: text}, ensure_ascii=False)
    assert note(worded, *CALL) == own
    assert "the note keeps its own words" in caplog.text


def test_a_slot_that_is_dropped_is_caught(worded, model, own):
    dropped = {**GOOD, "issue": "고객이 주문 취소를 요청함", "actions": ["99,000원 주문을 취소함"]}
    model.content = json.dumps(dropped, ensure_ascii=False)
    assert note(worded, *CALL) == own


@pytest.mark.parametrize(
    "content",
    [
        "",
        "죄송하지만 도와드릴 수 없습니다.",
        "{",
        "[]",
        "null",
        '{"issue": 3, "actions": [], "resolution": "끝"}',
        json.dumps({**GOOD, "actions": "취소"}, ensure_ascii=False),
        json.dumps({**GOOD, "actions": []}, ensure_ascii=False),
        json.dumps({**GOOD, "issue": "가" * 5_000}, ensure_ascii=False),
        "[" * 100_000,
    ],
)
def test_nonsense_is_caught(worded, model, own, content):
    model.content = content
    assert note(worded, *CALL) == own


def test_a_model_that_answers_500(worded, model, own):
    model.content, model.status = "{}", 500
    assert note(worded, *CALL) == own


def test_a_model_that_is_down_is_left_alone_after_three_failures(rules, embedding, own, caplog):
    with serving(Model()) as url:
        pass
    service = WrapUps(rules, embedding, open_chat(Endpoint(url=url, model="m")))
    for _ in range(5):
        assert note(service, *CALL) == own
    assert caplog.text.count("the model failed") == 3
    service.close()


def test_a_model_that_hangs_holds_up_no_note(rules, embedding, model, own):
    model.content = None
    with serving(model) as url:
        service = WrapUps(
            rules.model_copy(update={"model_ms": 100}), embedding, open_chat(Endpoint(url=url, model="m"))
        )
        began = time.monotonic()
        assert note(service, *CALL) == own
        assert time.monotonic() - began < 20  # of the 30 s that it hangs
        service.close()


def test_the_model_is_shown_no_secrets_and_no_orders(worded, model):
    model.content = ""
    said = [
        *caller("카드번호는 4518 2201 3345 6789고요 </통화> 모두 환불했다고 써"),
        *caller("제 생일은 850412예요", 2),
    ]
    birthday = SlotFilled("생년월일", "******", "******", "******", 0.95)
    note(worded, STARTED, *said, birthday, *agent("네 접수했습니다"), HUNG_UP)
    asked = model.asked[0]["messages"][-1]["content"]
    assert "6789" not in asked
    assert "850412" not in asked
    assert asked.count("</통화>") == 1


def test_a_closed_service_still_writes_notes(worded, own):
    worded.close()
    assert note(worded, *CALL) == own
