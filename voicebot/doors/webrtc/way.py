"""One way to a browser: an ICE connection, and the DTLS association that is spoken over it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from voicebot.doors.webrtc.dtls import Dtls
from voicebot.doors.webrtc.ice import Ice


@dataclass(slots=True, eq=False)
class Way:
    """``is_association_shared``: another way speaks over ``dtls``, too, which an ICE restart has left as it was.

    ``opening`` is who runs :meth:`open`.
    """

    ice: Ice
    dtls: Dtls
    is_association_shared: bool
    opening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises ConnectionError; waits as long as it is let."""
        await self.ice.connect()
        self.dtls.ice = self.ice
        if not self.is_association_shared:
            await self.dtls.start()

    async def close(self) -> None:
        if self.opening is not None and not self.opening.done():
            self.opening.cancel()
            await asyncio.wait([self.opening])
        if not self.is_association_shared:
            await self.dtls.close()
        await self.ice.close()
