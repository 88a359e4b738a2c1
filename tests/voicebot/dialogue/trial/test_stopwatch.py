import pytest

from voicebot.dialogue.trial import stopwatch as stopwatch_module
from voicebot.dialogue.trial.stopwatch import Stopwatch


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Lets time pass: on a core, and in the queue for one."""

    class Machine:
        perf_s = 100.0
        waited_ms = 0

        def compute(self, ms):
            self.perf_s += ms / 1000

        def wait_for_a_core(self, ms):
            self.perf_s += ms / 1000
            self.waited_ms += ms
            (tmp_path / "schedstat").write_text(f"5 {self.waited_ms * 1_000_000} 7\n")

    made = Machine()
    made.wait_for_a_core(0)
    monkeypatch.setattr(stopwatch_module, "_SCHEDULED", tmp_path / "schedstat")
    monkeypatch.setattr(stopwatch_module.time, "perf_counter", lambda: made.perf_s)
    return made


def test_it_counts_thought_not_other_work_on_the_machine(machine):
    stopwatch = Stopwatch()
    stopwatch.restart()
    machine.compute(20)
    machine.wait_for_a_core(500)
    machine.compute(5)
    assert stopwatch.ms == pytest.approx(25)


def test_it_stands_while_a_service_is_asked(machine):
    stopwatch = Stopwatch()
    stopwatch.restart()
    machine.compute(10)
    stopwatch.pause()
    machine.compute(1000)
    machine.wait_for_a_core(200)
    assert stopwatch.ms == pytest.approx(10)
    stopwatch.resume()
    machine.compute(3)
    stopwatch.resume()
    assert stopwatch.ms == pytest.approx(13)
    stopwatch.restart()
    assert stopwatch.ms == 0


def test_where_the_system_does_not_tell_it_counts_all(machine, monkeypatch, tmp_path):
    monkeypatch.setattr(stopwatch_module, "_SCHEDULED", tmp_path / "nothing")
    stopwatch = Stopwatch()
    stopwatch.restart()
    machine.wait_for_a_core(50)
    assert stopwatch.ms == pytest.approx(50)
