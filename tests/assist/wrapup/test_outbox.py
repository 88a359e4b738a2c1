"""Nothing is lost, nothing is there twice for who looks at ids, and nobody waits for somebody else's receiver."""

import asyncio
import contextlib
import logging
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from assist.wrapup import outbox as outbox_module
from assist.wrapup.crm import CrmSettings
from assist.wrapup.delivery import open_client
from assist.wrapup.outbox import AT_ONCE_TO_ONE, Outbox, pause_after
from tests.assist.wrapup.crm import KEY, Crm, ids
from tests.servers.postgresql import postgresql, postgresql_server  # noqa: F401 - fixtures
from tests.voicebot.store.sample_calls import NOON, call_id_at
from tests.voicebot.store.test_wrapups import CALL, note
from voicebot.store import Store, StoreUnavailable
from voicebot.store.deliveries import Deliveries, DeliveryRow


@dataclass
class Clock:
    """Stands still until a test moves it; what was written before it was made is due."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=1))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/aicc.db")) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AICC_CRM_KEY", KEY.decode())


@contextlib.asynccontextmanager
async def opened(store: Store, crm: Crm, clock: Clock, **settings: float) -> AsyncIterator[Outbox]:
    async with open_client() as client:
        yield Outbox(
            store.deliveries, client, CrmSettings(url=crm.url, **{"timeout_s": 60, **settings}), clock, lambda: 0.0
        )


def write(store: Store, crm: Crm, *numbers: int, version: int = 1) -> None:
    """Notes of so many calls."""
    store.wrapups.write([note(5, version, call_id=call_id_at(NOON, number)) for number in numbers or (0,)], crm.url)


def only(store: Store) -> DeliveryRow:
    [row] = store.deliveries.find()
    return row


async def settled(outbox: Outbox, store: Store, clock: Clock) -> None:
    """Lets time pass from one attempt to the next until nothing waits."""
    tried: list[DeliveryRow] = []
    while waiting := store.deliveries.find("waiting", limit=1_000):
        if waiting == tried:  # versions behind another one have been due for long
            clock.now = min(row.next_at for row in waiting if row.next_at > clock.now)
        tried = waiting
        await outbox.send_due()


def test_a_note_is_delivered_once(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm() as crm, opened(store, crm, clock) as outbox:
            crm.now_s = clock.now.timestamp()
            write(store, crm)
            for _ in range(3):
                await outbox.send_due()
            assert crm.versions() == [1] and len(crm.requests) == 1 and crm.refused == []
            row = only(store)
            assert (row.state, row.done_at, row.attempts, row.last_error) == ("done", clock.now, 1, None)
            assert [*crm.notes] == [row.id]

    asyncio.run(run())


def test_one_that_answers_500_is_asked_again_later_and_later(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(script=[500] * 4) as crm, opened(store, crm, clock) as outbox:
            write(store, crm)
            pauses_s = []
            for _ in range(4):
                await outbox.send_due()
                row = only(store)
                assert (row.state, row.last_error) == ("waiting", "answered 500")
                pauses_s.append((row.next_at - clock.now).total_seconds())
                clock.now = row.next_at - timedelta(milliseconds=1)
                await outbox.send_due()
                clock.now = row.next_at
            assert pauses_s == [2, 4, 8, 16]
            assert len(crm.requests) == 4, "not before its time"
            await outbox.send_due()
            assert only(store).state == "done" and crm.versions() == [1]
            assert len(set(ids(crm.requests))) == 1
            assert len({request["x-aicc-timestamp"] for request in crm.requests}) == 5, "each is signed as of its time"

    asyncio.run(run())


def test_pauses_grow_to_a_quarter_of_an_hour_and_are_spread() -> None:
    assert [pause_after(attempts, 0.0) for attempts in (1, 2, 5, 9, 10, 500)] == [2, 4, 32, 512, 900, 900]
    assert [pause_after(attempts, 1.0) for attempts in (1, 2, 500)] == [1, 2, 450]


def test_a_receiver_that_is_down_for_an_hour_has_everything_soon_after(store: Store, clock: Clock) -> None:
    async def run() -> None:
        crm = Crm()
        await crm.up()
        await crm.down()
        async with opened(store, crm, clock) as outbox:
            write(store, crm, *range(5))
            began = clock.now
            while clock.now < began + timedelta(hours=1):
                await outbox.send_due()
                clock.now = min(row.next_at for row in store.deliveries.find("waiting"))
            # as it is in life: some come while it is down, and from an outbox that has just been started
            write(store, crm, 5)
            assert len(store.deliveries.find("waiting")) == 6
            assert all(row.attempts < 20 for row in store.deliveries.find()), "it is not stormed"
            await crm.up()
            async with opened(store, crm, clock) as restarted:
                await settled(restarted, store, clock)
            assert clock.now < began + timedelta(hours=1, minutes=16)
            assert len(crm.notes) == len(crm.requests) == 6
            await crm.down()

    asyncio.run(run())


def test_one_that_hangs_is_left_after_its_time(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(script=["hangs", "drips"]) as crm, opened(store, crm, clock, timeout_s=0.1) as outbox:
            write(store, crm)
            await settled(outbox, store, clock)
            assert len(crm.requests) == 3
            assert only(store).state == "done" and crm.versions() == [1]

    asyncio.run(run())


def test_a_connection_that_dies_before_the_answer_brings_the_same_id_again(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(script=["dies"]) as crm, opened(store, crm, clock) as outbox:
            write(store, crm)
            await settled(outbox, store, clock)
            assert ids(crm.requests) == [only(store).id] * 2
            assert crm.versions() == [1], "who looks at ids has it once"

    asyncio.run(run())


def test_what_is_refused_is_given_up_after_some_tries_told_and_can_be_retried(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with Crm(always=422) as crm, opened(store, crm, clock) as outbox:
            write(store, crm)
            await settled(outbox, store, clock)
            assert len(crm.requests) == 5
            row = only(store)
            assert (row.state, row.last_error) == ("failed", "refused with 422")
            [told] = [record for record in caplog.records if record.levelno == logging.ERROR]
            assert f'refused with 422: see to the CRM, then "aicc wrapup retry {row.id}"' in told.getMessage()
            clock.pass_(days=30)
            await outbox.send_due()
            assert len(crm.requests) == 5
            crm.always = 200
            store.deliveries.retry(row.id, clock.now)
            await outbox.send_due()
            assert only(store).state == "done" and crm.versions() == [1]

    asyncio.run(run())


def test_refusals_count_in_a_row(store: Store, clock: Clock) -> None:
    """A CRM that comes back answers 404 while it starts, whatever it did before."""

    async def run() -> None:
        script: list[int | str] = [503] * 6 + [404] * 4 + [503] + [404] * 4
        async with Crm(script=script) as crm, opened(store, crm, clock) as outbox:
            write(store, crm)
            await settled(outbox, store, clock)
            assert len(crm.requests) == 16 and only(store).state == "done"

    asyncio.run(run())


def test_after_the_hours_of_the_settings_it_is_kept_as_failed_and_a_retry_has_as_many_again(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert CrmSettings(url="http://crm").keep_trying_hours == 3 * 24

    async def run() -> None:
        async with Crm(always=500) as crm, opened(store, crm, clock, keep_trying_hours=3) as outbox:
            write(store, crm)
            began = only(store).created_at
            await settled(outbox, store, clock)
            assert timedelta(hours=3) <= clock.now - began < timedelta(hours=3, minutes=16)
            assert only(store).state == "failed" and "was not delivered: answered 500" in caplog.text
            crm.requests.clear()
            store.deliveries.retry(only(store).id, clock.now)
            await outbox.send_due()
            assert only(store).state == "waiting" and only(store).attempts == 1
            crm.always = 200
            await settled(outbox, store, clock)
            assert crm.versions() == [1]

    asyncio.run(run())


def test_one_that_asks_for_time_gets_it_within_reason(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(script=[503, 429], headers={"Retry-After": "120"}) as crm, opened(store, crm, clock) as outbox:
            write(store, crm)
            await outbox.send_due()
            assert only(store).next_at - clock.now == timedelta(seconds=120)
            crm.headers["Retry-After"] = "999999"
            clock.now = only(store).next_at
            await outbox.send_due()
            assert only(store).next_at - clock.now == timedelta(hours=1)

    asyncio.run(run())


def test_versions_of_one_note_arrive_in_order(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(script=[500, 500, 500, "dies", 500]) as crm, opened(store, crm, clock) as outbox:
            for version in (1, 2, 3):
                write(store, crm, version=version)
            await settled(outbox, store, clock)
            assert crm.versions() == [1, 2, 3]

    asyncio.run(run())


def test_whatever_a_receiver_does_it_has_every_version_once_and_in_order(store: Store, clock: Clock) -> None:
    async def run(seed: int) -> None:
        chance = random.Random(seed)
        script = chance.choices((200, 500, 429, 301, "dies", "hangs"), (4, 3, 1, 1, 3, 1), k=40)
        async with Crm(script=script) as crm, opened(store, crm, clock, timeout_s=0.1) as outbox:
            numbers = range(10 * seed, 10 * seed + 5)
            for version in (1, 2, 3):
                write(store, crm, *numbers, version=version)
            async with opened(store, crm, clock, timeout_s=0.1) as restarted:
                for _ in range(3):
                    await chance.choice((outbox, restarted)).send_due()
            await settled(outbox, store, clock)
            taken: dict[str, list[int]] = {}
            for told in crm.notes.values():
                taken.setdefault(told["call"]["call_id"], []).append(told["note"]["version"])
            assert taken == {call_id_at(NOON, number): [1, 2, 3] for number in numbers}
            assert crm.refused == [] and len(crm.requests) > 15

    for seed in range(3):
        asyncio.run(run(seed))


def test_two_outboxes_at_one_database_never_send_the_same(clock: Clock, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgresql").new_database()

    async def run(one: Store, other: Store) -> None:
        async with Crm() as crm, opened(one, crm, clock) as first, opened(other, crm, clock) as second:
            write(one, crm, *range(30))
            while one.deliveries.receivers(clock.now):
                await asyncio.gather(first.send_due(), second.send_due())
            assert len(crm.requests) == len(crm.notes) == 30
            assert len(one.deliveries.find("done")) == 30

    with contextlib.closing(Store.open(url)) as one, contextlib.closing(Store.open(url)) as other:
        asyncio.run(run(one, other))


# ---- as it runs in the service


@contextlib.asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(outbox.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def test_one_that_hangs_delays_no_other_and_is_not_flooded(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(always="hangs") as hanging, Crm() as crm, opened(store, crm, clock, timeout_s=120) as outbox:
            write(store, hanging, *range(20))
            write(store, crm, *range(20, 60))
            async with running(outbox):
                await crm.until(40)
                await hanging.until(AT_ONCE_TO_ONE)
            assert hanging.most_at_once == AT_ONCE_TO_ONE
            assert len(crm.notes) == len(crm.requests) == 40
            assert 0 < crm.most_at_once <= AT_ONCE_TO_ONE

    asyncio.run(run())


def test_what_is_written_while_it_runs_goes_at_once_when_it_is_woken(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "POLL_S", 3_600.0)

    async def run() -> None:
        async with Crm() as crm, opened(store, crm, clock) as outbox, running(outbox):
            for number in range(3):
                write(store, crm, number)
                outbox.wake()
                await crm.until(number + 1)

    asyncio.run(run())


def test_what_another_process_writes_is_found(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "POLL_S", 0.01)

    async def run() -> None:
        async with Crm() as crm, opened(store, crm, clock) as outbox, running(outbox):
            write(store, crm)
            await crm.until(1)

    asyncio.run(run())


def test_one_that_is_ended_while_it_sends_leaves_the_rest_to_the_next(store: Store, clock: Clock) -> None:
    async def run() -> None:
        async with Crm(script=["hangs"]) as crm, opened(store, crm, clock) as outbox:
            write(store, crm)
            async with running(outbox):
                await crm.until(1)
            assert only(store).state == "waiting"
            async with opened(store, crm, clock) as restarted:
                await restarted.send_due()
                assert len(crm.requests) == 1, "for all that is known it is still being sent"
                clock.pass_(seconds=60 + outbox_module.CLAIM_S)
                await restarted.send_due()
            assert ids(crm.requests) == [only(store).id] * 2
            assert only(store).state == "done"

    asyncio.run(run())


class Away(Deliveries):
    """A database that goes away at some question."""

    at: str = ""

    def receivers(self, now: datetime) -> list[str]:
        self._ask("receivers")
        return super().receivers(now)

    def done(self, claimed: DeliveryRow, now: datetime) -> None:
        self._ask("done")
        super().done(claimed, now)

    def _ask(self, what: str) -> None:
        if what == self.at:
            self.at = ""
            raise StoreUnavailable("the database is locked by another process")


@pytest.mark.parametrize("at", ["receivers", "done"])
def test_a_database_that_is_away_for_a_moment_ends_nothing(
    store: Store, clock: Clock, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "POLL_S", 0.01)

    async def run() -> None:
        async with Crm() as crm, open_client() as client:
            write(store, crm)
            away = Away(store._database)
            away.at = at
            outbox = Outbox(away, client, CrmSettings(url=crm.url), clock, lambda: 0.0)
            async with running(outbox) as task:
                await crm.until(1)
                if at == "done":  # sent, and nobody noted it
                    clock.pass_(minutes=2)
                    await crm.until(2)
                while only(store).state != "done":
                    await asyncio.sleep(0)
                assert not task.done()
            assert crm.versions() == [1]

    asyncio.run(run())


def test_a_bug_at_one_note_keeps_no_other_from_being_sent(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(httpx.AsyncClient):
        def stream(self, method, url, *, content, **more):  # type: ignore[no-untyped-def, override]
            if CALL.encode() in content:
                raise LookupError("a bug")
            return super().stream(method, url, content=content, **more)

    async def run() -> None:
        async with Crm() as crm, Broken(trust_env=False) as client:
            write(store, crm, 0, 1)
            outbox = Outbox(store.deliveries, client, CrmSettings(url=crm.url), clock, lambda: 0.0)
            await outbox.send_due()
            assert [row.last_error for row in store.deliveries.find("waiting")] == ["a bug in aicc: LookupError"]
            assert len(crm.notes) == 1 and "a bug" in caplog.text

    asyncio.run(run())


KILLED = """
import asyncio, os, signal, sys
from assist.wrapup.crm import CrmSettings
from assist.wrapup.delivery import open_client
from assist.wrapup.outbox import Outbox
from voicebot.store import Store
from voicebot.store.deliveries import Deliveries

Deliveries.done = lambda *_: os.kill(os.getpid(), signal.SIGKILL)

async def main(store, url):
    async with open_client() as client:
        await Outbox(store.deliveries, client, CrmSettings(url=url)).run()

store = Store.open(sys.argv[1])
asyncio.run(main(store, sys.argv[2]))
"""


def test_a_process_that_is_killed_between_sending_and_noting_loses_nothing(store: Store, tmp_path: Path) -> None:
    async def run() -> None:
        async with Crm() as crm:
            write(store, crm, 0)
            write(store, crm, 0, version=2)
            command = [sys.executable, "-c", KILLED, f"sqlite:///{tmp_path}/aicc.db", crm.url]
            ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
            assert ended.returncode == -signal.SIGKILL, ended.stderr
            assert crm.versions() == [1], "the receiver has it"
            assert [row.state for row in store.deliveries.find()] == ["waiting", "waiting"], "nobody here knows"
            clock = Clock()
            async with opened(store, crm, clock) as restarted:
                await settled(restarted, store, clock)
            first, again, second = ids(crm.requests)
            assert first == again != second
            assert crm.versions() == [1, 2]

    asyncio.run(run())
