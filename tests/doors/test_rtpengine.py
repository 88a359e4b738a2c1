"""A real telephone, Kamailio and rtpengine, with the configuration of the documentation: sound passes both ways."""

import re

import numpy as np
import pytest

from tests.doors.service import until
from tests.servers.baresip import free_port
from tests.servers.kamailio import kamailio  # noqa: F401 - a fixture
from tests.servers.rtpengine import rtpengine  # noqa: F401 - a fixture
from voicebot.events import BotFinished, Dtmf

pytestmark = pytest.mark.slow


@pytest.fixture
def proxy(talking, kamailio, rtpengine):  # noqa: F811
    return kamailio(
        host="127.0.0.4",
        port=free_port(),
        services=[f"sip:127.0.0.1:{talking.service.port}"],
        gateways=["sip:127.0.0.1:9"],
        definitions=[f'RTPENGINE="{rtpengine.control}"'],
    )


def test_sound_goes_through_rtpengine(talking, baresip, proxy, rtpengine):  # noqa: F811
    newest = talking.newest()
    phone = baresip()
    phone.call(f"sip:15880000@{proxy.address}")
    call_id = newest()
    until(lambda: any(isinstance(event, BotFinished) for event in talking.so_far(call_id)))
    phone.press("5")
    until(lambda: Dtmf("5") in talking.so_far(call_id))
    phone.hang_up()
    ended = talking.service.journal(call_id)[-1]
    assert (ended.by, ended.reason) == ("caller", "hung_up")
    came_from = re.search(r"receiving from (\S+):\d+", phone.log.read_text(errors="replace"))
    assert came_from and came_from[1] == rtpengine.host
    heard, _ = phone.heard()
    assert np.abs(heard).max() > 3_000
