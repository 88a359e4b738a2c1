"""Who is told what becomes of the legs of calls."""

from __future__ import annotations

from typing import Protocol


class LegNews(Protocol):
    """Called on the loop, and does not wait."""

    def leg_up(self, call_id: str, leg: str) -> None:
        """Its far side hears and is heard, as far as its part has it so."""

    def leg_lost(self, call_id: str, leg: str, reason: str) -> None:
        """Its far side is gone (``hung_up``, ``lost``, ``no_answer``, ``no_way`` or ``fault``), and the leg with it."""


class NoLegNews(LegNews):
    """Nobody is told."""

    def leg_up(self, call_id: str, leg: str) -> None:
        """Nobody wants to know."""

    def leg_lost(self, call_id: str, leg: str, reason: str) -> None:
        """Nobody wants to know."""
