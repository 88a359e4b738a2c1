"""The service as a process: how it starts, what it keeps, how it fails and stops."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from scenarios.nuri import order_service
from scenarios.nuri.order_service.running import ROOT
from voicebot.dialogue.scenario.scenario_file import load_scenario

COMMAND = [sys.executable, "-m", "scenarios.nuri.order_service"]


def started(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_it_prints_one_line_answers_at_once_and_stops_on_sigterm() -> None:
    process = started("--sample")
    assert process.stdout and process.stderr
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:")
    assert httpx.get(f"{url}/health", trust_env=False).json() == {"status": "ok"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) in (0, -signal.SIGTERM)
    assert (process.stdout.read(), process.stderr.read()) == ("", "")
    process.stdout.close()
    process.stderr.close()


def test_it_ends_when_whoever_started_it_is_gone() -> None:
    scenario = load_scenario(ROOT / "scenarios" / "nuri").scenario
    [service] = scenario.services.values()
    assert service.start
    process = subprocess.Popen(
        [sys.executable, *service.start[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin and process.stdout
    try:
        url = process.stdout.readline().strip()
        process.stdin.write("it goes on, whatever comes\n")
        process.stdin.flush()
        assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
        process.stdin.close()  # as the system does it for a process that was killed
        assert process.wait(timeout=10) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.stdout.close()


def test_without_sample_there_are_no_orders_no_reset_and_no_trouble() -> None:
    process = started()
    assert process.stdout and process.stderr
    try:
        url = process.stdout.readline().strip()
        with httpx.Client(base_url=url, trust_env=False) as service:
            assert service.get("/orders/20261122").status_code == 404
            assert service.post("/reset").json()["error"]["code"] == "no_such_path"
            assert service.get("/health", headers={"X-Misbehave": "500"}).status_code == 200
            assert service.get("/orders/99999902").status_code == 404
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_a_database_file_outlives_the_process(tmp_path: Path) -> None:
    database = tmp_path / "orders.db"
    with order_service.running(database=database) as url:
        assert httpx.post(f"{url}/orders/20263015/cancel", trust_env=False).status_code == 200
    with order_service.running(database=database) as url:
        assert httpx.get(f"{url}/orders/20263015", trust_env=False).json()["status"] == "취소완료"
        httpx.post(f"{url}/reset", trust_env=False)
        assert httpx.get(f"{url}/orders/20263015", trust_env=False).json()["status"] == "결제완료"


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(order_service.OrderServiceFailed, match=f"cannot listen on 127.0.0.1:{port}.*--port"),
            order_service.running(port),
        ):
            pass


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "orders.db"
    wrong.write_text("no database " * 100)
    process = started("--database", os.fspath(wrong))
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 1 and output == ""
    assert "cannot use the database" in errors and "Traceback" not in errors
