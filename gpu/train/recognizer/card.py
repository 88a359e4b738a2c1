"""Writes the model card: what the bundled recognizer was made of, what it does, and what it does not."""
# ruff: noqa: E501 - a page of Markdown

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from gpu import device
from gpu.train.recognizer.sentences import SHARES, Sentences
from gpu.train.recognizer.voices import NAMED, PLAIN, Voices
from voicebot.stt.evaluation import Result

_CARD = """\
# The bundled Korean recognizer

**It knows synthetic voices only.** It was trained from scratch on speech that espeak-ng synthesized; it has never heard
a person. On a human caller it is of little use: install a downloaded model (`aicc models list`) and name it in
`aicc.yaml`. What it is for: a closed network's first hour, demonstrations, tests, and load figures, all without a download.

| | |
|---|---|
| task | streaming Korean speech recognition, telephone band, 8 kHz |
| network | log-mels ({bands} bands, 10 ms), 2 convolutions, 3 LSTMs of {width}, {look_ahead_ms} ms look-ahead, CTC over {tokens} conjoining jamo and the space, a step of 30 ms; {parameters:.2f} M parameters, matrices in 8 bits |
| decoding | prefix beam with an interpolated jamo 10-gram ({runs:,} runs), Kiwi's language model on what stays in doubt |
| files | `recognizer.onnx` {network_mb:.1f} MB, `ngram.npz` {language_mb:.1f} MB |
| trained | {steps:,} steps, {hours:.0f} hours of fresh synthetic speech, seed {seed}, {machine}, {day} |
| rebuilt by | `make model` (`python -m gpu.train.recognizer`) |
| licence | Apache-2.0 |

## Training data

Every utterance is synthesized once, sent down a drawn telephone line once, and forgotten.

- **Voices**: espeak-ng {versions}, {voices} Korean voices and variants, pitch, range, speed 100 to 260 words a minute drawn anew.
- **Sentences**: {contact:,} contact-centre lines of `gpu/train/corpus` (written for this project) with {slots} kinds of
  slots filled anew each time; {everyday:,} everyday sentences from songys/Chatbot_data (MIT), KorSTS and KorNLI/XNLI
  (CC BY-SA 4.0); place names from the public legal-dong and road-name lists; nouns of Kiwi's dictionary; shuffled words
  and random syllables. Shares: {shares}.
- **Line**: G.711 (mu and A), rooms, handset colour, white to brown noise, babble, hum, 4 to 32 dB, level, clipping,
  up to 7 % lost packets with and without concealment.

## Figures

CER is the character error rate, spaces and punctuation removed, NFC. Sentences and seeds were never trained on
(`python -m audio_fixtures.evaluation`); voices are drawn from the same set. Measured on {machine}, {day}.

| set | n | CER | without the language models |
|---|---|---|---|
{rows}

## What it gets wrong

Words it has no language for (rare names, brands), sounds that spell alike in fast speech (은/는, ㅐ/ㅔ), two speakers at
once, people.
"""


def write(
    path: Path,
    sentences: Sentences,
    results: Mapping[str, tuple[Result, Result]],
    facts: Mapping[str, float | int],
) -> None:
    """``results`` holds for each set the whole recognizer's result, and that without language models."""
    voices, chosen = Voices(), device.choose()
    rows = [
        f"| {name.replace('_', ' ')} | {whole.n} | {100 * whole.cer:.2f} % | {100 * alone.cer:.2f} % |"
        for name, (whole, alone) in results.items()
    ]
    card = _CARD.format(
        **facts,
        network_mb=(path.parent / "recognizer.onnx").stat().st_size / 1e6,
        language_mb=(path.parent / "ngram.npz").stat().st_size / 1e6,
        machine=f"{chosen.name}, {chosen.cores} cores",
        day=date.today().isoformat(),
        versions=" and ".join(library.version() for library in voices.libraries),
        voices=len(PLAIN) + len(NAMED),
        contact=len(sentences.contact_centre),
        everyday=len(sentences.everyday),
        slots=len(sentences.slots.kinds),
        shares=", ".join(f"{kind.replace('_', ' ')} {100 * share:.0f} %" for kind, share in SHARES.items()),
        rows="\n".join(rows),
    )
    path.write_text(card, encoding="utf-8")
