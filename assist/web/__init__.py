"""The agents' panel: ``src`` is built into ``dist`` by ``make panel``, and that is served at ``/desk``."""

from importlib.resources import files
from importlib.resources.abc import Traversable

DIST: Traversable = files(__package__) / "dist"
"""``index.html`` and what it loads; not there where the panel was left out."""
