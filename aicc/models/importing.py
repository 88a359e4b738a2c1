"""``aicc models import``: models copied from another machine, as a folder or an archive.

Whatever carries them is welcome: a model's folder, a whole ``models/`` folder, a hub's cache, a packed one of these.
They are compared with the registry, or with the record of the machine they come from, and else told by their files.
"""

import logging
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from aicc.models import disk
from aicc.models.download import verify
from aicc.models.registry import Model, ModelUnavailable, Record, Registry, RemoteFile, StoredFile, engine_of
from aicc.models.staging import FOLDER_NAME, Staging
from aicc.models.unpack import is_archive, only_folder, stem, unpack

log = logging.getLogger(__name__)

DEPTH = 4  # a hub's cache holds a model at hub/models--OWNER--NAME/snapshots/REVISION
KINDS = (
    "a sherpa model has tokens.txt and .onnx files, whisper has model.bin and config.json, vosk am/final.mdl, "
    "piper VOICE.onnx and VOICE.onnx.json, onnx model.onnx and tokenizer.json, speechbrain hyperparams.yaml and .ckpt "
    "files"
)


@dataclass(frozen=True, slots=True)
class _Finding:
    """A model among what was copied: its name, engine, and what its files ought to be (empty: nobody knows)."""

    name: str
    folder: Path
    engine: str
    expected: dict[str, RemoteFile]
    verified: bool
    whole_folder: bool


def import_models(source: Path, models: Path, registry: Registry, name: str | None = None) -> list[Record]:
    """Installs every model found in ``source`` into the folder ``models``; ``name`` renames a single one.

    All are verified before the first is installed. Raises one of this package's errors.
    """
    if source.is_dir():
        return _import_folder(source, source.name, models, registry, name, trusted=False)
    if not source.exists():
        raise ModelUnavailable(f'no "{source}" to import: name the folder or archive that was copied here')
    if not is_archive(source):
        raise ModelUnavailable(f'"{source}" is neither a folder nor a .zip, .tar.gz or .tar.bz2: name what was copied')
    known = _archive_of(source, registry)
    (models / FOLDER_NAME).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="import-", dir=models / FOLDER_NAME) as scratch:
        unpacked = Path(scratch) / "unpacked"
        unpack(source, unpacked)
        top = only_folder(unpacked)
        called = known.name if known else (top.name if top != unpacked else stem(source))
        return _import_folder(top, called, models, registry, name, trusted=known is not None)


def _import_folder(
    folder: Path, called: str, models: Path, registry: Registry, name: str | None, trusted: bool
) -> list[Record]:
    names = {place: name or (called if place == folder else place.name) for place in _places(folder)}
    found = [_identify(place, its_name, registry) for place, its_name in names.items()]
    if not found:
        raise ModelUnavailable(f'"{folder}" is not a model and holds none: {KINDS}')
    if name and len(found) > 1:
        raise ModelUnavailable(f'"{folder}" holds {len(found)} models: leave out --name, or import one of them')
    sums = [_verified(finding, folder) for finding in found]
    records = []
    for finding, known in zip(found, sums, strict=True):
        staging = Staging(models, finding.name)
        with disk.explained(models), staging.locked():
            disk.require(_size_bytes(finding), models)
            _copy(finding, staging.model)
            records.append(staging.install(finding.engine, finding.verified or trusted, known))
    return records


def _archive_of(source: Path, registry: Registry) -> Model | None:
    """The registry's model that is published as this very archive, once its checksum agrees."""
    for model in registry.models:
        for file in model.files:
            if file.unpack and file.path.rpartition("/")[2] == source.name:
                verify(source, file.size_bytes, file.sha256)
                return model if file.sha256 else None
    return None


def _places(folder: Path, depth: int = DEPTH) -> list[Path]:
    """The folders that hold a model, none within another."""
    if engine_of(folder) or Record.read(folder):
        return [folder]
    if not depth:
        return []
    inside = [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith(".")]
    return [place for path in inside for place in _places(path, depth - 1)]


def _identify(folder: Path, called: str, registry: Registry) -> _Finding:
    loose = [model for model in registry.models if not any(file.unpack for file in model.files)]
    told_by_size = [model for model in loose if any(file.size_bytes is not None for file in model.files)]
    same_size = [model for model in told_by_size if all(_has_size_of(folder, file) for file in model.files)]
    same_name = [model for model in loose if model.name == called]
    if known := same_size or same_name:
        expected = {file.path: file for file in known[0].files}
        verified = all(file.sha256 for file in known[0].files)
        return _Finding(known[0].name, folder, known[0].engine, expected, verified, whole_folder=False)
    if record := Record.read(folder):
        expected = {path: _expectation(path, file) for path, file in record.files.items()}
        return _Finding(record.name, folder, record.engine, expected, record.verified, whole_folder=False)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", called):
        raise ModelUnavailable(f'"{called}" cannot be a model\'s name: give it one with --name, of letters and digits')
    return _Finding(called, folder, str(engine_of(folder)), {}, verified=False, whole_folder=True)


def _expectation(path: str, file: StoredFile) -> RemoteFile:
    return RemoteFile(path=path, size_bytes=file.size_bytes, sha256=file.sha256)


def _has_size_of(folder: Path, file: RemoteFile) -> bool:
    path = folder / file.path
    return path.is_file() and file.size_bytes in (None, path.stat().st_size)


def _verified(finding: _Finding, source: Path) -> dict[str, str]:
    """SHA-256 of the expected files, by path; raises if one is missing or wrong, or leads out of ``source``."""
    sums = {}
    for path, file in finding.expected.items():
        place = finding.folder / path
        if not place.is_file():
            raise ModelUnavailable(f'"{finding.folder}" lacks {path} of {finding.name}: copy the whole folder again')
        sums[path] = verify(place, file.size_bytes, file.sha256)
    for place in _files(finding):
        if not place.resolve().is_relative_to(source.resolve()):
            raise ModelUnavailable(f'"{place}" is a link that leads out of "{source}": copy the files it means (cp -L)')
    return sums


def _files(finding: _Finding) -> list[Path]:
    if not finding.whole_folder:
        return [finding.folder / path for path in finding.expected]
    inside = (path for path in finding.folder.rglob("*") if path.is_file())
    return [path for path in inside if not any(part.startswith(".") for part in path.relative_to(finding.folder).parts)]


def _size_bytes(finding: _Finding) -> int:
    return sum(path.stat().st_size for path in _files(finding))


def _copy(finding: _Finding, to: Path) -> None:
    for path in _files(finding):
        place = to / path.relative_to(finding.folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        log.info("copied %s", place.name)
