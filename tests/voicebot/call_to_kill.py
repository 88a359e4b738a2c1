"""A process that writes a call as fast as it can and says what is on disk, until it is killed.

Run with the call's folder and the key in hex, or "clear".
"""

import itertools
import sys
from pathlib import Path

import numpy as np

from voicebot.audio import Samples
from voicebot.disk import Disk
from voicebot.events import Dtmf, Logged, TranscriptPartial
from voicebot.journal import Journal
from voicebot.recording import Recording

RATE_HZ = 8_000
FRAME = RATE_HZ // 50


def sound(frames: int, first: int = 0) -> Samples:
    """``(frames, 2)`` in which every sample tells its place, counted from ``first``."""
    places = np.arange(first, first + frames)
    return np.stack((places % 30_011, -(places % 29_989)), axis=1).astype(np.int16)


def main(folder: Path, key: bytes | None) -> None:
    disk = Disk()
    journal = Journal(folder, disk, print)
    recording = Recording(folder, RATE_HZ, disk, print, key)
    for second in itertools.count(1):
        for frame in np.split(sound(RATE_HZ, (second - 1) * RATE_HZ), 50):
            recording.write(frame[:, 0], frame[:, 1])
        for number in ((second - 1) * 2, (second - 1) * 2 + 1):
            event = TranscriptPartial("caller", 1, "주문 번호는", "주문 번호는", 3) if number % 2 else Dtmf("5")
            journal.append(Logged(folder.name, number, number * 500, event))
        disk.flush()
        print(second, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), None if sys.argv[2] == "clear" else bytes.fromhex(sys.argv[2]))
