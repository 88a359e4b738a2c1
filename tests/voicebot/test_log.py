import asyncio
import uuid

from voicebot.events import CallEnded, Dtmf, Logged
from voicebot.log import EventLog, new_call_id

END = CallEnded("caller", "hung_up", 1_000)


class Clock:
    ms = 5_000.0

    def __call__(self) -> float:
        return self.ms


async def followed(log: EventLog, start: int = 0) -> list[Logged]:
    return [logged async for logged in log.follow(start)]


def test_numbers_have_no_gaps_and_times_count_from_the_beginning() -> None:
    clock = Clock()
    log = EventLog("c", clock)
    for digit in "123":
        log.append(Dtmf(digit))
        clock.ms += 20.6
    assert [(one.call_id, one.seq, one.at_ms) for one in log.read()] == [("c", 0, 0), ("c", 1, 20), ("c", 2, 41)]


def test_reading_from_a_place_on() -> None:
    log = EventLog("c")
    for digit in "123":
        log.append(Dtmf(digit))
    assert [one.seq for one in log.read(1)] == [1, 2]
    assert log.read(3) == []
    log.read().clear()
    assert len(log.read()) == 3, "a reader's list is its own"


def test_late_readers_and_early_ones_see_the_same() -> None:
    async def call() -> list[list[Logged]]:
        log = EventLog("c", Clock())
        async with asyncio.TaskGroup() as readers:
            early = readers.create_task(followed(log))
            await asyncio.sleep(0)
            for digit in "12":
                log.append(Dtmf(digit))
            middle = readers.create_task(followed(log))
            await asyncio.sleep(0)
            for digit in "34":
                log.append(Dtmf(digit))
                await asyncio.sleep(0)
            from_three = readers.create_task(followed(log, 3))
            log.append(END)
        return [early.result(), middle.result(), await followed(log), from_three.result(), log.read()]

    early, middle, late, from_three, whole = asyncio.run(call())
    assert [one.seq for one in whole] == [0, 1, 2, 3, 4]
    assert early == middle == late == whole
    assert from_three == whole[3:]


def test_a_reader_who_is_ahead_waits_for_the_place_and_a_slow_one_holds_nobody_up() -> None:
    async def call() -> tuple[list[Logged], list[Logged]]:
        log = EventLog("c", Clock())
        ahead = asyncio.create_task(followed(log, 2))
        slow = log.follow()
        log.append(Dtmf("1"))
        first = [await anext(slow)]
        log.append(Dtmf("2"))
        log.append(Dtmf("3"))
        log.append(END)
        return await ahead, first + [one async for one in slow]

    ahead, slow = asyncio.run(call())
    assert [one.seq for one in ahead] == [2, 3]
    assert [one.seq for one in slow] == [0, 1, 2, 3]


def test_a_reader_who_leaves_leaves_the_log_whole() -> None:
    async def call() -> list[int]:
        log = EventLog("c", Clock())
        reader = asyncio.create_task(followed(log))
        await asyncio.sleep(0)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        log.append(Dtmf("1"))
        log.append(END)
        return [one.seq for one in await followed(log)]

    assert asyncio.run(call()) == [0, 1]


def test_call_ids_are_uuids_of_version_seven_and_sort_by_time(monkeypatch) -> None:
    ids = []
    for second in (1_700_000_000, 1_700_000_001, 1_900_000_000):
        monkeypatch.setattr("voicebot.log.time.time_ns", lambda second=second: second * 10**9)
        ids.append(new_call_id())
    assert ids == sorted(ids)
    assert [(uuid.UUID(one).version, uuid.UUID(one).variant) for one in ids] == [(7, uuid.RFC_4122)] * 3
    assert uuid.UUID(ids[0]).int >> 80 == 1_700_000_000_000
    assert len({new_call_id() for _ in range(1_000)}) == 1_000


def test_ids_of_one_millisecond_sort_by_when_they_were_made(monkeypatch):
    moments = [1_764_000_000_123_000_000 + 1_000 * number for number in range(900)]
    monkeypatch.setattr("voicebot.log.time.time_ns", iter(moments).__next__)
    ids = [new_call_id() for _ in moments]
    assert ids == sorted(ids)
