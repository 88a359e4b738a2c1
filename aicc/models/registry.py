"""The models of an installation: those that can be had (the registry) and those that lie in ``models/``."""

import difflib
import json
import logging
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Literal, Self
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from aicc.errors import AiccError
from aicc.settings import SettingsInvalid

log = logging.getLogger(__name__)

Engine = Literal["sherpa", "sherpa-voice", "whisper", "vosk", "speechbrain", "piper", "onnx"]
RECORD_NAME = ".aicc.json"


def setting_of(name: str, engine: str) -> str | None:
    """The line of ``aicc.yaml`` that makes the product use an installed model; None where no line does."""
    match engine:
        case "sherpa" | "whisper" | "vosk":
            return f"recognizer: {engine}:{name}"
        case "piper" | "sherpa-voice":
            return f"voice: {engine.removesuffix('-voice')}:{name}"
        case "onnx":
            return f"embedding: {engine}:{name}"
        case _:
            return None


class ModelUnavailable(AiccError):
    """A model cannot be had; the message says why and what to do."""


class RemoteFile(BaseModel):
    """One file of a model; ``path`` is relative to the model's address and, unless unpacked, to its folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    size_bytes: int | None = Field(default=None, ge=0)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    unpack: bool = False

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        if not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
            raise ValueError("a path inside the model is needed")
        return path


class Model(BaseModel):
    """A model that can be pulled; sizes and checksums are None where the publisher does not tell them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$")
    purpose: str
    engine: Engine
    licence: str
    address: str
    files: tuple[RemoteFile, ...] = Field(min_length=1)

    @property
    def setting(self) -> str | None:
        return setting_of(self.name, self.engine)

    @property
    def size_bytes(self) -> int | None:
        """What is downloaded; None where the publisher does not say."""
        sizes = [file.size_bytes for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def address_of(self, file: RemoteFile, mirror: str | None = None) -> str:
        base = f"{mirror.rstrip('/')}/{self.name}" if mirror else self.address.rstrip("/")
        return f"{base}/{quote(file.path)}"


class Registry(BaseModel):
    """The list of models that can be pulled: ``aicc/models/registry.yaml``, or a site's own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[Model, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Of a file, else the one that comes with the product; :class:`~aicc.settings.SettingsInvalid`."""
        source = path or resources.files("aicc.models") / "registry.yaml"
        try:
            return cls.model_validate(yaml.safe_load(source.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise SettingsInvalid(f'no model registry "{source}": check "registry:" in aicc.yaml') from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise SettingsInvalid(f"{source}: not a model registry: {error}") from None
        except ValidationError as invalid:
            first = invalid.errors()[0]
            key = ".".join(str(part) for part in first["loc"]) or "the whole file"
            reason = first["msg"][0].lower() + first["msg"][1:]
            raise SettingsInvalid(f"{source}: {key}: {reason}: see aicc/models/registry.yaml for the form") from None

    def find(self, name: str) -> Model:
        """By name, or by the value that selects it in ``aicc.yaml``; :class:`ModelUnavailable` names close ones."""
        for model in self.models:
            if name == model.name or (model.setting and name == model.setting.partition(": ")[2]):
                return model
        names = [model.name for model in self.models]
        # "ko" is close to "zipformer-ko-streaming" for a person, not for a measure of letters
        close = [known for known in names if name.lower() in known.lower()] or difflib.get_close_matches(name, names)
        way_out = f"did you mean {' or '.join(close[:3])}?" if close else '"aicc models list" shows what there is'
        raise ModelUnavailable(f'no model "{name}" in the registry: {way_out}')


@dataclass(frozen=True, slots=True)
class StoredFile:
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """What was installed, written into the model's folder as the last thing before it appears in ``models/``.

    ``verified`` is true when every file was compared with a checksum of the registry.
    """

    name: str
    engine: str
    verified: bool
    files: dict[str, StoredFile]

    def write(self, folder: Path) -> None:
        (folder / RECORD_NAME).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Record | None":
        """None where there is none, or none that can be read."""
        try:
            content = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
            files = {path: StoredFile(**stored) for path, stored in content.pop("files").items()}
            return cls(**content, files=files)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in ``models/``; ``missing`` names files that the record knows and the folder has not, or not whole."""

    name: str
    folder: Path
    engine: str
    size_bytes: int
    verified: bool
    missing: tuple[str, ...]


def installed(models: Path) -> list[Installed]:
    """Every model in the folder, by name; what was put there by hand is recognised by its files."""
    if not models.is_dir():
        return []
    found = []
    for folder in sorted(models.iterdir()):
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        record = Record.read(folder)
        engine = record.engine if record else engine_of(folder)
        if engine is None:
            log.info("%s is not a model", folder)
            continue
        files = record.files if record else {}
        missing = [path for path, file in files.items() if not _is_there(folder / path, file)]
        size_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        verified = record is not None and record.verified
        found.append(Installed(folder.name, folder, engine, size_bytes, verified, tuple(missing)))
    return found


def _is_there(path: Path, file: StoredFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size_bytes


def engine_of(folder: Path) -> Engine | None:
    """Which engine could load what lies in this folder, told by its files; None if it is not a model."""
    names = {path.name for path in folder.iterdir()}
    onnx = [name for name in names if name.endswith(".onnx")]
    inside = {path.name for path in (folder / "onnx").iterdir()} if (folder / "onnx").is_dir() else set()
    if any(f"{name}.json" in names for name in onnx):
        return "piper"
    if {"voice.bin", "unicode_indexer.bin"} <= names and onnx:  # Supertonic
        return "sherpa-voice"
    if "tokens.txt" in names and onnx:
        return "sherpa-voice" if names & {"espeak-ng-data", "lexicon.txt", "dict", "voices.bin"} else "sherpa"
    if {"model.bin", "config.json"} <= names and names & {"tokenizer.json", "vocabulary.txt", "vocabulary.json"}:
        return "whisper"
    if "tokenizer.json" in names | inside and "model.onnx" in names | inside:
        return "onnx"
    if (folder / "am" / "final.mdl").is_file() or {"final.mdl", "mfcc.conf"} <= names:
        return "vosk"
    if "hyperparams.yaml" in names and any(name.endswith(".ckpt") for name in names):
        return "speechbrain"
    return None
