import asyncio
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from voicebot.dialogue.scenario.flow import Service
from voicebot.dialogue.trial.case import Trouble
from voicebot.dialogue.trial.watched import ResetFailed, WatchedServices

SERVICES = {"주문": Service(url="http://127.0.0.1:9", timeout_ms=2000, reset="/reset")}


@pytest.fixture
def sample():
    """The address of a server that keeps what it is asked and answers each path of ``statuses`` with that status."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            asked.append((self.command, url.path, parse_qs(url.query)))
            self.send_response(statuses.get(url.path, 200))
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET

        def log_message(self, *arguments):
            pass

    asked, statuses = [], {}
    with ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        server.asked, server.statuses = asked, statuses
        server.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def use(services, addresses, *steps):
    async def run():
        watched = WatchedServices(services, addresses)
        try:
            for step in steps:
                await step(watched)
        finally:
            await watched.close()
        return watched

    return asyncio.run(run())


def call(*arguments, **named):
    return lambda watched: watched.call("주문", *arguments, **named)


async def reset(watched):
    await watched.reset(datetime(2026, 11, 25, 14))


def test_what_was_asked_is_kept(sample):
    watched = use(
        SERVICES, {"주문": sample.address}, call("GET", "/a", query={"b": 1}), call("POST", "/c", body={"d": 2})
    )
    assert [str(called) for called in watched.called] == ["GET /a?b=1 200", "POST /c 200"]
    assert watched.called[1].body == {"d": 2}


def test_a_service_fails_on_command_until_it_is_well(sample):
    async def trouble(watched):
        watched.trouble({"주문": Trouble(misbehave="slow")})

    async def cure(watched):
        watched.trouble({"주문": Trouble(misbehave="none")})

    watched = use(
        SERVICES, {"주문": sample.address}, trouble, call("GET", "/a", query={"b": 1}), cure, call("GET", "/c")
    )
    assert sample.asked[0][2] == {"b": ["1"], "X-Misbehave": ["slow=3000"]}
    assert sample.asked[1][2] == {}
    assert str(watched.called[0]) == "GET /a?b=1 200"


def test_a_reset_tells_the_time_and_forgets(sample):
    async def trouble(watched):
        watched.trouble({"주문": Trouble(misbehave="500")})

    watched = use(SERVICES, {"주문": sample.address}, trouble, call("GET", "/a"), reset, call("GET", "/b"))
    assert sample.asked[1] == ("POST", "/reset", {"now": ["2026-11-25T14:00:00"]})
    assert sample.asked[2] == ("GET", "/b", {})
    assert [called.path for called in watched.called] == ["/b"]


def test_only_samples_of_ours_are_reset(sample):
    """A company's real order service is not put back to what it was."""
    elsewhere = {"주문": SERVICES["주문"].model_copy(update={"url": sample.address})}
    use(elsewhere, {}, reset)
    assert sample.asked == []


def test_a_reset_that_fails(sample):
    sample.statuses["/reset"] = 404
    with pytest.raises(ResetFailed, match='"주문" could not be reset: POST /reset: 404: check `reset`'):
        use(SERVICES, {"주문": sample.address}, reset)
    with pytest.raises(ResetFailed, match="unreachable"):
        use(SERVICES, {"주문": "http://127.0.0.1:9"}, reset)
