"""Time that passes when a test says so."""

from dataclasses import dataclass


@dataclass
class VirtualClock:
    """Milliseconds since the test began; ``clock.now_ms`` may be given wherever a monotonic clock in ms is wanted."""

    ms: float = 0.0

    def now_ms(self) -> float:
        return self.ms

    def pass_ms(self, ms: float) -> None:
        self.ms += ms
