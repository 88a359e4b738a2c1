"""What the owner of a call over SIP is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.sip.referring import Referral

if TYPE_CHECKING:
    from voicebot.doors.sip.leg import Leg

By = Literal["caller", "network", "service"]


class LegWatcher:
    """One leg's; what it does not care for it leaves as it is here.

    Nothing here may block. What it raises is logged; the call goes on.
    """

    def acknowledged(self, sdp: str) -> None:
        """Their ACK has come: the call stands. ``sdp`` is their answer where our 200 had an offer, else empty."""

    def early(self, code: int, sdp: str) -> None:
        """An outbound call: 180 rings; a description is where sound comes from already."""

    def answered(self, sdp: str) -> None:
        """An outbound call was picked up: the call stands. ``sdp`` is their answer."""

    async def reoffered(self, sdp: str) -> str:
        """They describe the session anew: our answer; where ``sdp`` is empty, our offer. Raises NotAcceptable."""
        raise NotAcceptable("nobody changes this session")

    def reanswered(self, sdp: str) -> None:
        """Their answer to an offer of :meth:`reoffered`."""

    def keys(self, keys: str) -> None:
        """Keys (0-9, *, #) that came beside the sound."""

    def referred(self, referral: Referral) -> None:
        """They ask this side to call somebody else; to be accepted or refused within 30 s."""
        referral.refuse(603)

    def replaced(self, by: Leg) -> None:
        """``by`` was accepted in place of this leg, which ends next."""

    def ended(self, by: By, reason: str, code: int) -> None:
        """The last word, said of each leg once, whoever has ended it. ``code`` is the SIP answer that says why, or 0.

        Reasons: hung_up, cancelled, refused, no_answer (nobody picked up), no_ack, no_prack, no_description, expired
        (session timer), gone (the far side does not know the call or does not answer), unreachable, replaced.
        """
