"""Requests outside of any dialog, each with the answer to it: what a registration needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sipmessage import URI

from voicebot.doors.sip.fields import Request, Response
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.registration import NoAnswer
from voicebot.doors.sip.resolving import Unresolved
from voicebot.doors.sip.transactions import Lost, Transactions


class Asker:
    """Sends a request to where its URI is, and waits for the final answer."""

    def __init__(self, transactions: Transactions, find: Callable[[URI], Awaitable[list[Hop]]]) -> None:
        self._transactions = transactions
        self._find = find

    async def __call__(self, request: Request) -> Response:
        """Raises NoAnswer. Of several addresses those that cannot be reached are passed over (RFC 3263 4.3)."""
        try:
            hops = await self._find(request.uri)
        except Unresolved as error:
            raise NoAnswer(str(error)) from None
        why = "it is nowhere"
        for hop in hops:
            answered: asyncio.Future[Response | Lost] = asyncio.get_running_loop().create_future()

            def settle(outcome: Response | Lost, answered: asyncio.Future[Response | Lost] = answered) -> None:
                if not answered.done() and not (isinstance(outcome, Response) and outcome.code < 200):
                    answered.set_result(outcome)

            request.headers.remove("Via")
            self._transactions.request(request, hop, settle, settle)
            outcome = await answered
            if isinstance(outcome, Response):
                return outcome
            why = f"{hop.host} does not answer" if outcome == "timeout" else f"{hop.host} cannot be reached"
        raise NoAnswer(why)
