"""How a model gets into ``models/``: built beside it, then put in place in one step.

Whoever looks into ``models/`` sees a whole model or none: pulls and imports build in ``models/.staging/NAME`` and the
finished folder is renamed. What an interrupted pull has built stays there, for the next one to go on with.
"""

import fcntl
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aicc.models import disk
from aicc.models.download import verify
from aicc.models.registry import RECORD_NAME, ModelUnavailable, Record, StoredFile

log = logging.getLogger(__name__)

FOLDER_NAME = ".staging"


class Staging:
    """The building site of one model. ``downloads`` survives an interruption, ``model`` becomes the model's folder."""

    def __init__(self, models: Path, name: str) -> None:
        self._models, self._name = models, name
        self._site = models / FOLDER_NAME / name
        self.downloads = self._site / "downloads"
        self.unpacked = self._site / "unpacked"
        self.model = self._site / "model"
        self._former = self._site / "former"

    @property
    def place(self) -> Path:
        return self._models / self._name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """For one process at a time; a second is told so. A lock goes with its process, even if that is killed."""
        self._site.mkdir(parents=True, exist_ok=True)
        lock_path = self._models / FOLDER_NAME / f"{self._name}.lock"
        with lock_path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ModelUnavailable(f'"{self._name}" is being installed by another process: wait for it') from None
            self._restore()
            for unfinished in (self.model, self.unpacked):
                shutil.rmtree(unfinished, ignore_errors=True)
            yield

    def downloaded_bytes(self) -> int:
        """What earlier pulls have left to go on with."""
        return sum(path.stat().st_size for path in self.downloads.rglob("*") if path.is_file())

    def install(self, engine: str, verified: bool, sums: dict[str, str] | None = None) -> Record:
        """Records ``model`` and puts it in place of what was there; ``sums`` are SHA-256 already known, by path."""
        files = {}
        for path in sorted(path for path in self.model.rglob("*") if path.is_file()):
            name = path.relative_to(self.model).as_posix()
            if name != RECORD_NAME:
                files[name] = StoredFile(path.stat().st_size, (sums or {}).get(name) or verify(path, None, None))
        record = Record(self._name, engine, verified, files)
        with disk.explained(self._models):
            record.write(self.model)
        if self.place.exists():
            self.place.rename(self._former)
        self.model.rename(self.place)
        shutil.rmtree(self._site, ignore_errors=True)
        log.info("installed %s: %d files", self.place, len(files))
        return record

    def discard(self) -> None:
        """Takes away all that was built, downloads included."""
        shutil.rmtree(self._site, ignore_errors=True)

    def _restore(self) -> None:
        """A process killed between the two renames has left the former model here: back to its place."""
        if self._former.exists() and not self.place.exists():
            self._former.rename(self.place)
        shutil.rmtree(self._former, ignore_errors=True)
