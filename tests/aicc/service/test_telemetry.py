"""Telemetry by setting, against a collector as a site has one: OTLP over gRPC on loopback."""

import concurrent.futures
import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from aicc.service.telemetry import EXPORT_LIMIT_S, open_telemetry
from voicebot.events import CallEnded, CallStarted, Latency, Logged
from voicebot.log import new_call_id

EVENTS = [
    (0, CallStarted("in", "sip", "010", "1588", "nuri")),
    (3_250, Latency(1, 300, 20, 110, 50, 480)),
    (9_000, CallEnded("caller", "hung_up", 9_000)),
]


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        self.got = threading.Event()

    def Export(self, request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            self.services |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans
        self.got.set()
        return trace_service_pb2.ExportTraceServiceResponse()


@contextlib.contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    collector = Collector()
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        server.stop(0).wait()


def test_a_call_arrives_at_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    call_id = new_call_id()
    with collecting() as (collector, endpoint):
        telemetry = open_telemetry(endpoint)
        assert telemetry
        for seq, (at_ms, event) in enumerate(EVENTS):
            telemetry.heard(Logged(call_id, seq, at_ms, event))
        telemetry.close()
        assert collector.got.is_set()
    assert sorted(span.name for span in collector.spans) == ["call", "endpoint", "mind", "stt", "tts", "turn"]
    assert {span.trace_id.hex() for span in collector.spans} == {call_id.replace("-", "")}
    assert collector.services == {"aicc"}


@pytest.mark.slow
def test_a_collector_that_is_away_keeps_nobody_waiting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        telemetry = open_telemetry(f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert telemetry
        slowest_s = 0.0
        for _ in range(200):
            call_id = new_call_id()
            for seq, (at_ms, event) in enumerate(EVENTS):
                began_s = time.perf_counter()
                telemetry.heard(Logged(call_id, seq, at_ms, event))
                slowest_s = max(slowest_s, time.perf_counter() - began_s)
        assert slowest_s < EXPORT_LIMIT_S / 2, "whoever waits for the collector waits as long as its limit"
        began_s = time.perf_counter()
        telemetry.close(limit_s=0.5)
        assert time.perf_counter() - began_s < 1.5


def test_without_the_setting_nothing_is_loaded() -> None:
    assert open_telemetry(None) is None
    program = (
        "import sys; from aicc.service.telemetry import open_telemetry; assert open_telemetry(None) is None; "
        "sys.exit(any(name.partition('.')[0] in ('opentelemetry', 'grpc') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
