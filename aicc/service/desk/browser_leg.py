"""A leg in somebody's browser: its peer connection is all the process's, only descriptions pass here."""

from __future__ import annotations

from aicc.service.desk.leg import DeskLeg


class BrowserLeg(DeskLeg):
    """``away`` and muted from :meth:`open` on, so that accepting a call is no more than another part."""

    async def open(self, sdp: str, host: str) -> str:
        """The answer to a browser's offer. :class:`voicebot.link.AddLeg`, :class:`NoLeg`."""
        described = await self._add("webrtc", sdp, host)
        self.stage = "up"
        return described
