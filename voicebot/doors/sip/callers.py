"""Who calls, whom, and what the network says of the call: read from the headers of an INVITE."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from sipmessage import URI, Address

from voicebot.doors.sip import grammar
from voicebot.doors.sip.message import Request

LONGEST_NUMBER = 64
LONGEST_NAME = 128
LONGEST_VARIABLE = 512

VISUAL_SEPARATORS = re.compile(r"[-.() ]")
DIALLED = re.compile(r"\+?[0-9*#]+")
NAMELESS = frozenset({"anonymous", "unknown", "restricted", "unavailable"})
PRIVATE = frozenset({"id", "user", "full", "header"})  # RFC 3323 section 4.2, RFC 3325 section 9.3


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """``number`` and ``name`` are empty where the caller is anonymous or wants to be.

    ``called`` is the number that rang here, ``diversion`` the one that the caller dialled at first where the call was
    diverted. A number keeps its ``+`` and loses its separators; a user that is no number stays as it is.
    ``is_asserted`` says that a trusted network vouches for ``number`` (RFC 3325).
    """

    number: str
    name: str = ""
    called: str = ""
    diversion: str = ""
    is_asserted: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


def read_caller(
    request: Request,
    *,
    is_trusted: bool,
    variables: Mapping[str, str] | None = None,
    own_users: frozenset[str] = frozenset(),
) -> CallerInfo:
    """Reads an INVITE; what cannot be read is empty.

    ``is_trusted`` says whether to believe P-Asserted-Identity, Diversion and History-Info. ``variables`` maps names of
    headers to those of call variables. ``own_users`` are the users under which this side is registered: a registrar
    puts them in place of the number that was called, which is then in To.
    """
    sender, receiver = addresses(request, "From"), addresses(request, "To")
    asserted = addresses(request, "P-Asserted-Identity") if is_trusted else []
    best = next((address for address in asserted if number_of(address.uri)), None)
    number = number_of(best.uri) if best else first_number(sender)
    name = next((name for address in ([best] if best else []) + sender if (name := name_of(address))), "")
    if not number or wants_privacy(request):
        number = name = ""
    called = number_of(request.uri)
    if not called or called in own_users:
        called = first_number(receiver) or called
    return CallerInfo(
        number=number,
        name=name,
        called=called,
        diversion=diversion_of(request) if is_trusted else "",
        is_asserted=best is not None and bool(number),
        variables=read_variables(request, variables or {}),
    )


def addresses(request: Request, header: str) -> list[Address]:
    """Those of all lines of a header, without the lines that cannot be read."""
    found: list[Address] = []
    for value in request.headers.getlist(header):
        try:
            found += grammar.read_addresses(value)
        except ValueError:
            continue
    return found


def number_of(uri: URI) -> str:
    """The number or the user of an address; empty for an anonymous one."""
    if uri.scheme not in ("sip", "sips", "tel"):
        return ""
    user = clean((uri.user or "").partition(";")[0], LONGEST_NUMBER)
    if user.lower() in NAMELESS or uri.host.lower() == "anonymous.invalid":
        return ""
    plain = VISUAL_SEPARATORS.sub("", user)
    return plain if DIALLED.fullmatch(plain) else user


def first_number(found: list[Address]) -> str:
    return number_of(found[0].uri) if found else ""


def name_of(address: Address) -> str:
    name = clean(address.name, LONGEST_NAME)
    return "" if name.lower() in NAMELESS else name


def wants_privacy(request: Request) -> bool:
    asked = ";".join(request.headers.getlist("Privacy")).lower()
    return not PRIVATE.isdisjoint(value.strip() for value in re.split("[;,]", asked))


def diversion_of(request: Request) -> str:
    """The first called number: the last Diversion (RFC 5806), else the first History-Info (RFC 7044)."""
    diversions = addresses(request, "Diversion")
    if diversions:
        return number_of(diversions[-1].uri)
    history = addresses(request, "History-Info")
    return first_number(history) if len(history) > 1 else ""


def read_variables(request: Request, variables: Mapping[str, str]) -> dict[str, str]:
    """Those whose header is there; several lines of one header are joined by a comma."""
    return {
        variable: clean(", ".join(values), LONGEST_VARIABLE)
        for header, variable in variables.items()
        if (values := request.headers.getlist(header))
    }


def clean(text: str, longest: int) -> str:
    """One line of readable characters in NFC, at most ``longest`` of them."""
    kept = text[: 4 * longest]
    readable = "".join(" " if unicodedata.category(mark) in ("Cc", "Cs", "Zl", "Zp") else mark for mark in kept)
    return unicodedata.normalize("NFC", " ".join(readable.split()))[:longest]
