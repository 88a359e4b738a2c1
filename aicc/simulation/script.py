"""What testers write: a caller, the caller's line, what the caller does step by step, and what must come of it.

::

    about: 주문번호를 나누어 부르고 한 번 고친다   # what the call is for, in a sentence
    caller: "01023456789"              # also: called, direction: in|out, variables: {}
    voice: ko+m3                       # espeak-ng's, or {name: ko+m3, speed: 150, pitch: 40}; piper:NAME, sherpa:NAME
    recorded: true                     # the texts lie beside NAME.yaml as NAME.01.flac, NAME.02.flac ... in their order
    line: {noise: street, snr_db: 15, loss_percent: 1, echo_db: -20, echo_delay_ms: 120}   # a clean line if left out
    patience_ms: 400                   # of silence, until the bot is taken to have finished ...
    reaction_ms: [300, 600]            # ... and so much more, by chance, until the caller speaks
    steps:
      - say: 주문한 냉장고가 언제 오나요
      - say: [주문 번호는, 500, 이공이육, 400, 일일이이요]   # with pauses inside, in ms
      - say: 아니요
        gain_db: -25                   # whispers; 18 shouts, and clips
      - cut_in: {say: 아니 그게 아니고요, after_ms: 1200}    # into the bot's speech, once it has spoken so long
      - backchannel: {say: 네네, after_ms: 1000}
      - cough: {after_ms: 800}
      - keys: 1234#                    # or {press: 1234#, after_ms: 500}
      - silence_ms: 9000               # whatever the bot says
      - noise: {kind: music, ms: 5000}
      - play: dog.flac                 # beside the script
      - listen                         # hears the bot out and says nothing
      - hang_up                        # or {after_ms: 900}; {say: 저기 그, after_ms: 700} breaks off the own words
    expect:
      ended_by: bot
      outcome: done

What makes a sound waits for the bot to finish first, as a person would; with ``after_ms`` it goes into its speech. When
the steps are through the caller hears the bot out, waits three seconds, and hangs up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from aicc.simulation.expect import Expect
from voicebot.dialogue.scenario.step import Written

LONGEST_MS = 600_000
SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS = 20, 10_000


def _as_text(value: Any) -> Any:
    """A number may be written without quotes."""
    return str(value) if type(value) in (int, float) else value


def _as_pieces(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return (_as_text(value),)
    is_pause = [type(piece) is int for piece in value]
    if is_pause and (is_pause[0] or is_pause[-1] or any(a and b for a, b in pairwise(is_pause))):
        raise ValueError("a pause lies between two texts: write [TEXT, MILLISECONDS, TEXT]; a number in quotes is said")
    for piece in value:
        if type(piece) is int and not SHORTEST_PAUSE_MS <= piece <= LONGEST_PAUSE_MS:
            bounds = f"{SHORTEST_PAUSE_MS} to {LONGEST_PAUSE_MS}"
            raise ValueError(f"a pause of {piece} ms: write {bounds}, or a number that is said in quotes")
    return tuple(value)


def _keyed(key: str) -> BeforeValidator:
    """``key: VALUE`` in place of ``{key: VALUE}``, and nothing at all in place of all that can be left out."""

    def full(value: Any) -> Any:
        if value is None:
            return {}
        return value if isinstance(value, dict) else {key: _as_text(value)}

    return BeforeValidator(full)


Text = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]
Piece = Annotated[str, Field(min_length=1)] | int
Pieces = Annotated[tuple[Piece, ...], BeforeValidator(_as_pieces), Field(min_length=1)]
AfterMs = Annotated[int, Field(ge=0, le=LONGEST_MS)]
GainDb = Annotated[float, Field(ge=-60, le=40)]


class Utterance(Written):
    """Words of the caller. ``gain_db`` is over the voice's level; what is too loud for the line is clipped."""

    say: Pieces
    gain_db: GainDb = 0.0


class Say(Utterance):
    """Says something when the bot has finished."""


class IntoSpeech(Utterance):
    after_ms: AfterMs


class CutIn(Written):
    """Interrupts the bot."""

    cut_in: IntoSpeech


class Coughing(Written):
    after_ms: AfterMs = 800
    gain_db: GainDb = 0.0


class Cough(Written):
    """Coughs while the bot speaks, and waits for it to go on."""

    cough: Annotated[Coughing, _keyed("after_ms")]


class Agreeing(Utterance):
    say: Pieces = ("네네",)
    after_ms: AfterMs = 1_000


class Backchannel(Written):
    """Says 네네 or 음 while the bot speaks, and waits for it to go on."""

    backchannel: Annotated[Agreeing, _keyed("say")]


class Pressed(Written):
    press: Annotated[str, BeforeValidator(_as_text), Field(pattern=r"^[0-9*#]{1,64}$")]
    after_ms: AfterMs | None = None


class Keys(Written):
    """Presses keys, four a second."""

    keys: Annotated[Pressed, _keyed("press")]


class Silence(Written):
    """Says nothing for so long, whatever the bot does."""

    silence_ms: int = Field(ge=20, le=LONGEST_MS)


NoiseKind = Literal["street", "music", "strings", "band", "babble", "white", "pink", "keyboard", "breathing"]


class Noisy(Written):
    kind: NoiseKind
    ms: int = Field(ge=20, le=LONGEST_MS)
    level_dbfs: float = Field(default=-30.0, ge=-70, le=-6)
    after_ms: AfterMs | None = None


class Noise(Written):
    """Something sounds where the caller is, for so long."""

    noise: Noisy


class Played(Written):
    file: Text
    gain_db: GainDb = 0.0
    after_ms: AfterMs | None = None


class Play(Written):
    """Plays a sound file that lies beside the script."""

    play: Annotated[Played, _keyed("file")]


class Leaving(Written):
    """``after_ms`` of the bot's speech or, where something is said, of the caller's own."""

    after_ms: AfterMs | None = None
    say: Pieces | None = None

    @model_validator(mode="after")
    def _in_the_words(self) -> Leaving:
        if self.say is not None and self.after_ms is None:
            raise ValueError("hang_up has words but no after_ms: add it, or say them in a step before")
        return self


class HangUp(Written):
    """Hangs up; the steps behind it are not reached."""

    hang_up: Annotated[Leaving, _keyed("after_ms")]


class Listen(Written):
    """Hears the bot out; the next step waits until it has spoken again."""

    listen: Annotated[
        dict[str, Any], BeforeValidator(lambda value: {} if value is None else value), Field(max_length=0)
    ]


STEPS: dict[str, type[Written]] = {
    "say": Say,
    "cut_in": CutIn,
    "cough": Cough,
    "backchannel": Backchannel,
    "keys": Keys,
    "silence_ms": Silence,
    "noise": Noise,
    "play": Play,
    "hang_up": HangUp,
    "listen": Listen,
}
WORDS_ALONE = ("listen", "hang_up", "cough", "backchannel")


def kind_of_step(value: Any) -> str | None:
    """The key that names a step's kind, of what is written or of a step that has been read."""
    if isinstance(value, Written):
        return next(key for key, model in STEPS.items() if type(value) is model)
    return next((key for key in STEPS if key in value), None) if isinstance(value, dict) else None


def _tag(value: Any) -> str | None:
    kind = kind_of_step(value)
    return f"{kind} step" if kind else None


AnyStep = Annotated[
    Annotated[Say, Tag("say step")]
    | Annotated[CutIn, Tag("cut_in step")]
    | Annotated[Cough, Tag("cough step")]
    | Annotated[Backchannel, Tag("backchannel step")]
    | Annotated[Keys, Tag("keys step")]
    | Annotated[Silence, Tag("silence_ms step")]
    | Annotated[Noise, Tag("noise step")]
    | Annotated[Play, Tag("play step")]
    | Annotated[HangUp, Tag("hang_up step")]
    | Annotated[Listen, Tag("listen step")],
    Discriminator(_tag, custom_error_type="unknown_step", custom_error_message="no step"),
]
WrittenStep = Annotated[AnyStep, BeforeValidator(lambda value: {value: None} if value in WORDS_ALONE else value)]


class Voice(Written):
    """Who speaks: a voice of espeak-ng such as ko+m3, with words a minute and pitch, or ENGINE:NAME."""

    name: Text = "ko+m3"
    speed: int = Field(default=165, ge=80, le=450)
    pitch: int = Field(default=50, ge=0, le=100)


class LineSettings(Written):
    """The telephone line: G.711, and what else it does to a voice.

    Noise is so many dB below the voice; what the bot says comes back ``echo_db`` over how loud it came.
    """

    noise: NoiseKind | None = None
    snr_db: float = Field(default=15.0, ge=-10, le=60)
    loss_percent: float = Field(default=0.0, ge=0, le=50)
    echo_db: float | None = Field(default=None, ge=-60, le=0)
    echo_delay_ms: int = Field(default=120, ge=0, le=1_000)


class ScriptFile(Written):
    """A script as it is written."""

    about: Text | None = None
    caller: Annotated[str, BeforeValidator(_as_text)] = ""
    called: Annotated[str, BeforeValidator(_as_text)] = ""
    direction: Literal["in", "out"] = "in"
    variables: dict[str, Text] = Field(default={})
    voice: Annotated[Voice, _keyed("name")] = Voice()
    recorded: bool = False
    line: LineSettings = LineSettings()
    patience_ms: int = Field(default=400, ge=100, le=LONGEST_MS)
    reaction_ms: tuple[int, int] = (300, 600)
    steps: tuple[WrittenStep, ...] = Field(min_length=1)
    expect: Expect = Expect()

    @field_validator("reaction_ms")
    @classmethod
    def _in_order(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 0 <= value[0] <= value[1] <= LONGEST_MS:
            raise ValueError("reaction_ms is not two times, the shorter first: write [300, 600]")
        return value


@dataclass(frozen=True, slots=True)
class Script:
    """A script that has been read; ``name`` is its file's, without the ending."""

    path: Path
    written: ScriptFile

    @property
    def name(self) -> str:
        return self.path.stem

    def recording(self, number: int) -> Path:
        """Where the text of this number, from 1, is recorded."""
        return self.path.with_name(f"{self.name}.{number:02d}.flac")

    def texts(self) -> list[str]:
        """Every stretch of words in the script's order: what ``recording`` numbers."""
        return [piece for said in said_in(self.written) for piece in said if isinstance(piece, str)]


def said_in(script: ScriptFile) -> Iterator[tuple[str | int, ...]]:
    """What is said, utterance by utterance."""
    for step in script.steps:
        match step:
            case Say():
                yield step.say
            case CutIn():
                yield step.cut_in.say
            case Backchannel():
                yield step.backchannel.say
            case HangUp() if step.hang_up.say is not None:
                yield step.hang_up.say
