import threading
from pathlib import Path

import pytest

from tests.voicebot.full_disk import FullDisk, full_disk
from voicebot.disk import Disk
from voicebot.events import (
    CallEnded,
    CallStarted,
    Dtmf,
    Event,
    Logged,
    SlotFilled,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)
from voicebot.journal import HELD_BYTES, Journal, read_journal

__all__ = ["full_disk"]

LONG = "환불 규정을 알고 싶어요 " * 40


def partial(text: str = "주문") -> TranscriptPartial:
    return TranscriptPartial("caller", 1, text, text, 0)


def final(text: str) -> TranscriptFinal:
    return TranscriptFinal("caller", 1, text, text, (), "bundled")


class Call:
    """Numbers events and keeps them for comparison."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.events: list[Logged] = []

    def happens(self, *events: Event) -> None:
        for event in events:
            self.events.append(Logged("c1", len(self.events), 20 * len(self.events), event))
            self.journal.append(self.events[-1])


def test_what_is_read_is_what_happened(tmp_path: Path) -> None:
    disk = Disk()
    call = Call(Journal(tmp_path / "calls" / "c1", disk, pytest.fail))
    words = ({"text": "네", "start_ms": 10, "end_ms": 200, "confidence": 0.9},)
    call.happens(
        CallStarted("in", "wav", "01012345678", "15880000", "nuri"),
        partial(),
        TranscriptFinal("caller", 1, "네", "네", words, "bundled"),
        SlotFilled("order", {"number": "12"}, "12", "십이", 0.5),
        CallEnded("caller", "hung_up", 1_000, "recording.flac"),
    )
    call.journal.close()
    disk.flush()
    assert read_journal(call.journal.path) == call.events
    assert call.journal.waiting_bytes == 0
    disk.close()


def test_events_that_gather_while_the_disk_is_busy_are_written_in_order(tmp_path: Path) -> None:
    disk, gate = Disk(), threading.Event()
    disk.submit(lambda: gate.wait() and None)
    calls = [Call(Journal(tmp_path / name, disk, pytest.fail)) for name in ("a", "b")]
    for number in range(500):
        calls[number % 2].happens(Dtmf(str(number % 10)))
    assert disk.waiting <= 3, "one turn for each call, however much has happened"
    gate.set()
    disk.flush()
    for call in calls:
        assert read_journal(call.journal.path) == call.events
    disk.close()


def test_an_event_behind_the_close_is_not_lost(tmp_path: Path) -> None:
    disk = Disk()
    call = Call(Journal(tmp_path, disk, pytest.fail))
    call.happens(Dtmf("1"))
    call.journal.close()
    disk.flush()
    call.happens(Dtmf("2"))
    disk.close()
    assert read_journal(call.journal.path) == call.events


def test_texts_that_no_json_should_hold(tmp_path: Path) -> None:
    disk = Disk()
    call = Call(Journal(tmp_path, disk, pytest.fail))
    call.happens(final("half a pair \ud83d"), SlotFilled("n", 2**70, "", "", 1.0), final("줄\n바꿈\u2028\x00"))
    disk.close()
    assert read_journal(call.journal.path) == call.events


@pytest.mark.parametrize(
    "rest", [b'{"call_id":"c1","se', b"\x00\xff\x00garbage", b"[1]\n", b'{"type":"dtmf"}\n', b"\n", b"3"]
)
def test_a_torn_or_garbage_last_line(tmp_path: Path, rest: bytes) -> None:
    disk = Disk()
    call = Call(Journal(tmp_path, disk, pytest.fail))
    call.happens(Dtmf("1"), Dtmf("2"))
    disk.close()
    with call.journal.path.open("ab") as file:
        file.write(rest)
    assert read_journal(call.journal.path) == call.events


def test_types_and_fields_of_another_version(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(
        '{"call_id":"c1","seq":0,"at_ms":0,"type":"from_the_future","x":1}\n'
        '{"call_id":"c1","seq":1,"at_ms":5,"type":"dtmf","digit":"1","side":"caller","strength":3}\n'
        '{"call_id":"c1","seq":2,"at_ms":9,"type":"turn_ended","turn":1}\n'
    )
    assert read_journal(path) == [Logged("c1", 1, 5, Dtmf("1"))]


def test_a_full_disk_loses_no_event(full_disk: FullDisk) -> None:
    disk, faults = Disk(), []
    call = Call(Journal(full_disk.folder, disk, faults.append))
    call.happens(CallStarted("in", "wav", "", "", "nuri"))
    disk.flush()
    full_disk.fill()
    for _ in range(10):
        call.happens(final(LONG), partial(LONG), TurnEnded(1, LONG, LONG, 300, "ending"))
        disk.flush()
    full_disk.free()
    assert read_journal(call.journal.path) != call.events, "the disk was full"
    assert len(faults) == 1, "one line for all that failed"
    assert str(call.journal.path) in faults[0]
    assert "events wait in memory: make space" in faults[0]
    call.journal.close()
    disk.flush()
    assert read_journal(call.journal.path) == call.events

    full_disk.fill()
    for _ in range(10):
        call.happens(final(LONG))
        disk.flush()
    full_disk.free()
    disk.close()
    assert len(faults) == 2, "the disk had worked in between"
    assert read_journal(call.journal.path) == call.events


def test_what_cannot_be_held_is_partials_alone(full_disk: FullDisk) -> None:
    disk, faults = Disk(), []
    call = Call(Journal(full_disk.folder, disk, faults.append))
    full_disk.fill()
    call.happens(final("첫째"))
    disk.flush()
    size, number = len(LONG.encode()) * 2, 0
    while number * size < 3 * HELD_BYTES:
        call.happens(partial(LONG))
        number += 1
        if number % 500 == 0:
            call.happens(final(str(number)))
        assert call.journal.waiting_bytes < HELD_BYTES + 10_000
    full_disk.free()
    call.happens(final("끝"))
    disk.close()
    read = read_journal(call.journal.path)
    assert len(faults) == 1
    finals = [logged for logged in call.events if isinstance(logged.event, TranscriptFinal)]
    assert [logged for logged in read if isinstance(logged.event, TranscriptFinal)] == finals
    assert [logged.seq for logged in read] == sorted(logged.seq for logged in read)


def test_what_is_never_written_is_told(full_disk: FullDisk) -> None:
    disk, faults = Disk(), []
    call = Call(Journal(full_disk.folder / "c1", disk, faults.append))
    full_disk.fill()
    call.happens(*[final(LONG)] * 7)
    disk.close()
    call.happens(final("behind the end"))
    call.journal.close()
    full_disk.free()
    assert "7 events are not in the journal" in faults[1]
    assert "8 events are not in the journal" in faults[-1]
