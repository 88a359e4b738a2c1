"""``aicc.yaml`` and the environment: what an installation chooses, with defaults that work without either."""

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from aicc.assist_settings import Assist
from aicc.desk_settings import Desk
from aicc.door_settings import AudioSocket, Listener, Rtp, Sip, Variable, Web, beside_the_file
from aicc.environment import chosen_by_environment, variable_of
from aicc.errors import AiccError
from aicc.people_settings import PeopleSettings
from assist.wrapup.crm import CrmSettings
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


class Recordings(BaseModel):
    """What is kept of a call's sound. ``keep_days`` None: until somebody deletes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: bool = True
    keep_days: Annotated[int, Field(ge=1)] | None = 90
    encrypt: Variable = None


class Calls(BaseModel):
    """How long a call may last, and how long its log is kept; ``keep_days`` None: until somebody deletes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    longest_minutes: int = Field(default=30, ge=1, le=24 * 60)
    keep_days: Annotated[int, Field(ge=1)] | None = 365


class Telemetry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    otlp_endpoint: str | None = None

    @field_validator("otlp_endpoint")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        return _address(value, "http://127.0.0.1:4317")


class Settings(BaseModel):
    """One installation's choices. Folders and files are absolute once loaded; ``answers`` is None for extractive.

    ``media_processes`` None is one for each core, two at least; ``scenario`` None is the sample company; ``store`` None
    is SQLite in ``data``; ``samples`` None starts sample services for the sample company alone.
    """

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

    http: Listener = "127.0.0.1:8080"
    data: Path = Path("data")
    scenario: Path | None = None
    routes: dict[str, Path] = {}
    samples: bool | None = None
    media_processes: Annotated[int, Field(ge=0, le=256)] | None = None
    slots: int = Field(default=40, ge=1, le=1_000)
    inference: Literal["auto", "none", "cpu"] = "auto"
    drain_seconds: int = Field(default=600, ge=0)
    store: str | None = None
    recordings: Recordings = Recordings()
    calls: Calls = Calls()
    telemetry: Telemetry = Telemetry()

    sip: Sip = Sip()
    rtp: Rtp = Rtp()
    web: Web = Web()
    audiosocket: AudioSocket = AudioSocket()

    assist: Assist = Assist()
    desk: Desk = Desk()
    people: PeopleSettings = PeopleSettings()
    crm: CrmSettings | None = None

    @field_validator("models", "registry", "knowledge", "synonyms", "data", "scenario")
    @classmethod
    def _beside_the_file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        return beside_the_file(path, info)

    @field_validator("routes", mode="before")
    @classmethod
    def _numbers_are_texts(cls, routes: object) -> object:
        # 15880000 without quotes is an integer to YAML, 02-1588-0000 is a text
        return {str(number): folder for number, folder in routes.items()} if isinstance(routes, dict) else routes

    @field_validator("routes")
    @classmethod
    def _routes_beside_the_file(cls, routes: dict[str, Path], info: ValidationInfo) -> dict[str, Path]:
        folder = info.context if isinstance(info.context, Path) else Path.cwd()
        return {dialled(number): (folder / path.expanduser()).resolve() for number, path in routes.items()}

    @field_validator("models_url", "embedding_url")
    @classmethod
    def _an_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        example = {"models_url": "mirror.example/models", "embedding_url": "127.0.0.1:8000/v1"}[str(info.field_name)]
        return _address(value, f"http://{example}")

    @field_validator("store")
    @classmethod
    def _a_store(cls, value: str | None) -> str | None:
        # it may hold a password: it is not repeated
        if value is not None and not re.match(r"(sqlite|postgresql(\+psycopg)?)://", value):
            raise PydanticCustomError("form", "write postgresql://USER@HOST/NAME or sqlite:///FILE")
        return value

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Of ``path``, else of ``aicc.yaml`` in the working folder, else defaults; :class:`SettingsInvalid`.

        Variables go before the file: ``AICC_`` and the key's path, joined by ``__``: ``AICC_RECORDINGS__KEEP_DAYS``.
        """
        if path is None and Path(FILE_NAME).is_file():
            path = Path(FILE_NAME)
        chosen = chosen_by_environment(_read(path) if path else {}, cls)
        folder = path.absolute().parent if path else Path.cwd()
        try:
            return cls.model_validate(chosen, context=folder)
        except ValidationError as invalid:
            raise SettingsInvalid(_explain(path, invalid.errors())) from None

    def with_options(self, **options: object) -> Self:
        """What the command line says goes before everything else; None: it says nothing. :class:`SettingsInvalid`."""
        said = {name: value for name, value in options.items() if value is not None}
        try:
            return type(self).model_validate(self.model_dump() | said, context=Path.cwd())
        except ValidationError as invalid:
            name = invalid.errors()[0]["loc"][0]
            raise SettingsInvalid(_fault(f"--{name}", str(name), invalid.errors()[0])) from None

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


# what stands where a key's name or an address should stand may be the key, or hold a password
_NEVER_REPEATED = re.compile(r"store|recordings\.encrypt|sip\.users\..*|.*_from")


def _explain(path: Path | None, errors: list[ErrorDetails]) -> str:
    """The first mistake; people mend one at a time."""
    first = next((error for error in errors if error["type"] == "extra_forbidden"), errors[0])
    parts = [str(part) for part in first["loc"]]
    key = ".".join(parts)
    where = variable_of(parts) or f"{path or FILE_NAME}"
    if first["type"] == "extra_forbidden":
        known = list(_block_of(parts[:-1]).model_fields)
        close = difflib.get_close_matches(parts[-1], known, n=1)
        way_out = f'did you mean "{close[0]}"?' if close else f"the keys are {', '.join(known)}"
        return f'{where}: unknown key "{key}": {way_out}'
    if first["type"] == "missing":
        block = _block_of(parts[:-1])
        required = [name for name, field in block.model_fields.items() if field.is_required()]
        return f"{where}: {key} is missing: write {', '.join(required)} below {'.'.join(parts[:-1])}"
    return _fault(f"{where}: {key}", key, first)


def _block_of(path: Sequence[str]) -> type[BaseModel]:
    """The model of what stands at ``path`` of the settings, in which something is unknown or missing."""
    block: type[BaseModel] = Settings
    for name in path:
        if name in block.model_fields:  # else the number of an entry in a list
            block = next(found for found in _models(block.model_fields[name].annotation))
    return block


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _fault(where: str, key: str, error: ErrorDetails) -> str:
    reason = error["msg"][0].lower() + error["msg"][1:]
    shown = "what is written" if _NEVER_REPEATED.fullmatch(key) else repr(error["input"])
    return f"{where}: {shown} does not fit: {reason}"


def _address(value: str | None, example: str) -> str | None:
    if value is not None and not re.match(r"https?://[^/\s]+", value):
        raise PydanticCustomError("address", "write an address such as {example}", {"example": example})
    return value


def dialled(number: str) -> str:
    """A number as it is looked up: without what people write between its digits; anything else stays as it is."""
    bare = re.sub(r"[\s().-]", "", number)
    return bare if re.fullmatch(r"\+?[0-9*#]+", bare) else number
