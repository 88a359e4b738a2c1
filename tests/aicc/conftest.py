"""A folder of its own for every test, and a real HTTP server on loopback that can be as bad as the internet."""

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result


@dataclass
class FileServer:
    """Serves ``files`` by path. Each entry of ``cuts`` ends one response after so many bytes of its body;
    each of ``statuses`` answers one request with that status instead. After a cut a server that ``falls_silent`` is
    down, which is 503, until ``is_down`` is taken back."""

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    heeds_if_range: bool = True
    tells_lengths: bool = True
    falls_silent: bool = False
    is_down: bool = False
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""

    def etag(self, path: str) -> str:
        return f'"{hashlib.md5(self.files[path]).hexdigest()}"'

    @property
    def ranges(self) -> list[str | None]:
        return [asked for _, asked in self.requests]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    serves: FileServer

    def do_GET(self) -> None:
        serves, path, asked = self.serves, self.path.lstrip("/"), self.headers.get("Range")
        serves.requests.append((path, asked))
        self.close_connection = True
        if serves.is_down:
            return self._plain(503)
        if serves.statuses:
            return self._plain(serves.statuses.pop(0))
        if path not in serves.files:
            return self._plain(404)
        body, start = serves.files[path], 0
        condition = self.headers.get("If-Range")
        still_the_same = condition in (None, serves.etag(path)) or not serves.heeds_if_range
        if asked and serves.knows_ranges and still_the_same:
            match = re.fullmatch(r"bytes=(\d+)-", asked)
            start = int(match[1]) if match else 0
            if start >= len(body):
                return self._plain(416, {"Content-Range": f"bytes */{len(body)}"})
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        self.send_header("ETag", serves.etag(path))
        if serves.tells_lengths:
            self.send_header("Content-Length", str(len(body) - start))
        self.send_header("Connection", "close")
        self.end_headers()
        rest = body[start:]
        if serves.cuts:
            rest, serves.is_down = rest[: serves.cuts.pop(0)], serves.falls_silent
        self.wfile.write(rest)

    def _plain(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[FileServer]:
    served = FileServer()
    handler = type("Handler", (_Handler,), {"serves": served})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.address = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of an installation that nobody has configured, with no proxy in the way."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("AICC_CONFIG", "AICC_MODELS_URL", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return folder


Aicc = Callable[..., Result]


@pytest.fixture
def aicc() -> Aicc:
    """The command, run in this process."""
    from aicc.command import app

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


WHISPER_FILES = {"model.bin": b"weights" * 40_000, "config.json": b"{}", "tokenizer.json": b'{"a": 1}'}


def entry(
    name: str, address: str, files: dict[str, bytes], engine: str = "whisper", known: bool = True
) -> dict[str, Any]:
    """A model of a registry; ``known``: with sizes and checksums."""
    return {
        "name": name,
        "purpose": "시험 (for tests)",
        "engine": engine,
        "licence": "MIT",
        "address": address,
        "files": [
            {"path": path, "unpack": path.endswith((".zip", ".bz2", ".gz"))}
            | ({"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} if known else {})
            for path, data in files.items()
        ],
    }


@pytest.fixture
def registered(site: Path, server: FileServer) -> Callable[..., None]:
    """Puts a model on the server and into the site's registry, and ``aicc.yaml`` in the site that names it."""
    entries: list[dict[str, Any]] = []

    def add(name: str, files: dict[str, bytes] = WHISPER_FILES, engine: str = "whisper", known: bool = True) -> None:
        server.files |= {f"{name}/{path}": data for path, data in files.items()}
        entries.append(entry(name, f"{server.address}/{name}", files, engine, known))
        (site / "registry.yaml").write_text(yaml.safe_dump({"models": entries}, allow_unicode=True))
        (site / "aicc.yaml").write_text("registry: registry.yaml\n")

    return add
