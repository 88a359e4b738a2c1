"""Voices for training speech: every espeak-ng voice that a listener takes for a person, in both versions at hand."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.tts import libespeak
from voicebot.tts.libespeak import EspeakUnavailable, Mark, Prosody

# Version 1.51 in Debian 12; the wheel carries 1.52. By path: by soname the loader would answer with the one it has.
DEBIAN_LIBRARIES = sorted(Path("/usr/lib").glob("*-linux-gnu/libespeak-ng.so.1"))

PLAIN = ["", *(f"+m{n}" for n in range(1, 9)), *(f"+f{n}" for n in range(1, 6))]
NAMED = [
    *("Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Henrique", "Hugo", "Jacky", "Lee"),
    *("Marco", "Mario", "Michael", "Mike", "Nguyen", "adam", "anika", "antonio", "aunty", "belinda", "benjamin"),
    *("boris", "caleb", "david", "ed", "edward", "grandma", "grandpa", "iven", "iven2", "john", "linda", "marcelo"),
    *("max", "michel", "miguel", "pablo", "paul", "pedro", "quincy", "rob", "robert", "sandro", "shelby", "steph"),
    *("steph2", "travis", "victor", "zac", "klatt", "klatt2", "klatt3", "klatt4", "klatt5", "klatt6"),
]
PLAIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Speaker:
    """One way to speak: which library (0 the wheel's, 1 Debian's), which voice, and its prosody."""

    library: int
    voice: str
    prosody: Prosody


class Voices:
    """Synthesizes with both espeak-ng versions; falls back to the wheel's alone where Debian's is not installed."""

    def __init__(self) -> None:
        self.libraries = [libespeak.load()]
        self.libraries += [libespeak.load(path) for path in DEBIAN_LIBRARIES]

    def draw(self, random: np.random.Generator) -> Speaker:
        """A speaker at random: voice, pitch, liveliness, and a speed from slow dictation to hurried talk."""
        names = PLAIN if random.random() < PLAIN_SHARE else [f"+{name}" for name in NAMED]
        prosody = Prosody(
            words_per_minute=int(np.clip(random.normal(168, 30), 100, 260)),
            pitch=int(np.clip(random.normal(48, 17), 5, 95)),
            pitch_range=int(np.clip(random.normal(50, 18), 5, 100)),
            volume=int(random.uniform(60, 110)),
            word_gap=int(random.choice([0, 0, 0, 0, 1, 2, 4])),
        )
        return Speaker(int(random.integers(len(self.libraries))), "ko" + str(random.choice(names)), prosody)

    def speak(self, text: str, speaker: Speaker) -> tuple[npt.NDArray[np.int16], list[Mark]]:
        """int16 samples at 22,050 Hz and the marks of words and phonemes."""
        blocks: list[npt.NDArray[np.int16]] = []

        def keep(block: npt.NDArray[np.int16]) -> bool:
            blocks.append(block)
            return True

        library = self.libraries[speaker.library]
        try:
            marks = library.synthesize(text, speaker.voice, speaker.prosody, keep)
        except EspeakUnavailable:  # a voice that only one version carries
            marks = library.synthesize(text, "ko", speaker.prosody, keep)
        return (np.concatenate(blocks) if blocks else np.zeros(0, np.int16)), marks
