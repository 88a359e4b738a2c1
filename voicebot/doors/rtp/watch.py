"""What is wrong with the wire of a call, in lines for its log: said once when it begins, and once when it is over."""

from __future__ import annotations

from collections import deque

from voicebot.doors.rtp.reports import Reception

SILENT_MS = 5_000
LOOK_MS = 1_000
LOOKS = 10
HEAVY_LOSS, LIGHT_LOSS = 0.10, 0.05
LEAST_PACKETS = 100  # fewer say nothing about a share
MANY_STRAYS = 50  # and when there are ten times as many again
MOST_LINES = 8  # not asked for: the oldest is dropped


class Watch:
    """Looked at every tick; ``now_ms`` is monotonic."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._looks: deque[tuple[int, int]] = deque(maxlen=LOOKS + 1)  # packets, lost
        self._look_ms = 0.0
        self._is_silent = False
        self._is_lossy = False
        self._is_badly_heard = False
        self._complain_at = dict.fromkeys(("strangers", "unreadable"), MANY_STRAYS)

    def take(self) -> str | None:
        return self._lines.popleft() if self._lines else None

    def silence(self, ms: float) -> None:
        """For so long no RTP has come, though it should."""
        if not self._is_silent and ms >= SILENT_MS:
            self._is_silent = True
            self._lines.append(
                f"no packets from the caller for {SILENT_MS // 1000} s: the caller may not be heard, "
                "check the ports and addresses between"
            )

    def sound(self) -> None:
        """RTP comes."""
        if self._is_silent:
            self._is_silent = False
            self._lines.append("packets from the caller come again")

    def is_due(self, now_ms: float) -> bool:
        """Whether a second has passed since the last :meth:`look`."""
        return now_ms >= self._look_ms

    def look(self, now_ms: float, figures: Reception, strangers: int, unreadable: int) -> None:
        """``strangers`` and ``unreadable`` count packets of the whole call."""
        self._look_ms = now_ms + LOOK_MS
        if self._are_many("strangers", strangers):
            self._lines.append(f"{strangers} packets of strangers were dropped: somebody sends to a port of this call")
        if self._are_many("unreadable", unreadable):
            self._lines.append(f"{unreadable} packets of the caller could not be decrypted: check the keys of SRTP")
        self._looks.append((figures.packets, figures.lost))
        packets, lost = (now - before for now, before in zip(self._looks[-1], self._looks[0], strict=True))
        if packets + lost >= LEAST_PACKETS:
            share = max(0, lost) / (packets + lost)
            if not self._is_lossy and share > HEAVY_LOSS:
                self._is_lossy = True
                self._lines.append(f"{share:.0%} of the caller's packets were lost in the last {LOOKS} s")
            elif self._is_lossy and share < LIGHT_LOSS:
                self._is_lossy = False
                self._lines.append("the caller's packets arrive again")
        if figures.their_loss is not None:
            if not self._is_badly_heard and figures.their_loss > HEAVY_LOSS:
                self._is_badly_heard = True
                self._lines.append(f"the caller's side says that it loses {figures.their_loss:.0%} of our packets")
            elif figures.their_loss < LIGHT_LOSS:
                self._is_badly_heard = False

    def _are_many(self, strays: str, count: int) -> bool:
        if count < self._complain_at[strays]:
            return False
        self._complain_at[strays] = count * 10
        return True
