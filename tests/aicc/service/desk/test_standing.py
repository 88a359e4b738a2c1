"""What panels are shown is put together once, however many they are."""

from typing import Any

import pytest

from assist.desk import Desk
from tests.fakes.desk import Shift


def test_the_desk_is_looked_at_once_for_all_panels(shift: Shift, monkeypatch: pytest.MonkeyPatch) -> None:
    panels = [shift.at_work(f"agent{number}") for number in range(8)]
    call = shift.talking("agent0")
    shift.pass_s(3)
    looked = 0
    snapshot = Desk.snapshot

    def counted(desk: Desk, now_s: float) -> Any:
        nonlocal looked
        looked += 1
        return snapshot(desk, now_s)

    monkeypatch.setattr(Desk, "snapshot", counted)
    before = [len(panel.of("desk")) for panel in panels]
    shift.do("agent1", "set_state", "away")
    shift.pass_s(2)
    shown = [panel.desk for panel in panels]
    assert all(len(panel.of("desk")) > count for panel, count in zip(panels, before, strict=True))
    assert looked <= 2
    assert [one["me"]["name"] for one in shown] == [f"agent{number}" for number in range(8)]
    assert shown[7]["agents"][1]["state"] == "away"
    assert [[of["call_id"] for of in one["calls"]] for one in shown[:2]] == [[call], []]
    assert [queue["skill"] for queue in shown[3]["queues"]] == ["일반"]


def test_a_second_of_the_desk_that_fails_is_not_its_last(
    shift: Shift, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kim = shift.at_work("kim")
    shift.waiting()

    def fail(*_: Any) -> Any:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "tick", fail)
        patch.setattr(Desk, "snapshot", fail)
        shift.service.changed()
        shift.pass_s(3)
    assert {record.exc_info[0] for record in caplog.records if record.exc_info} == {RuntimeError}
    caplog.clear()
    shift.pass_s(25)
    assert shift.state("kim") == "away", "it rang in vain"
    assert kim.desk["me"]["state"] == "away"
