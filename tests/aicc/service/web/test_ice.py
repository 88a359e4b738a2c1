"""The passwords of TURN: by hand, and as a real coturn wants them."""

from __future__ import annotations

import asyncio
import shutil
import time

import pytest
from aioice.turn import create_turn_endpoint

from aicc.door_settings import IceServer
from aicc.service.web.ice import PASSWORD_S, IceKeyMissing, check_ice, ice_servers
from tests.servers.coturn import Coturn
from voicebot.doors.webrtc.ice_server import IceServer as Server

TURN = "turn:turn.example:3478"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURN_SECRET", "north")
    monkeypatch.setenv("TURN_PASSWORD", "south")


def test_servers_are_told_in_their_order() -> None:
    stun = IceServer(url="stun:stun.example:3478")
    fixed = IceServer(url=TURN, user="aicc", password_from="TURN_PASSWORD")
    assert ice_servers([stun, fixed]) == [Server("stun:stun.example:3478"), Server(TURN, "aicc", "south")]
    assert "south" not in repr(ice_servers([fixed]))


def test_a_password_of_a_shared_secret() -> None:
    """``printf 1433899518:ninefingers | openssl dgst -sha1 -hmac north -binary | base64``"""
    chosen = IceServer(url=TURN, user="ninefingers", secret_from="TURN_SECRET")
    [server] = ice_servers([chosen], lambda: 1_433_899_518.9 - PASSWORD_S)
    assert server == Server(TURN, "1433899518:ninefingers", "so98lvk3az2K5eI2nl5w7Cj1S2g=")


def test_without_a_user_the_time_is_all() -> None:
    """``printf 1433899518 | openssl dgst -sha1 -hmac north -binary | base64``"""
    [server] = ice_servers([IceServer(url=TURN, secret_from="TURN_SECRET")], lambda: 1_433_899_518.0 - PASSWORD_S)
    assert server == Server(TURN, "1433899518", "Bc7vu8UPh4yuoPNnI2t7LF9z8BE=")


def test_a_key_that_is_not_set_is_told_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [IceServer(url="stun:stun.example"), IceServer(url=TURN, secret_from="TURN_SECRET")]
    check_ice(chosen)
    monkeypatch.delenv("TURN_SECRET")
    with pytest.raises(IceKeyMissing, match="TURN_SECRET holds, which is not set"):
        check_ice(chosen)
    with pytest.raises(IceKeyMissing, match="NOWHERE"):
        check_ice([IceServer(url=TURN, user="aicc", password_from="NOWHERE")])


@pytest.mark.skipif(shutil.which("turnserver") is None, reason="coturn is not installed: apt-get install coturn")
@pytest.mark.parametrize("seconds, is_let_in", [(0, True), (-2 * PASSWORD_S, False)])
def test_coturn_takes_them_for_an_hour(tmp_path_factory: pytest.TempPathFactory, seconds: int, is_let_in: bool) -> None:
    async def relayed(server: Server, port: int) -> bool:
        try:
            transport, _ = await create_turn_endpoint(
                asyncio.DatagramProtocol,
                server_addr=("127.0.0.1", port),
                username=server.username,
                password=server.credential,
            )
        except Exception as error:
            assert "401" in str(error)
            return False
        transport.close()
        return True

    turn = Coturn.make(tmp_path_factory.mktemp("coturn"), "use-auth-secret", "static-auth-secret=north")
    turn.start()
    try:
        chosen = IceServer(url=turn.turn, user="page", secret_from="TURN_SECRET")
        [server] = ice_servers([chosen], lambda: time.time() + seconds)
        assert asyncio.run(relayed(server, turn.port)) is is_let_in
    finally:
        turn.stop()
