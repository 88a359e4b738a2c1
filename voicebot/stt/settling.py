"""Which part of a partial transcript will not change any more, for recognizers that do not say so themselves."""

from voicebot.stt.recognizer import Partial

SETTLE_MS = 600


class Settling:
    """Follows the hypotheses of one stream; what stood unchanged for ``settle_ms`` of sound is settled.

    With hypotheses a second apart this is local agreement: settled is what two in a row share (Liu, Spanakis and
    Niehues, "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by Partial Hypothesis Selection",
    2020). A settled beginning is kept even where a later hypothesis disagrees; the final is free to.
    """

    def __init__(self, settle_ms: int = SETTLE_MS) -> None:
        self._settle_ms = settle_ms
        self._since_ms: list[int] = []  # when each character of the transcript came to stand where it stands
        self.partial = Partial()

    def hear(self, text: str, at_ms: int) -> Partial:
        """A new hypothesis for the sound up to ``at_ms``, and what to show for it."""
        before = self.partial
        settled = before.spoken[: before.stable_chars]
        if not text.startswith(settled):
            text = _grafted(settled, text)
        alike = _common_beginning(before.spoken, text)
        self._since_ms = self._since_ms[:alike] + [at_ms] * (len(text) - alike)
        stable = len(settled)
        while stable < len(text) and at_ms - self._since_ms[stable] >= self._settle_ms:
            stable += 1
        self.partial = Partial(text, stable)
        return self.partial


def _common_beginning(one: str, other: str) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _grafted(settled: str, text: str) -> str:
    """The settled words, and after them the words of ``text`` from the same place on."""
    kept = settled.split()
    return " ".join([*kept, *text.split()[len(kept) :]]) if len(text.split()) > len(kept) else settled
