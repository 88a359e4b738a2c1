import threading

from voicebot.disk import Disk


def test_work_is_done_in_order_and_off_the_caller_s_thread() -> None:
    disk, done = Disk(), []
    for number in range(100):
        assert disk.submit(lambda number=number: done.append((number, threading.current_thread().name)))
    disk.flush()
    assert [number for number, _ in done] == list(range(100))
    assert {thread for _, thread in done} == {"disk"}
    disk.close()


def test_a_full_queue_says_so_and_loses_nothing_that_it_took() -> None:
    disk, done, gate = Disk(limit=3), [], threading.Event()
    begun = threading.Event()

    def busy() -> None:
        begun.set()
        gate.wait()

    assert disk.submit(busy)
    begun.wait()
    taken = [disk.submit(lambda number=number: done.append(number)) for number in range(5)]
    assert taken == [True, True, True, False, False]
    assert disk.waiting == 3
    gate.set()
    disk.close()
    assert done == [0, 1, 2]


def test_an_error_is_told_on_the_disk_s_thread_and_the_next_work_is_done() -> None:
    disk, told, done = Disk(), [], []

    def full() -> None:
        raise OSError(28, "No space left on device")

    def broken_ear(error: Exception) -> None:
        raise RuntimeError("nobody listens")

    disk.submit(full, lambda error: told.append((error.errno, threading.current_thread().name)))
    disk.submit(full, broken_ear)
    disk.submit(full)
    disk.submit(lambda: 1 / 0, lambda error: told.append(type(error)))
    disk.submit(lambda: done.append("went on"))
    disk.close()
    assert told == [(28, "disk"), ZeroDivisionError]
    assert done == ["went on"]


def test_what_fails_is_tried_again_until_it_works() -> None:
    disk, tries, given_up = Disk(), [], []

    def works_the_third_time() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError(28, "No space left on device")

    disk.submit(works_the_third_time, given_up.append, retry_s=0.001)
    while len(tries) < 3:
        pass
    disk.close()
    assert len(tries) == 3
    assert given_up == []


def test_flush_does_not_wait_for_the_time_of_the_next_try() -> None:
    disk, tries = Disk(), []

    def never_works() -> None:
        tries.append(1)
        raise OSError(5, "Input/output error")

    disk.submit(never_works, retry_s=3_600)
    for _ in range(3):
        disk.flush()
    assert len(tries) in (3, 4), "once for each flush, and perhaps once before"
    disk.close()


def test_closing_tries_once_more_and_gives_up_aloud() -> None:
    disk, tries, given_up = Disk(), [], []

    def never_works() -> None:
        tries.append(1)
        raise OSError(5, "Input/output error")

    disk.submit(never_works, given_up.append, retry_s=3_600)
    disk.flush()
    disk.close()
    assert [error.errno for error in given_up] == [5]
    assert not disk.submit(lambda: None), "a closed disk takes nothing"
    disk.flush()
    disk.close()


def test_long_work_aside_does_not_hold_up_the_writer() -> None:
    disk, gate, done = Disk(), threading.Event(), []
    aside = disk.aside(lambda: gate.wait() and "sealed")
    disk.submit(lambda: done.append("line"))
    disk.flush()
    assert done == ["line"]
    assert not aside.done()
    gate.set()
    disk.close()
    assert aside.result() == "sealed"
