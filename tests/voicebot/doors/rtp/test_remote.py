from voicebot.doors.rtp.remote import SILENT_MS, Remote

TOLD, TOLD_RTCP = ("10.0.0.5", 4000), ("10.0.0.5", 4001)
SEEN, STRANGER = ("198.51.100.7", 61_000), ("203.0.113.9", 9_000)


def remote(*, is_certain: bool = False) -> Remote:
    return Remote(TOLD, TOLD_RTCP, is_certain=is_certain)


def hears(side: Remote, source: tuple[str, int], now_ms: float) -> bool:
    if side.takes(source, now_ms):
        side.heard(source, now_ms)
        return True
    return False


def test_packets_go_to_where_the_first_came_from() -> None:
    side = remote()
    assert (side.address, side.rtcp_address) == (TOLD, TOLD_RTCP)
    assert hears(side, SEEN, 0)
    assert (side.address, side.rtcp_address) == (SEEN, (SEEN[0], SEEN[1] + 1))
    side.heard_rtcp((SEEN[0], 7_777))
    assert side.rtcp_address == (SEEN[0], 7_777)


def test_a_stranger_is_not_believed_while_somebody_speaks() -> None:
    side = remote()
    hears(side, SEEN, 0)
    assert not hears(side, STRANGER, SILENT_MS)
    assert hears(side, SEEN, SILENT_MS)
    assert hears(side, STRANGER, 2 * SILENT_MS + 1)  # it has moved
    assert side.address == STRANGER


def test_whom_the_description_names_is_always_believed() -> None:
    side = remote()
    hears(side, STRANGER, 0)
    assert hears(side, TOLD, 20)
    assert side.address == TOLD
    assert not hears(side, STRANGER, 40)


def test_behind_another_description_the_first_are_believed_and_the_former_are_still_heard() -> None:
    side, moved = remote(), ("10.0.0.6", 5_000)
    hears(side, SEEN, 0)
    side.change(moved, moved, 100, is_certain=False)
    assert side.address == moved
    assert side.is_muxed
    assert hears(side, SEEN, 120)  # on its way before
    assert side.address == moved
    assert hears(side, STRANGER, 140)  # behind a translator, nobody could know
    assert side.address == side.rtcp_address == STRANGER
    assert not hears(side, SEEN, 160)


def test_who_speaks_on_behind_another_description_is_answered() -> None:
    side = remote()
    hears(side, SEEN, 0)
    side.change(("10.0.0.5", 4_002), TOLD_RTCP, 100, is_certain=False)
    for now_ms in range(120, 1_200, 20):
        assert hears(side, SEEN, now_ms)
    assert side.address == SEEN


def test_the_same_description_again_changes_nothing() -> None:
    side = remote()
    hears(side, SEEN, 0)
    side.change(TOLD, TOLD_RTCP, 100, is_certain=False)
    assert side.address == SEEN
    assert not hears(side, STRANGER, 120)


def test_who_holds_in_the_old_way_has_not_moved() -> None:
    side = remote()
    hears(side, SEEN, 0)
    side.change(("0.0.0.0", 4000), ("0.0.0.0", 4001), 100, is_certain=False)
    assert side.address == SEEN
    assert side.rtcp_address == (SEEN[0], SEEN[1] + 1)


def test_who_proves_to_be_the_peer_may_come_from_anywhere() -> None:
    side = remote(is_certain=True)
    hears(side, SEEN, 0)
    assert hears(side, STRANGER, 20)
    assert side.address == STRANGER
    assert side.takes_rtcp(SEEN)


def test_reports_come_from_the_hosts_of_the_call() -> None:
    side = remote()
    assert side.takes_rtcp(("10.0.0.5", 1))
    assert not side.takes_rtcp(SEEN)
    hears(side, SEEN, 0)
    assert side.takes_rtcp(SEEN)
    assert not side.takes_rtcp(STRANGER)
