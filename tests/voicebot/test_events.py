import dataclasses
import json
import re

import pytest

from voicebot.events import TYPES, CallEnded, Dtmf, Event, Logged, SlotFilled, TranscriptFinal, type_of

# field by field, as the design of the event log names them
FIELDS = """
call_started direction door caller callee scenario
call_ended by reason duration_ms recording
line_measured packets lost late jitter_ms delay_ms their_loss round_trip_ms
fault room what cured_by
speech_started side
speech_ended side
transcript_partial side turn spoken written stable_chars
transcript_final side turn spoken written words engine
turn_ended turn spoken written silence_ms reason
dtmf digit side
flow_entered flow node
flow_left flow node
slot_filled slot value written spoken confidence
slot_corrected slot value written spoken confidence
service_called service ms status
message_sent to kind
callback_booked at number due
consent_given what
answer_chosen turn source documents text ms
handoff_requested reason skill summary
bot_started turn text first_audio_ms
bot_paused turn text
bot_resumed turn text
bot_finished turn text
bot_interrupted turn text heard_text
latency turn endpoint_ms stt_ms mind_ms tts_ms voice_to_voice_ms
recording_paused
recording_resumed
queued queue position wait_s
agent_offered agent how
agent_refused agent reason
agent_joined agent how
agent_left agent reason
held agent
resumed agent
transferred agent to how
listened agent how
message_left number text
page_shown agent kind title url fields
page_answered values
suggested turn items ms reply questions phrases cause
suggestion_used suggestion document verdict by
address_normalized turn spoken candidates cause
speaker_checked customer score threshold accepted speech_ms refused cause
emotion_read side label score cause
alert_raised side kind text cause
wrapped_up summary code suggested_code confidence follow_ups slots edited_by version cause
"""
NAMED = {name: fields for name, *fields in map(str.split, FIELDS.strip().splitlines())}


def made(kind: type[Event]) -> Event:
    """One with something in each field that only its own type could be."""
    values = {}
    for number, field in enumerate(dataclasses.fields(kind), 1):
        written = str(field.type)
        if written.startswith("tuple"):
            values[field.name] = ({"id": f"문서 {number}", "score": 0.5},)
        elif written == "int":
            values[field.name] = number
        elif written == "float":
            values[field.name] = number / 8
        elif literal := re.search(r'Literal\["(\w+)"', written):
            values[field.name] = literal[1]
        else:
            values[field.name] = f"값 {number}"
    return kind(**values)


def test_every_type_has_a_name_and_every_name_a_type() -> None:
    assert set(TYPES) == set(NAMED)


@pytest.mark.parametrize("name", TYPES)
def test_the_json_form_is_as_designed_and_comes_back(name: str) -> None:
    logged = Logged("018f", 7, 1_230, made(TYPES[name]))
    text = json.dumps(logged.as_json(), ensure_ascii=False)
    fields = json.loads(text)
    assert list(fields)[:4] == ["call_id", "seq", "at_ms", "type"]
    assert fields["type"] == name == type_of(logged.event)
    assert set(fields) - {"call_id", "seq", "at_ms", "type"} == set(NAMED[name])
    for field in NAMED[name]:
        own = getattr(logged.event, field)
        assert fields[field] == (list(own) if isinstance(own, tuple) else own)
    assert Logged.from_json(fields) == logged


@pytest.mark.parametrize("value", ["가", 35_000, 0.5, True, None, {"from": "14:00", "to": "16:00"}])
def test_values_of_slots_keep_their_types(value: object) -> None:
    logged = Logged("c", 0, 0, SlotFilled("칸", value, "", "", 1.0))  # type: ignore[arg-type]
    back = Logged.from_json(json.loads(json.dumps(logged.as_json())))
    assert back is not None and isinstance(back.event, SlotFilled)
    assert back.event.value == value and type(back.event.value) is type(value)


def test_an_unknown_type_is_skipped_and_so_is_an_unknown_field() -> None:
    fields = Logged("c", 3, 9, Dtmf("5")).as_json()
    assert Logged.from_json({**fields, "type": "hologram_shown"}) is None
    assert Logged.from_json({**fields, "pressure": 0.3}) == Logged("c", 3, 9, Dtmf("5"))


def test_a_field_that_an_older_log_lacks_has_its_default() -> None:
    fields = Logged("c", 3, 9, CallEnded("caller", "hung_up", 9_000)).as_json()
    del fields["recording"]
    assert Logged.from_json(fields) == Logged("c", 3, 9, CallEnded("caller", "hung_up", 9_000, None))


def test_events_do_not_change() -> None:
    event = TranscriptFinal("caller", 1, "네", "네", (), "typed")
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.turn = 2  # type: ignore[misc]
