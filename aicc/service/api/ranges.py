"""Which part of a file a client asks for: the Range header (RFC 9110, 14.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes ``start`` to ``end``, both included."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start + 1


class Unsatisfiable(ValueError):
    """No byte of the range exists."""


def asked_part(header: str | None, size_bytes: int) -> Part | None:
    """The part of a file of ``size_bytes`` that ``header`` asks for; None: all of it.

    What is no single byte range is answered with everything, as the RFC allows: other units, several ranges, nonsense.
    Raises :class:`Unsatisfiable`.
    """
    match = re.fullmatch(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", header or "", re.IGNORECASE | re.ASCII)
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":  # the last so many bytes
        count = int(match[2])
        if count == 0 or size_bytes == 0:
            raise Unsatisfiable
        return Part(max(0, size_bytes - count), size_bytes - 1)
    start = int(match[1])
    end = min(int(match[2]), size_bytes - 1) if match[2] else size_bytes - 1
    if match[2] and int(match[2]) < start:
        return None  # invalid, therefore ignored
    if start >= size_bytes:
        raise Unsatisfiable
    return Part(start, end)
