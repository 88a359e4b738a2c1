"""One file by HTTP: resumed where it broke off, retried, and not there before it is whole and verified.

Resuming follows RFC 9110, sections 13.1.5 (If-Range), 14.2 (Range) and 15.5.17 (416): a partial file is kept with the
validator the server gave for it, and thrown away when server or content no longer agree with it.
"""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from aicc.errors import AiccError
from aicc.models import disk

log = logging.getLogger(__name__)

PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[int, int | None], None]
"""Called with the bytes of the file that are here and the bytes it will have, None where nobody knows."""


class DownloadFailed(AiccError):
    """A file could not be had; the message says why and what to do, in a closed network too."""


class WrongContent(DownloadFailed):
    """A file is not what the registry says it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is and, as far as is known, what it is."""

    address: str
    size_bytes: int | None = None
    sha256: str | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc


@dataclass(frozen=True, slots=True)
class Patience:
    """How often in a row nothing at all may arrive, and the first wait in between; it doubles each time, up to 30 s."""

    fruitless_tries: int = 4
    wait_s: float = 1.0


class _Interrupted(Exception):
    """Worth another try. ``received_bytes`` arrived before it happened."""

    def __init__(self, error: Exception, received_bytes: int) -> None:
        super().__init__(str(error) or type(error).__name__)
        self.received_bytes = received_bytes
        self.is_unreachable = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)


def verify(path: Path, size_bytes: int | None, sha256: str | None) -> str:
    """The file's SHA-256; raises :class:`WrongContent` if size or sum is not what it should be."""
    size = path.stat().st_size
    if size_bytes is not None and size != size_bytes:
        raise WrongContent(f"{path.name} has {size:,} bytes, not {size_bytes:,}: the copy is damaged, get it again")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 is not None and found != sha256:
        raise WrongContent(
            f"{path.name} has the wrong checksum (sha256 {found[:12]}..., expected {sha256[:12]}...): "
            "the copy is damaged or not the published one, get it again from another place"
        )
    return found


class Download:
    """One file on its way to ``path``, which exists only once it is whole and verified."""

    def __init__(
        self, client: httpx.Client, source: Source, path: Path, patience: Patience, progress: Progress
    ) -> None:
        self._client, self._source, self._path = client, source, path
        self._patience, self._progress = patience, progress
        self._part = path.with_name(f"{path.name}.part")
        self._note = path.with_name(f"{path.name}.part.json")
        self._total_bytes = source.size_bytes
        self._fruitless = 0

    def run(self) -> str:
        """The file's SHA-256; raises :class:`DownloadFailed`, keeping what has come so far for the next time."""
        if self._path.exists():  # an earlier pull finished this file and was interrupted at the next
            try:
                return verify(self._path, self._source.size_bytes, self._source.sha256)
            except WrongContent:
                self._path.unlink()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        resumed = self._size() > 0
        self._fetch()
        try:
            sha256 = self._verified()
        except WrongContent:
            if not resumed:
                raise
            log.warning("%s: the halves do not fit, starting again", self._path.name)
            self._fetch()
            sha256 = self._verified()
        self._part.replace(self._path)
        self._note.unlink(missing_ok=True)
        return sha256

    def _verified(self) -> str:
        try:
            return verify(self._part, self._source.size_bytes, self._source.sha256)
        except WrongContent as wrong:
            self._forget()
            raise WrongContent(str(wrong).replace(self._part.name, self._path.name, 1)) from None

    def _fetch(self) -> None:
        retrying = Retrying(
            retry=retry_if_exception_type(_Interrupted),
            stop=self._has_lost_patience,
            wait=wait_exponential(self._patience.wait_s, max=30),
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            retrying(self._attempt)
        except _Interrupted as failure:
            raise DownloadFailed(self._explain(failure)) from None

    def _tell(self, state: RetryCallState) -> None:
        log.info("%s: %s, trying again", self._path.name, state.outcome and state.outcome.exception())

    def _has_lost_patience(self, state: RetryCallState) -> bool:
        failure = state.outcome.exception() if state.outcome else None
        self._fruitless = 0 if isinstance(failure, _Interrupted) and failure.received_bytes else self._fruitless + 1
        return self._fruitless >= self._patience.fruitless_tries

    def _attempt(self) -> None:
        """One request; returns when the whole of the file has come."""
        size = self._size()
        if size and size == self._total_bytes:
            return
        headers = {"Accept-Encoding": "identity"} | self._resume_from(size)
        received = 0
        try:
            with self._client.stream("GET", self._source.address, headers=headers) as response:
                match response.status_code:
                    case 206 if self._continues(response, size):
                        mode = "ab"
                    case 200:
                        mode, size = "wb", 0
                    case 416 if response.headers.get("Content-Range") == f"bytes */{size}":
                        return  # we have it all, and did not know how long it is
                    case 206 | 416:
                        # the file has changed, or what we have is longer than what there is
                        self._forget()
                        raise _Interrupted(RuntimeError(f"cannot resume ({response.status_code})"), 0)
                    case status if status in PASSING_STATUS:
                        raise _Interrupted(RuntimeError(f"{self._source.host} answers {status}"), 0)
                    case status:
                        raise DownloadFailed(self._refused(status))
                self._remember(response, size)
                with disk.explained(self._path.parent), self._part.open(mode) as part:
                    for chunk in response.iter_bytes():
                        part.write(chunk)
                        received += len(chunk)
                        self._progress(size + received, self._total_bytes)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _Interrupted(error, received) from None
        except (httpx.InvalidURL, httpx.TooManyRedirects, httpx.UnsupportedProtocol) as error:
            raise DownloadFailed(f"cannot use the address {self._source.address}: {error}: check models_url") from None
        if self._total_bytes is not None and size + received < self._total_bytes:
            raise _Interrupted(RuntimeError("the server ended early"), received)

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _resume_from(self, size: int) -> dict[str, str]:
        """The headers that ask for the rest; none where the partial file is of another address or cannot be trusted."""
        if not size:
            return {}
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            note = {}
        is_too_long = self._total_bytes is not None and size > self._total_bytes
        if not isinstance(note, dict) or note.get("address") != self._source.address or is_too_long:
            self._forget()
            return {}
        validator = note.get("validator")
        return {"Range": f"bytes={size}-"} | ({"If-Range": validator} if validator else {})

    def _continues(self, response: httpx.Response, size: int) -> bool:
        """Whether a 206 is the rest of what we have: some servers send a range of a changed file all the same."""
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
        if not match or int(match[1]) != size:
            return False
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        total = None if match[2] == "*" else int(match[2])
        known = note.get("total_bytes")
        has_same_length = total is None or known is None or total == known
        return has_same_length and bool(_validator(response) == note.get("validator"))

    def _remember(self, response: httpx.Response, size: int) -> None:
        length = response.headers.get("Content-Length")
        is_plain = length and length.isdigit() and "Content-Encoding" not in response.headers
        total = size + int(length) if is_plain else None
        self._total_bytes = self._source.size_bytes or total
        if self._source.size_bytes is not None and total is not None and total != self._source.size_bytes:
            self._forget()
            raise WrongContent(
                f"{self._source.host} offers {total:,} bytes for {self._path.name}, the registry says "
                f"{self._source.size_bytes:,}: check models_url and the registry"
            )
        if total is not None:
            disk.require(total - size, self._path.parent)
        note = {"address": self._source.address, "validator": _validator(response), "total_bytes": total}
        with disk.explained(self._path.parent):
            self._note.write_text(json.dumps(note), encoding="utf-8")

    def _forget(self) -> None:
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _refused(self, status: int) -> str:
        way_out = {
            401: "it wants a password: use a mirror without one (models_url)",
            403: "it is not open to everybody: check the publisher's terms, or use a mirror (models_url)",
            404: "the file is not there any more: check models_url, or ask for a newer registry",
            407: "the proxy wants a password: put it into HTTPS_PROXY",
        }.get(status, "check the address and models_url")
        return f"{self._source.host} answers {status} for {self._source.address}: {way_out}"

    def _explain(self, failure: _Interrupted) -> str:
        if failure.is_unreachable:
            return (
                f"cannot reach {self._source.host} ({failure}): in a closed network copy the model's folder from "
                'another machine and run "aicc models import DIR", or name a mirror at models_url: in aicc.yaml'
            )
        here = disk.size(self._size())
        return f"{self._path.name} broke off at {here} ({failure}): run the same command again, it continues there"


def _validator(response: httpx.Response) -> str | None:
    """What tells this version of the file from another: a strong ETag, else the date."""
    tag: str | None = response.headers.get("ETag")
    date: str | None = response.headers.get("Last-Modified")
    return tag if tag and not tag.startswith("W/") else date
