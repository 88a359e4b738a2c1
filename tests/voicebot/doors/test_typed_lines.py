import asyncio
import os
import threading

import pytest

from voicebot.doors.typed_lines import LONGEST_LINE_BYTES, TypedLines


def read_all(descriptor):
    async def read():
        lines, read = TypedLines(descriptor), []
        while (line := await lines.next()) is not None:
            read.append(line)
        return read

    return asyncio.run(read())


def of_pipe(content):
    """Read from a pipe, which is filled meanwhile."""
    reading, writing = os.pipe()

    def fill():
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        return read_all(reading)
    finally:
        thread.join()
        os.close(reading)


def test_lines_of_a_pipe():
    assert of_pipe("배송 조회\n\n두 번째\r\n끝은 줄바꿈 없이".encode()) == [
        "배송 조회",
        "",
        "두 번째",
        "끝은 줄바꿈 없이",
    ]


def test_nothing_at_all():
    assert of_pipe(b"") == []


def test_lines_of_a_file(tmp_path):
    (tmp_path / "lines").write_text("\ufeff하나\n둘\n", encoding="utf-8")
    with (tmp_path / "lines").open() as file:
        assert read_all(file.fileno()) == ["하나", "둘"]


def test_a_closed_descriptor_is_the_end():
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    assert read_all(reading) == []


def test_what_is_no_utf8_is_replaced():
    assert of_pipe(b"\xff\xfe \xec\x95\x88\n\x00\n") == ["\ufffd\ufffd 안", "\0"]


def test_a_line_of_100_kb_comes_whole():
    assert of_pipe(b"a" * 100_000 + b"\nb\n") == ["a" * 100_000, "b"]


def test_an_endless_line_takes_no_more_memory_than_allowed():
    first, second = of_pipe(b"a" * (3 * LONGEST_LINE_BYTES) + "\n다음".encode())
    assert len(first) <= LONGEST_LINE_BYTES + 65_536
    assert second == "다음"


def test_a_line_is_there_before_the_next_is_typed():
    """A program that talks to us waits for our answer before it goes on."""
    reading, writing = os.pipe()

    async def talk():
        lines = TypedLines(reading)
        os.write(writing, b"one\n")
        first = await lines.next()
        waiting = asyncio.create_task(lines.next())
        await asyncio.sleep(0)
        os.write(writing, f"after {first}\n".encode())
        return first, await waiting

    assert asyncio.run(talk()) == ("one", "after one")
    os.close(reading)
    os.close(writing)


def test_waiting_can_be_given_up():
    reading, writing = os.pipe()

    async def give_up():
        async with asyncio.timeout(0.01):
            await TypedLines(reading).next()

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    os.close(reading)
    os.close(writing)
