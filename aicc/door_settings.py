"""What an installation chooses for the doors its callers come through: the blocks ``sip``, ``rtp``, ``web`` and
``audiosocket`` of ``aicc.yaml``."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sipmessage import URI

LARGEST_PORT = 65_535
_SIP_USER = re.compile(r"[A-Za-z0-9._~*+!'-]+")  # of RFC 3261, section 25.1, what people write
_RTP_PORTS = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


def listener(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= LARGEST_PORT):
        raise PydanticCustomError("form", "write HOST:PORT, such as 127.0.0.1:8080 or 0.0.0.0:8080")
    return value


def variable(value: str | None) -> str | None:
    # the value may be the key itself: it is not repeated
    if value is not None and not re.fullmatch(r"[A-Z][A-Z0-9_]*", value):
        raise PydanticCustomError("form", "write the name of an environment variable that holds the key")
    return value


def host_and_port(value: str) -> tuple[str, int]:
    """Of a :data:`Listener`; an IPv6 address without its brackets."""
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise PydanticCustomError("form", "write an address or a network, such as 10.1.2.3 or 10.1.0.0/16") from None


def _sip_address(value: str) -> str:
    try:
        URI.parse(value)
    except ValueError:
        raise PydanticCustomError("form", "write a SIP address such as sip:1588@pbx.example") from None
    return value


def _sip_server(value: str) -> str:
    try:
        if URI.parse(value).scheme in ("sip", "sips"):  # a tel: is no place
            return value
    except ValueError:
        pass
    raise PydanticCustomError("form", "write where it is, such as sip:pbx.example or sip:10.20.0.2;transport=tcp")


def _sip_user(value: str) -> str:
    if not _SIP_USER.fullmatch(value):
        raise PydanticCustomError("form", "write what stands before the @ of a SIP address, such as 7000")
    return value


def _ports(value: object) -> object:
    if isinstance(value, str) and (found := _RTP_PORTS.fullmatch(value.replace(" ", ""))):
        first, last = int(found[1]), int(found[2])
        if first >= 1_024 and first + 1 < last <= LARGEST_PORT:
            return first, last
    if isinstance(value, tuple | list):  # as it was dumped
        return tuple(value)
    raise PydanticCustomError("form", "write FIRST-LAST, such as 20000-29999: two ports a call, from 1024 on")


def _number(value: object) -> object:
    """The environment knows text only."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _host(value: str | None) -> str | None:
    try:
        return value if value is None else str(ipaddress.ip_address(value))
    except ValueError:
        raise PydanticCustomError("form", "write the IP address by which others reach this machine") from None


Listener = Annotated[str, AfterValidator(listener)]
Variable = Annotated[str | None, AfterValidator(variable)]
Network = Annotated[str, AfterValidator(_network)]
SipAddress = Annotated[str, AfterValidator(_sip_address)]
SipServer = Annotated[str, AfterValidator(_sip_server)]
SipUser = Annotated[str, AfterValidator(_sip_user)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def beside_the_file(path: Path | None, info: ValidationInfo) -> Path | None:
    folder = info.context if isinstance(info.context, Path) else Path.cwd()
    return path and (folder / path.expanduser()).resolve()


class SipTls(_Block):
    """SIP over TLS: where it listens, with which certificate (PEM, its chain behind it) and key."""

    listen: Listener
    certificate: Annotated[Path, AfterValidator(beside_the_file)]
    key: Annotated[Path, AfterValidator(beside_the_file)]


class Registration(_Block):
    """A PBX at which this service is registered as ``user``, so that it rings here for that user."""

    registrar: SipServer
    user: SipUser
    password_from: Variable = None
    expires_seconds: int = Field(default=300, ge=30, le=86_400)


class Outbound(_Block):
    """How calls are placed: through which proxy, as whom. ``password_from`` for a proxy that asks who is there."""

    proxy: SipServer
    caller: str = ""
    user: str = ""
    password_from: Variable = None
    ring_seconds: int = Field(default=60, ge=5, le=180)


class Sip(_Block):
    """Telephones; nothing listens while ``listen`` is None. ``users`` are names and the variables of their passwords,
    ``digest`` is how those are asked for, the best first.

    Callers who find no room are sent to ``overflow`` (302), or refused by ``when_full``. ``handoff`` is where those are
    sent who want a person: by skill, ``default`` for all others. ``headers`` are own headers of the far side and the
    variables that a scenario knows them by.
    """

    listen: Listener | None = None
    tls: SipTls | None = None
    address: Annotated[str | None, AfterValidator(_host)] = None
    trunks: tuple[Network, ...] = ()
    users: dict[str, Variable] = {}
    realm: str = "aicc"
    digest: Annotated[tuple[Literal["SHA-512-256", "SHA-256", "MD5"], ...], Field(min_length=1)] = ("SHA-256", "MD5")
    registrations: tuple[Registration, ...] = ()
    outbound: Outbound | None = None
    overflow: SipAddress | None = None
    when_full: Annotated[Literal[486, 503], BeforeValidator(_number)] = 503
    handoff: dict[str, SipAddress] = {}
    headers: dict[str, str] = {}
    session_seconds: int = Field(default=1_800, ge=90, le=86_400)


class Rtp(_Block):
    """The sound of telephones: ``ports`` first and last, codecs by preference, how long a wire may be silent."""

    ports: Annotated[tuple[int, int], BeforeValidator(_ports)] = (20_000, 29_999)
    codecs: Annotated[tuple[Literal["opus", "PCMU", "PCMA"], ...], Field(min_length=1)] = ("opus", "PCMU", "PCMA")
    srtp: Literal["off", "optional", "required"] = "optional"
    lost_seconds: int = Field(default=60, ge=5, le=3_600)


class IceServer(_Block):
    """A STUN or TURN server. ``secret_from``: coturn's shared secret, of which short-lived passwords are made."""

    url: str
    user: str = ""
    password_from: Variable = None
    secret_from: Variable = None

    @field_validator("url")
    @classmethod
    def _an_ice_address(cls, value: str) -> str:
        if not re.fullmatch(r"(stun|turns?):[^\s?]+(\?transport=(udp|tcp))?", value):
            raise PydanticCustomError("form", "write turn:HOST:PORT, turns:HOST:PORT or stun:HOST:PORT")
        return value


class Web(_Block):
    """Callers from web pages. ``origins`` are the company's own sites that may show the call button; ``proxies`` those
    before the service who say truly whom they forward."""

    enabled: bool = True
    origins: tuple[str, ...] = ()
    ice: tuple[IceServer, ...] = ()
    proxies: tuple[Network, ...] = ()
    calls_a_minute: int = Field(default=10, ge=1, le=10_000)

    @field_validator("origins")
    @classmethod
    def _sites(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", origin):
                raise PydanticCustomError(
                    "form", "write sites such as https://www.example.com, nothing behind the name"
                )
        return origins


class AudioSocket(_Block):
    """Asterisk's AudioSocket: nothing listens while ``listen`` is None; ``networks`` may connect, beside loopback."""

    listen: Listener | None = None
    networks: tuple[Network, ...] = ()
