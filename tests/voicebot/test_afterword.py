"""What is said of a call behind its end."""

import fcntl
import os
import threading

import pytest

from voicebot.afterword import append_behind
from voicebot.events import CallEnded, CallStarted, Logged, Suggested, SuggestionUsed
from voicebot.journal import NAME, line_of, read_journal
from voicebot.log import end_of
from voicebot.recording_file import StillWritten

CALL = "01900000-0000-7000-8000-000000000001"
EVENTS = [CallStarted("in", "sip", "", "", "누리"), Suggested(1, (), 3), CallEnded("caller", "hung_up", 900)]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / CALL
    folder.mkdir()
    lines = [line_of(Logged(CALL, seq, seq * 400, event)) for seq, event in enumerate(EVENTS)]
    (folder / NAME).write_bytes(b"".join(lines))
    return folder


def used(document):
    return SuggestionUsed(1, document, "used", "김상담")


def test_it_gets_the_next_numbers_and_the_end_is_found(folder):
    appended = append_behind(folder, [used("a"), used("b")], at_ms=5_000)
    assert [(one.seq, one.at_ms) for one in appended] == [(3, 5_000), (4, 5_000)]
    events = read_journal(folder / NAME)
    assert events[3:] == appended
    assert end_of(events) == EVENTS[2]


def test_times_never_go_back(folder):
    assert append_behind(folder, [used("a")], at_ms=0)[0].at_ms == 800


def test_what_is_there_is_left_out(folder):
    assert append_behind(folder, [Suggested(1, (), 99)], at_ms=5_000) == []
    assert len(read_journal(folder / NAME)) == 3


def test_numbers_of_types_that_are_not_known_count(folder):
    with (folder / NAME).open("ab") as file:
        file.write(b'{"call_id":"%s","seq":3,"at_ms":1300,"type":"of_tomorrow"}\n' % CALL.encode())
    assert append_behind(folder, [used("a")], at_ms=0)[0].seq == 4


def test_many_at_once_give_each_its_own_number(folder):
    def append(number):
        while True:
            try:
                return append_behind(folder, [used(str(number))], at_ms=1_000)
            except StillWritten:
                continue

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.seq for one in read_journal(folder / NAME)] == list(range(11))


def test_a_live_process_is_not_disturbed(folder):
    descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    with pytest.raises(StillWritten):
        append_behind(folder, [used("a")], at_ms=0)
    os.close(descriptor)


def test_no_journal_no_afterword(tmp_path):
    with pytest.raises(FileNotFoundError):
        append_behind(tmp_path / CALL, [used("a")], at_ms=0)


def test_a_line_that_was_torn_takes_none_along(folder):
    with (folder / NAME).open("ab") as file:
        file.write(b'{"call_id":"')
    appended = append_behind(folder, [used("a")], at_ms=0)
    assert read_journal(folder / NAME)[3:] == appended
