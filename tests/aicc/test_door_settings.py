"""What a site writes for its doors: read, or told with the place and the way out."""

import pytest

from aicc.settings import Settings, SettingsInvalid

WHOLE = """
sip:
  listen: 0.0.0.0:5060
  address: 203.0.113.7
  trunks: [10.20.0.5, 10.20.8.3/24]
  users: {"7001": AICC_SIP_7001_KEY}
  tls: {listen: "0.0.0.0:5061", certificate: tls/chain.pem, key: tls/key.pem}
  registrations: [{registrar: "sip:pbx.example", user: "7000", password_from: AICC_PBX_KEY}]
  outbound: {proxy: "sip:sbc.example", caller: "15880000"}
  handoff: {default: "sip:agents@pbx.example", 배송: "sip:delivery@pbx.example"}
  headers: {X-Customer-Id: customer_id}
rtp: {ports: 30000 - 30099, codecs: [PCMA], srtp: required}
web:
  origins: ["https://www.example.com"]
  ice: [{url: "turn:turn.example:3478?transport=udp", secret_from: AICC_TURN_KEY}]
audiosocket: {listen: "0.0.0.0:9092", networks: [10.20.0.5]}
"""


def load(folder, text):
    path = folder / "aicc.yaml"
    path.write_text(text, encoding="utf-8")
    return Settings.load(path)


def test_a_whole_site(tmp_path):
    settings = load(tmp_path, WHOLE)
    sip = settings.sip
    assert sip.trunks == ("10.20.0.5/32", "10.20.8.0/24")
    assert sip.tls and sip.tls.certificate == tmp_path / "tls" / "chain.pem"
    assert sip.outbound and (sip.outbound.caller, sip.outbound.ring_seconds) == ("15880000", 60)
    assert sip.handoff["배송"] == "sip:delivery@pbx.example"
    assert settings.rtp.ports == (30_000, 30_099)
    assert settings.web.ice[0].secret_from == "AICC_TURN_KEY"
    assert Settings.model_validate(settings.model_dump(mode="json"), context=tmp_path) == settings  # for its processes


def test_by_default_only_pages_of_this_machine_call(tmp_path):
    settings = load(tmp_path, "")
    assert settings.sip.listen is settings.audiosocket.listen is None
    assert settings.web.enabled


def test_by_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("AICC_SIP__LISTEN", "127.0.0.1:5070")
    monkeypatch.setenv("AICC_SIP__TRUNKS", "[10.0.0.0/8]")
    monkeypatch.setenv("AICC_SIP__USERS__7001", "AICC_A_KEY")
    monkeypatch.setenv("AICC_SIP__OUTBOUND__PROXY", "sip:a.example")
    monkeypatch.setenv("AICC_RTP__PORTS", "40000-40009")
    monkeypatch.setenv("AICC_SIP__WHEN_FULL", "486")
    monkeypatch.setenv("AICC_SIP__DIGEST", "[MD5]")
    settings = load(tmp_path, "sip: {listen: '0.0.0.0:5060', realm: ours}")
    assert settings.sip.listen == "127.0.0.1:5070"
    assert settings.sip.realm == "ours"
    assert settings.sip.trunks == ("10.0.0.0/8",)
    assert settings.sip.users == {"7001": "AICC_A_KEY"}
    assert settings.sip.when_full == 486
    assert settings.sip.digest == ("MD5",)
    assert settings.sip.outbound and settings.sip.outbound.proxy == "sip:a.example"
    assert settings.rtp.ports == (40_000, 40_009)


@pytest.mark.parametrize(
    "text, told",
    [
        ("sip: {listen: 127.0.0.1}", "sip.listen: '127.0.0.1' does not fit: write HOST:PORT"),
        (
            "sip: {tls: {listen: '0.0.0.0:1', certificat: x}}",
            'unknown key "sip.tls.certificat": did you mean "certificate"',
        ),
        ("sip: {tls: {listen: '0.0.0.0:1'}}", "sip.tls.certificate is missing: write listen, certificate, key below"),
        ("sip: {trunks: [10.0.0.300]}", "sip.trunks.0: '10.0.0.300' does not fit: write an address or a network"),
        ("sip: {outbound: {proxy: 'http://x'}}", "sip.outbound.proxy: 'http://x' does not fit: write where it is"),
        ("sip: {outbound: {proxy: 'tel:1588'}}", "sip.outbound.proxy: 'tel:1588' does not fit: write where it is"),
        ("sip: {overflow: 'http://x'}", "sip.overflow: 'http://x' does not fit: write a SIP address"),
        (
            "sip: {registrations: [{registrar: 'sip:a', user: 7000@a}]}",
            "sip.registrations.0.user: '7000@a' does not fit: write what stands before the @",
        ),
        (
            "sip: {registrations: [{registrar: 'pbx.example', user: '7000'}]}",
            "sip.registrations.0.registrar: 'pbx.example' does not fit: write where it is, such as sip:pbx.example",
        ),
        ("sip: {users: {a: hunter2}}", "sip.users.a: what is written does not fit"),
        (
            "sip: {outbound: {proxy: 'sip:a', password_from: hunter2}}",
            "sip.outbound.password_from: what is written does",
        ),
        ("rtp: {ports: 5-9}", "rtp.ports: '5-9' does not fit: write FIRST-LAST"),
        ("rtp: {ports: 20000-20000}", "rtp.ports: '20000-20000' does not fit: write FIRST-LAST"),
        ("rtp: {codecs: [G729]}", "rtp.codecs.0: 'G729' does not fit: input should be 'opus', 'PCMU' or 'PCMA'"),
        (
            "web: {origins: ['https://a.example/page']}",
            "web.origins: ['https://a.example/page'] does not fit: write sites",
        ),
        ("web: {ice: [{url: 'http://x'}]}", "web.ice.0.url: 'http://x' does not fit: write turn:HOST:PORT"),
    ],
)
def test_mistakes(tmp_path, text, told):
    with pytest.raises(SettingsInvalid) as mistake:
        load(tmp_path, text)
    assert told in str(mistake.value)
    assert "hunter2" not in str(mistake.value)
