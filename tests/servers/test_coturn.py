"""The server is what tests trust: it relays for who has the password, and for nobody else."""

import asyncio

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint

from tests.servers.coturn import PASSWORD, USER, Coturn, coturn  # noqa: F401 - a fixture


async def allocated(server: Coturn, password: str) -> tuple[str, int]:
    address = ("127.0.0.1", server.port)
    transport, _ = await create_turn_endpoint(asyncio.DatagramProtocol, address, USER, password)
    relayed: tuple[str, int] = transport.get_extra_info("sockname")
    transport.close()
    return relayed


def test_who_has_the_password_is_relayed(coturn: Coturn) -> None:  # noqa: F811
    host, port = asyncio.run(allocated(coturn, PASSWORD))
    assert host == "127.0.0.1"
    assert port != coturn.port


def test_who_has_not_is_refused(coturn: Coturn) -> None:  # noqa: F811
    with pytest.raises(TransactionFailed, match="401"):
        asyncio.run(allocated(coturn, "wrong"))
