"""Brings the notes of calls to another system, however long that is away: deliveries are in the database until it has
them, whatever becomes of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx

from assist.wrapup.crm import CrmSettings
from assist.wrapup.delivery import Outcome, send
from voicebot.store import StoreUnavailable
from voicebot.store.deliveries import Deliveries, DeliveryRow

log = logging.getLogger(__name__)

POLL_S = 1.0  # other processes write deliveries too, and retry them
AT_ONCE = 16  # sendings, and to one receiver:
AT_ONCE_TO_ONE = 4
FIRST_PAUSE_S = 2.0  # behind the first failure; doubled each time
LONGEST_PAUSE_S = 900.0
LONGEST_ASKED_S = 3_600.0  # that a receiver may ask for with Retry-After
REFUSALS = 5  # in a row: a receiver that is being installed answers 404 for some seconds
CLAIM_S = 30.0  # more than a sending may take, for noting what came of it


class Outbox:
    """Sends what is due, at most ``AT_ONCE`` at a time; what is more than that stays in the database.

    Anything but 2xx is tried again with growing pauses, for as long as the settings say; what the receiver refuses
    (4xx) ``REFUSALS`` times in a row is given up. Given up means kept as failed, and told in the log as an error.
    Several outboxes may share a database: a delivery is claimed before it is sent. One whose process is killed behind
    the sending is sent again, with the same id.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        client: httpx.AsyncClient,
        settings: CrmSettings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Raises :class:`assist.wrapup.crm.CrmKeyUnusable`. ``client`` is closed by whoever opened it."""
        self._deliveries, self._client, self._settings = deliveries, client, settings
        self._key = settings.key()
        self._now, self._chance = now, chance
        self._sending: Counter[str] = Counter()
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """There is something new; without it this is noticed within ``POLL_S``. On the loop of :meth:`run`."""
        self._wanted.set()

    async def run(self) -> None:
        """For ever; cancel it. What is being sent then is sent again later."""
        is_away = False
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wanted.clear()
                try:
                    await self._send_due(tasks)
                    is_away = False
                except StoreUnavailable as away:
                    log.log(logging.DEBUG if is_away else logging.WARNING, "notes wait for the database: %s", away)
                    is_away = True
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):  # wait_for loses a cancellation that comes with the wish
                        await self._wanted.wait()

    async def send_due(self) -> None:
        """What is due now and has room, once, until it is noted what came of it. Raises ``StoreUnavailable``."""
        async with asyncio.TaskGroup() as tasks:
            await self._send_due(tasks)

    async def _send_due(self, tasks: asyncio.TaskGroup) -> None:
        now = self._now()
        until = now + timedelta(seconds=self._settings.timeout_s + CLAIM_S)
        for url in await asyncio.to_thread(self._deliveries.receivers, now):
            room = min(AT_ONCE_TO_ONE - self._sending[url], AT_ONCE - self._sending.total())
            if room > 0:
                for claimed in await asyncio.to_thread(self._deliveries.claim, url, now, until, room):
                    self._sending[url] += 1
                    tasks.create_task(self._deliver(claimed))

    async def _deliver(self, claimed: DeliveryRow) -> None:
        try:
            await asyncio.to_thread(self._note, claimed, await self._outcome(claimed))
        except StoreUnavailable as away:
            log.warning("delivery %s may be sent again, the database did not take its outcome: %s", claimed.id, away)
        except Exception:  # it must not take the others along
            log.exception("delivery %s", claimed.id)
        finally:
            self._sending[claimed.url] -= 1
            self._wanted.set()

    async def _outcome(self, claimed: DeliveryRow) -> Outcome:
        try:
            return await send(self._client, claimed, self._key, self._now().timestamp(), self._settings.timeout_s)
        except Exception as error:
            log.exception("delivery %s", claimed.id)
            return Outcome("failed", f"a bug in aicc: {type(error).__name__}")

    def _note(self, claimed: DeliveryRow, outcome: Outcome) -> None:
        now = self._now()
        if outcome.kind == "done":
            self._deliveries.done(claimed, now)
            return
        refusals = claimed.refusals + 1 if outcome.kind == "refused" else 0
        if refusals >= REFUSALS or now - claimed.trying_since >= timedelta(hours=self._settings.keep_trying_hours):
            self._deliveries.give_up(claimed, outcome.error)
            log.error(
                'version %d of the note of call %s was not delivered: %s: see to the CRM, then "aicc wrapup retry %s"',
                *(claimed.version, claimed.call_id, outcome.error, claimed.id),
            )
            return
        level = logging.WARNING if claimed.attempts == 1 else logging.INFO
        log.log(level, "delivery %s, attempt %d: %s", claimed.id, claimed.attempts, outcome.error)
        pause_s = max(pause_after(claimed.attempts, self._chance()), min(outcome.retry_after_s, LONGEST_ASKED_S))
        self._deliveries.again(claimed, now + timedelta(seconds=pause_s), outcome.error, refusals)


def pause_after(attempts: int, chance: float) -> float:
    """Seconds until the next attempt: doubled each time, up to a quarter of an hour, and shortened by up to a half.

    ``chance``, 0 to 1, keeps what failed together from coming back together.
    """
    whole_s = min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 30), LONGEST_PAUSE_S)
    return whole_s * (1 - chance / 2)
