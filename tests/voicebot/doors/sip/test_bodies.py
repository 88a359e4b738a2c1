"""Bodies: whether a description holds us, and what a fragment tells."""

import pytest

from voicebot.doors.sip.bodies import fragment, fragment_code, is_hold

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
AUDIO = "m=audio 4000 RTP/AVP 0\r\n"


@pytest.mark.parametrize(
    ("sdp", "held"),
    [
        (HEAD + AUDIO, False),
        (HEAD + AUDIO + "a=sendrecv\r\n", False),
        (HEAD + AUDIO + "a=sendonly\r\n", True),
        (HEAD + AUDIO + "a=inactive\r\n", True),
        (HEAD + AUDIO + "a=recvonly\r\n", False),
        (HEAD + "a=inactive\r\n" + AUDIO, True),
        (HEAD + "a=inactive\r\n" + AUDIO + "a=sendrecv\r\n", False),
        (HEAD + AUDIO + "m=video 0 RTP/AVP 31\r\na=inactive\r\n", False),
        (HEAD + "m=video 0 RTP/AVP 31\r\na=inactive\r\n" + AUDIO, False),
        (HEAD.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0") + AUDIO, True),
        (HEAD + AUDIO + "c=IN IP4 0.0.0.0\r\n", True),
        ((HEAD + AUDIO + "a=sendonly\r\n").replace("\r\n", "\n"), True),
        ("", False),
        ("m=audio", False),
    ],
)
def test_hold(sdp, held):
    assert is_hold(sdp) == held


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (fragment(486, "Busy Here"), (486, "Busy Here")),
        (b"SIP/2.0 200 OK\r\nTo: <sip:a@b>\r\n\r\n", (200, "OK")),
        (b"SIP/2.0 100\r\n", (100, "")),
        (b"SIP/2.0 999 What\r\n", (0, "")),
        (b"INVITE sip:a@b SIP/2.0\r\n", (0, "")),
        (b"\xff\xfe", (0, "")),
        (b"", (0, "")),
    ],
)
def test_fragments(body, told):
    assert fragment_code(body) == told
