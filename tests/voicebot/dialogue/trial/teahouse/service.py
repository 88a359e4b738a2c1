"""The tea house's bookings: a sample service in one file, that keeps the protocol of samples and nothing more."""

import json
import time
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from urllib.parse import parse_qs, urlsplit

TODAY = date.today()


class Bookings(BaseHTTPRequestHandler):
    today = TODAY

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        match query.get("X-Misbehave", [""])[0].split("="):
            case ["500"]:
                return self._answer(500, {})
            case ["slow", ms]:
                time.sleep(int(ms) / 1000)
        if path == "/bookings/1234":
            return self._answer(200, {"day": (Bookings.today + timedelta(days=1)).isoformat(), "seats": 2})
        self._answer(404, {})

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if url.path == "/reset":
            now = parse_qs(url.query).get("now", [TODAY.isoformat()])[0]
            Bookings.today = date.fromisoformat(now[:10])
        self._answer(200, {"got": len(body)})

    def _answer(self, status: int, data: dict) -> None:
        content = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


ThreadingTCPServer.daemon_threads = True
server = ThreadingTCPServer(("127.0.0.1", 0), Bookings)
print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
