from voicebot.doors.rtp.reports import Reception
from voicebot.doors.rtp.watch import MOST_LINES, Watch


def lines(watch: Watch) -> list[str]:
    return list(iter(watch.take, None))


def test_a_silent_caller_is_told_of_once_and_when_it_is_over() -> None:
    watch = Watch()
    watch.silence(4_999)
    watch.sound()
    assert lines(watch) == []
    for ms in range(5_000, 20_000, 20):
        watch.silence(ms)
    [line] = lines(watch)
    assert line.startswith("no packets from the caller for 5 s")
    watch.sound()
    watch.sound()
    assert lines(watch) == ["packets from the caller come again"]


def test_heavy_loss_is_that_of_the_last_ten_seconds() -> None:
    watch = Watch()
    told: list[tuple[int, str]] = []
    packets = lost = 0
    for second in range(60):
        is_bad = 20 <= second < 40
        packets, lost = packets + (40 if is_bad else 50), lost + (10 if is_bad else 0)
        watch.look(second * 1_000, Reception(packets=packets, lost=lost), 0, 0)
        told += [(second, line) for line in lines(watch)]
    assert told == [
        (25, "12% of the caller's packets were lost in the last 10 s"),
        (47, "the caller's packets arrive again"),
    ]


def test_it_is_looked_at_every_second() -> None:
    watch = Watch()
    assert watch.is_due(5)
    watch.look(5, Reception(), 0, 0)
    assert not watch.is_due(1_004)
    assert watch.is_due(1_005)


def test_many_strangers_are_told_of_and_ten_times_as_many_again() -> None:
    watch = Watch()
    told = 0
    for count in range(0, 1_000):
        watch.look(count, Reception(), count, 0)
        told += len(lines(watch))
    assert told == 2
    watch.look(0, Reception(), 0, 60)
    assert lines(watch) == ["60 packets of the caller could not be decrypted: check the keys of SRTP"]


def test_what_the_other_side_loses_is_told_of_once() -> None:
    watch = Watch()
    for _ in range(5):
        watch.look(0, Reception(their_loss=0.25), 0, 0)
    assert lines(watch) == ["the caller's side says that it loses 25% of our packets"]
    watch.look(0, Reception(their_loss=0.0), 0, 0)
    watch.look(0, Reception(their_loss=0.11), 0, 0)
    assert len(lines(watch)) == 1


def test_lines_that_nobody_asks_for_are_dropped() -> None:
    watch = Watch()
    for _ in range(100):
        watch.silence(5_000)
        watch.sound()
    assert len(lines(watch)) == MOST_LINES
