import pytest
from sipmessage import URI, Via
from sipmessage import Request as PlainRequest

from tests.voicebot.doors.sip.test_reading import INVITE, asked, changed
from voicebot.doors.sip.message import Request, Response, new_branch, new_call_id, new_tag, read, response_to, to_bytes


def test_a_response_carries_the_requests_own_text() -> None:
    request = asked(changed("branch=z9hG4bKPjabcdefghijkl", "branch=z9hG4bK%66*+;X=Y"))
    response = response_to(request, 180, to_tag="ours")
    assert response.headers.getlist("Via") == request.headers.getlist("Via")
    assert response.headers["From"] == '"김철수" <sip:01012345678@10.0.0.1>;tag=abc+def'
    assert response.headers["To"] == "<sip:15881234@10.0.0.2>;tag=ours"
    assert response.headers["Record-Route"] == "<sip:10.0.0.1;lr;ftag=as+b%41>"
    assert (response.code, response.phrase, response.cseq.method) == (180, "Ringing", "INVITE")


def test_a_tag_is_invented_where_one_is_needed() -> None:
    request = asked(INVITE)
    tags = [response_to(request, 404).to_address.parameters["tag"] for _ in range(2)]
    assert tags[0] != tags[1]
    assert "tag" not in response_to(request, 100).to_address.parameters
    assert response_to(request, 100, to_tag="early").to_address.parameters["tag"] == "early"


@pytest.mark.parametrize("to", ["<sip:x@h>;TAG = theirs", "sip:x@h;a=b;tag=theirs"])
def test_a_tag_that_is_there_stays(to: str) -> None:
    response = response_to(asked(changed("<sip:15881234@10.0.0.2>", to)), 200, to_tag="ours")
    assert response.to_address.parameters["tag"] == "theirs"


def test_a_tag_in_a_name_is_no_tag() -> None:
    response = response_to(asked(changed("<sip:15881234@10.0.0.2>", '"a;tag=b" <sip:x@h;tag=c>')), 200, to_tag="ours")
    assert response.to_address.parameters["tag"] == "ours"


def test_only_responses_that_make_dialogs_carry_record_route() -> None:
    request = asked(changed("Max-Forwards", "Timestamp: 54\r\nMax-Forwards"))
    assert [bool(response_to(request, code).record_route) for code in (100, 183, 200, 302, 486)] == [
        *(False, True, True, False, False)
    ]
    assert response_to(request, 100).headers["Timestamp"] == "54"


def test_a_body_is_sent_with_its_type_and_length() -> None:
    response = response_to(
        asked(INVITE), 200, body="뭐".encode(), content_type="text/plain", headers=[("Contact", "<sip:a@b>")]
    )
    data = to_bytes(response)
    assert b"Content-Type: text/plain\r\n" in data
    assert data.endswith(b"Content-Length: 3\r\n\r\n" + "뭐".encode())
    again = read(data)
    assert again.contact[0].uri.user == "a"
    assert "Content-Type" not in response_to(asked(INVITE), 200, content_type="application/sdp").headers


def test_a_wrong_content_length_is_put_right() -> None:
    request = asked(INVITE)
    request.body = b"v=0\r\ns=-\r\n"
    assert to_bytes(request).count(b"Content-Length") == 1
    assert read(to_bytes(request)).content_length == 10


def test_a_message_written_and_read_again_is_the_same() -> None:
    first = to_bytes(read(INVITE))
    assert to_bytes(read(first)) == first
    assert b"INVITE sip:15881234@10.0.0.2:5060;transport=udp SIP/2.0\r\n" in first


def test_no_line_end_in_a_value_makes_a_header() -> None:
    request = asked(INVITE)
    request.headers.set("X-Name", "a\r\nX-Evil: 1\nX-Worse: 2")
    again = read(to_bytes(request))
    assert "X-Evil" not in again.headers
    assert again.headers["X-Name"] == "a X-Evil: 1 X-Worse: 2"


def test_plain_requests_of_sipmessage_are_written_too() -> None:
    request = PlainRequest("OPTIONS", URI(scheme="sip", host="h"))
    request.via = [Via(transport="UDP", host="a")]
    assert to_bytes(request) == b"OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nContent-Length: 0\r\n\r\n"


def test_text_that_is_no_unicode_does_not_stop_a_message() -> None:
    response = Response(200, "\udcff")
    assert to_bytes(response).startswith(b"SIP/2.0 200 ?\r\n")


def test_names_are_never_the_same() -> None:
    assert len({make() for make in (new_branch, new_tag, new_call_id) for _ in range(100)}) == 300
    assert new_branch().startswith("z9hG4bK")


# ---- fields


def test_a_field_that_is_set_is_read_as_set() -> None:
    request = asked(INVITE)
    request.via = [Via(transport="TCP", host="a"), *request.via]
    assert [via.host for via in request.via] == ["a", "10.0.0.1", "192.168.0.5"]
    request.headers.set("CSeq", "7 INVITE")
    assert request.cseq.sequence == 7
    request.contact = []
    assert "Contact" not in request.headers


def test_a_list_that_was_read_is_a_copy() -> None:
    request = asked(INVITE)
    request.via.clear()
    assert len(request.via) == 2


def test_a_field_that_is_not_there_is_an_error_where_it_must_be() -> None:
    request = Request("OPTIONS", URI(scheme="sip", host="h"))
    assert (request.via, request.content_type) == ([], None)
    with pytest.raises(ValueError, match="0 From headers"):
        _ = request.from_address
