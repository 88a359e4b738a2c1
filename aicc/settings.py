"""``aicc.yaml``: what an installation chooses, with defaults that work without a file."""

import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from aicc.errors import AiccError
from voicebot.dialogue.answer.endpoint import Endpoint

if TYPE_CHECKING:
    import typer

FILE_NAME = "aicc.yaml"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._+-]*"
_SERVED_NAME = r"[A-Za-z0-9][A-Za-z0-9._+:/-]*"  # servers name models OWNER/NAME:TAG


class SettingsInvalid(AiccError):
    """The settings file cannot be used; the message names the file, the key and the way out."""


def _recognizer(value: str) -> str:
    return _one_of(value, "bundled", "sherpa:NAME", "whisper:NAME", "vosk:NAME")


def _voice(value: str) -> str:
    return _one_of(value, "espeak:ko+f2", "piper:NAME", "sherpa:NAME")


def _embedding(value: str) -> str:
    return _one_of(value, "bundled", "onnx:NAME", "sentence-transformers:NAME", "endpoint:MODEL")


def _answers(value: object) -> object:
    if value is None or value == "extractive":
        return None
    if not isinstance(value, dict | Endpoint):
        raise PydanticCustomError("form", "write extractive, or the url and the model of an endpoint")
    return value


def _one_of(value: str, *forms: str) -> str:
    """``value`` if it is of one of the forms; what follows a form's colon stands for any name."""
    for form in forms:
        engine, colon, name = form.partition(":")
        pattern = _SERVED_NAME if name == "MODEL" else _NAME
        if re.fullmatch(f"{engine}:{pattern}" if colon else engine, value):
            return value
    raise PydanticCustomError("form", "write {forms}", {"forms": ", ".join(forms[:-1]) + f" or {forms[-1]}"})


class Settings(BaseModel):
    """One installation's choices. Folders and files are absolute once loaded; ``answers`` is None for extractive."""

    # defaults are folders too: they pass the validators like what was written
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    recognizer: Annotated[str, AfterValidator(_recognizer)] = "bundled"
    voice: Annotated[str, AfterValidator(_voice)] = "espeak:ko+f2"
    models: Path = Path("models")
    device: Literal["auto", "cuda", "cpu"] = "auto"
    knowledge: Path = Path("knowledge")
    embedding: Annotated[str, AfterValidator(_embedding)] = "bundled"
    embedding_url: str | None = None
    synonyms: Path | None = None
    answers: Annotated[Endpoint | None, BeforeValidator(_answers)] = None
    registry: Path | None = None
    models_url: str | None = None

    @field_validator("models", "registry", "knowledge", "synonyms")
    @classmethod
    def _beside_the_file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        folder = info.context if isinstance(info.context, Path) else Path.cwd()
        return path and (folder / path.expanduser()).resolve()

    @field_validator("models_url", "embedding_url")
    @classmethod
    def _an_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        example = {"models_url": "mirror.example/models", "embedding_url": "127.0.0.1:8000/v1"}[str(info.field_name)]
        if value is not None and not re.match(r"https?://[^/\s]+", value):
            raise PydanticCustomError("address", "write an address such as {example}", {"example": f"http://{example}"})
        return value

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Of ``path``, else of ``aicc.yaml`` in the working folder, else defaults; :class:`SettingsInvalid`.

        The variable ``AICC_MODELS_URL`` goes before the key ``models_url``.
        """
        if path is None and Path(FILE_NAME).is_file():
            path = Path(FILE_NAME)
        chosen = _read(path) if path else {}
        if address := os.environ.get("AICC_MODELS_URL"):
            chosen["models_url"] = address
        folder = path.absolute().parent if path else Path.cwd()
        try:
            return cls.model_validate(chosen, context=folder)
        except ValidationError as invalid:
            raise SettingsInvalid(_explain(path, invalid.errors())) from None

    @classmethod
    def load_defaults(cls) -> Self:
        """What runs where there is no settings file."""
        return cls.model_validate({}, context=Path.cwd())


def settings_of(context: "typer.Context") -> Settings:
    """The settings a command runs under: ``--config``, ``AICC_CONFIG`` or the default."""
    return Settings.load(context.find_root().params.get("config"))


def _read(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsInvalid(f'no settings file "{path}": check --config and AICC_CONFIG') from None
    except (IsADirectoryError, UnicodeDecodeError):
        raise SettingsInvalid(f'"{path}" is no settings file: name a YAML file in UTF-8') from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "not YAML"
        raise SettingsInvalid(f"{path}{line}: {reason}: write one KEY: VALUE a line") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsInvalid(f"{path}: expected lines of KEY: VALUE, found {type(content).__name__}")
    return {str(key): value for key, value in content.items()}


_REQUIRED_OF_ANSWERS = [name for name, field in Endpoint.model_fields.items() if field.is_required()]


def _explain(path: Path | None, errors: list[ErrorDetails]) -> str:
    """The first mistake; people mend one at a time."""
    first = errors[0]
    key = ".".join(str(part) for part in first["loc"])
    where = "AICC_MODELS_URL" if key == "models_url" and os.environ.get("AICC_MODELS_URL") else f"{path or FILE_NAME}"
    if first["type"] == "extra_forbidden":
        known = list((Endpoint if "." in key else Settings).model_fields)
        close = difflib.get_close_matches(key.rpartition(".")[2], known, n=1)
        way_out = f'did you mean "{close[0]}"?' if close else f"the keys are {', '.join(known)}"
        return f'{where}: unknown key "{key}": {way_out}'
    if first["type"] == "missing":
        return f"{where}: {key} is missing: write {', '.join(_REQUIRED_OF_ANSWERS)} below answers"
    value = first["input"]
    reason = first["msg"][0].lower() + first["msg"][1:]
    # what stands where a key's name should stand may be the key
    shown = "what is written" if key == "answers.key_from" else repr(value)
    return f"{where}: {key}: {shown} does not fit: {reason}"
