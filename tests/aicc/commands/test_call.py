"""What ``aicc call`` asks of a service, and what it says of the answer."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


@pytest.fixture
def service():
    """Answers with ``service.answer``; what was asked is in ``service.asked``."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            server.asked.append((self.path, self.headers["authorization"], body))
            status, told = server.answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answer = [], (201, {"call_id": "c1"})
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_call_is_asked_for_with_key_and_variables(aicc, service):
    said = aicc(
        *("call", "010-1234-5678", "--scenario", "누리", "--variable", "이름=홍길동", "--variable", "식=a=b"),
        *("--api", service.url, "--key", "k", "--json"),
    )
    assert json.loads(said.stdout) == {"call_id": "c1"}
    wanted = {"number": "010-1234-5678", "scenario": "누리", "variables": {"이름": "홍길동", "식": "a=b"}}
    assert service.asked == [("/api/calls", "Bearer k", wanted)]


def test_people_are_told_where_to_look(aicc, service):
    said = aicc("call", "0212345678", "--scenario", "s", "--api", service.url, "--key", "k")
    assert said.stdout == f"0212345678 is called: {service.url}/api/calls/c1\n"


def test_a_service_that_cannot_says_why_in_its_own_words(aicc, service):
    service.answer = 503, {"error": "this service places no calls", "cure": "configure a door"}
    said = aicc("call", "0212345678", "--scenario", "s", "--api", service.url, "--key", "k")
    assert said.stderr == "aicc: this service places no calls: configure a door\n"
    assert said.exit_code == 1


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--api", "http://127.0.0.1:9", "--key", "k"], "no service answers at http://127.0.0.1:9"),
        (["--api", "nowhere", "--key", "k"], "no service answers at nowhere"),
        (["--key", "k", "--variable", "=3"], '"=3" is no variable: write NAME=VALUE'),
        ([], "no key: give --key or set AICC_API_KEY"),
    ],
)
def test_mistakes(aicc, monkeypatch, arguments, told):
    monkeypatch.delenv("AICC_API_KEY", raising=False)
    said = aicc("call", "0212345678", "--scenario", "s", *arguments)
    assert told in said.stderr
    assert "Traceback" not in said.stderr
    assert said.exit_code == 1
