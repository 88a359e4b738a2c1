"""SIP over TLS: a call of an endpoint of our own, and certificates that are not to be trusted."""

import asyncio

import pytest

from tests.doors.carrier import carrier
from tests.voicebot.doors.sip.certificates import Authority
from voicebot.doors.sip.tls import server_tls

pytestmark = pytest.mark.slow


def test_a_call_over_tls(talking, monkeypatch):
    """It is encrypted from end to end: ``sips`` in the Contact, and BYE over the same connection."""
    monkeypatch.setenv("SSL_CERT_FILE", str(talking.authority))

    async def run():
        async with carrier() as caller:
            newest = talking.newest()
            call = await caller.call(f"127.0.0.1:{talking.tls_port};transport=tls")
            assert call.is_up, call.ending
            assert call.leg.source.protocol == "tls"
            assert "transport=tls" in call.leg.answer.headers["Contact"]
            call_id = await asyncio.to_thread(newest)
            await asyncio.to_thread(talking.service.hang_up, call_id)
            await call.until(lambda call: call.ending)
            assert call.ending == ("caller", "hung_up", 0)

    asyncio.run(run())


def test_a_caller_who_does_not_know_the_authority_hangs_on_to_nothing(talking, caplog):
    async def run():
        async with carrier() as caller:
            call = await caller.call(f"127.0.0.1:{talking.tls_port};transport=tls")
            assert call.ending == ("network", "unreachable", 503)

    asyncio.run(run())
    assert "its certificate is refused: " in caplog.text
    assert talking.service.health()["telephone"]["legs"] == 0


def test_an_expired_certificate_is_refused_and_the_log_says_so(tmp_path, monkeypatch, caplog):
    authority = Authority(tmp_path)
    expired = authority.sign("127.0.0.2", days=(-10, -1))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))

    async def run():
        async with carrier("127.0.0.2", tls=server_tls(expired.certificate, expired.key)) as pbx, carrier() as caller:
            address = f"127.0.0.2:{pbx.port}"
            call = await caller.call(f"{address};transport=tls")
            assert call.ending == ("network", "unreachable", 503)
            assert pbx.taken == []
            return address

    address = asyncio.run(run())
    said = f"no SIP connection to tls:{address}: its certificate is refused: certificate has expired"
    assert said in [record.getMessage() for record in caplog.records]
