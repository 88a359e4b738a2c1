"""Writes the model card: what the bundled speaker embedding was made of, what it does, and what it does not."""
# ruff: noqa: E501 - a page of Markdown

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assist.speaker import features
from assist.speaker.ecapa import EMBEDDING_SIZE
from gpu import device
from gpu.train.speaker.disguise import FASTEST, LONGEST_TRACT
from gpu.train.speaker.examples import LONGEST_S, SHORTEST_S
from gpu.train.speaker.measuring import BATCH, Errors
from gpu.train.speaker.network import DILATIONS, Shape
from gpu.train.speaker.training import Generalization, Progress

FILE = "ECAPA.md"

_CARD = """\
# The bundled speaker embedding

**Read this before you trust it.** It has heard {speakers} people, each for 2 to 17 seconds, all of whom read English books aloud.
What it knows of other voices it has from a teacher, and from disguises of these {speakers}. It has never heard a Korean
speaker, a spontaneous call, or one person on two days. Nobody should be let into an account by it alone: use it as one
sign among others, set the wanted false-accept rate low, measure it on your own calls (`aicc speaker eval`), and choose
SpeechBrain's published model where it can be had.

| | |
|---|---|
| task | a voice in telephone sound as {size} numbers of length 1; the cosine of two tells how alike the voices are |
| network | ECAPA-TDNN (Desplanques, Thienpondt, Demuynck, 2020): {bands} log-mels of 8 kHz sound (25 ms, every 10 ms, mean taken out), first convolution with a stride of 2, blocks of {channels} channels with dilations {dilations}, attentive statistics; {parameters:.2f} M parameters |
| file | `ecapa.onnx`, {megabytes:.1f} MB |
| trained | {minutes:.0f} minutes, {steps:,} steps, {crops:,} crops, {machine}, {day} |
| rebuilt by | `python -m gpu.train.speaker --teacher WHEEL` |
| licence | Apache-2.0 |

## Training data

- **Speakers**: LibriSpeech `train-clean-100` (Panayotov, Chen, Povey, Khudanpur, 2015; www.openslr.org/12; CC BY 4.0), one
  recording each of {speakers} speakers; {held_out} more were kept out of training, to watch it by.
- **Disguises**: no voice is heard twice alike. Pitch and formants move together by up to {fastest:.2f} times, formants besides by up to
  {tract:.2f} times and each region of them on its own; words come out of another speaker's mouth or from between the two; some
  voices run backwards, some are two people at once.
- **Teacher**: the GE2E encoder of Resemblyzer 0.1.4 (Apache-2.0; Wan et al., 2018), which its authors trained on thousands of
  speakers. It hears each voice undisturbed at 16 kHz; the network learns to find the same place in its space from {shortest:.1f} to {longest:.1f} s
  down a bad line, and on the way to know what the teacher's layers know. In the end the space is shrunk in the
  directions in which one training speaker strays (within-class covariance normalization).
- **Line**: the band's edges anywhere (60 to 380 and 2,700 to 3,800 Hz), G.711 (mu and A), rooms to 0.6 s, handset colour,
  noise, hum and babble, a second person, coder noise, level, clipping, lost packets. Nearly half of the lines are good.

## Figures

Measured on {machine}, {day}, while the machine did other work too.

| measure | this model | its teacher |
|---|---|---|
| EER, ten speakers of LibriSpeech `test-other`, 3 s against 3 s, telephone band (8 kHz, 300 to 3,400 Hz, mu-law), {trials:,} trials | {student_eer:.2f} % | {teacher_eer:.2f} % |
| minDCF of the same (p 0.01) | {student_dcf:.2f} | {teacher_dcf:.2f} |
| EER, {held_out} held-out speakers, 3 s against 3 s of one recording: telephone band / bad lines | {clean:.1f} / {bad:.1f} % | |
| 5 s to an embedding, one CPU thread | {one_ms:.0f} ms | |
| {batch} times 5 s in one call, one CPU thread | {batch_ms:.0f} ms | |

The ten speakers were not trained on, and no checkpoint was chosen by them. The trials are made by
`python -m gpu.train.speaker.trials_of_test OUT`; cosines of whole pieces, no normalization of scores. Ten speakers are few:
another ten would give another figure. The weights come from several runs, one going on from the other while the recipe
was being found (minutes, steps and crops above are their sum); a rebuild follows the last recipe from its beginning.

## What it gets wrong

Relatives and others with like voices; a cold, a whisper, a shout; a new telephone; less than two seconds; two people at
once; recordings and synthetic voices, which it cannot tell from people. Errors of people whose voices are unlike those of
English readers (children, the very old, other languages) have not been measured.
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured of a finished model."""

    parameters: int
    size_bytes: int
    progress: Progress
    speakers: int
    held_out: int
    generalization: Generalization
    student: Errors
    teacher: Errors
    one_ms: float
    batch_ms: float


def write(path: Path, facts: Facts) -> None:
    chosen = device.choose()
    card = _CARD.format(
        speakers=facts.speakers,
        size=EMBEDDING_SIZE,
        bands=features.BANDS,
        channels=Shape().channels,
        dilations=", ".join(map(str, DILATIONS)),
        parameters=facts.parameters / 1e6,
        megabytes=facts.size_bytes / 1e6,
        minutes=facts.progress.minutes,
        steps=facts.progress.step,
        crops=facts.progress.crops,
        machine=f"{chosen.name}, {chosen.cores} cores",
        day=date.today().isoformat(),
        held_out=facts.held_out,
        fastest=FASTEST,
        tract=LONGEST_TRACT,
        shortest=SHORTEST_S,
        longest=LONGEST_S,
        trials=facts.student.n,
        student_eer=100 * facts.student.eer,
        teacher_eer=100 * facts.teacher.eer,
        student_dcf=facts.student.min_dcf,
        teacher_dcf=facts.teacher.min_dcf,
        clean=100 * facts.generalization.telephone_eer,
        bad=100 * facts.generalization.bad_line_eer,
        one_ms=facts.one_ms,
        batch=BATCH,
        batch_ms=facts.batch_ms,
    )
    path.write_text(card, encoding="utf-8")
