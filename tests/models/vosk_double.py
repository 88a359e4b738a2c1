"""A double of the vosk module: the same names and calls, the answers replayed in vosk's own JSON layout.

The layout (spaces, six decimals, ``result`` only where there are words) is what libvosk 0.3.45 writes; the words are
made up. Each stream replays the same script: by how many samples it was given, what it answers.
"""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

PIECE = """{
  "result" : [{
      "conf" : 0.912345,
      "end" : 0.630000,
      "start" : 0.240000,
      "word" : "배송"
    }, {
      "conf" : 1.000000,
      "end" : 1.170000,
      "start" : 0.630000,
      "word" : "조회"
    }],
  "text" : "배송 조회"
}"""
LAST_PIECE = """{
  "result" : [{
      "conf" : 0.301220,
      "end" : 2.100000,
      "start" : 1.950000,
      "word" : "[unk]"
    }, {
      "conf" : 0.772000,
      "end" : 2.610000,
      "start" : 2.130000,
      "word" : "해주세요"
    }],
  "text" : "[unk] 해주세요"
}"""
NOTHING = """{
  "text" : ""
}"""


def partial(text: str) -> str:
    return f'{{\n  "partial" : "{text}"\n}}'


@dataclass
class KaldiRecognizer:
    """Cuts a piece off at 1.5 s of sound, as vosk does at a pause; answers nothing where all samples are zero."""

    model: "Model"
    rate_hz: int
    gives_words: bool = False
    samples: int = 0
    pieces: int = 0
    loud: bool = False

    def SetWords(self, enable_words: bool) -> None:
        self.gives_words = enable_words

    def AcceptWaveform(self, data: bytes) -> int:
        self.samples += len(data) // 2
        self.loud = self.loud or any(data)
        return int(self.loud and self.pieces == 0 and self.samples >= 1.5 * self.rate_hz)

    def Result(self) -> str:
        self.pieces += 1
        return PIECE if self.gives_words else NOTHING

    def PartialResult(self) -> str:
        if not self.loud:
            return partial("")
        seconds = self.samples / self.rate_hz
        if self.pieces:
            return partial("해주세요" if seconds > 2.2 else "")
        return partial("배송 조회" if seconds > 1 else "배송" if seconds > 0.5 else "")

    def FinalResult(self) -> str:
        if not self.loud:
            return NOTHING
        return LAST_PIECE if self.pieces else PIECE


@dataclass
class Model:
    model_path: str

    def __post_init__(self) -> None:
        if not (Path(self.model_path) / "am/final.mdl").is_file():
            raise Exception("Failed to create a model")  # vosk's own words


def vosk_double() -> SimpleNamespace:
    return SimpleNamespace(Model=Model, KaldiRecognizer=KaldiRecognizer, SetLogLevel=lambda level: None)


def make_folder(folder: Path, rate_hz: int = 8_000) -> Path:
    """The files a Kaldi model has, without a model in them."""
    for name in ("am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst", "conf/model.conf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\0" * 64)
    (folder / "conf/mfcc.conf").write_text(
        f"--use-energy=false\n--sample-frequency={rate_hz}  # the calls' rate\n--num-ceps=40\n", encoding="utf-8"
    )
    return folder
