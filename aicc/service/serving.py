"""``aicc serve``: the front, its media processes and the API put together, until somebody ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aicc.books import open_finder
from aicc.errors import AiccError
from aicc.lines import told
from aicc.service.address_lookup import AddressLookup
from aicc.service.api.app import open_api
from aicc.service.api.keys import KeyRing, chosen_key, first_key
from aicc.service.api.server import listen, server
from aicc.service.appending import Appending
from aicc.service.calling import calls_socket, calls_taken
from aicc.service.data_folder import held, run_folder
from aicc.service.desk.desk_service import DeskService
from aicc.service.desk.opening import desk_rooms, open_desk
from aicc.service.doors import Doors
from aicc.service.endings import Endings
from aicc.service.expiring import expire_for_ever
from aicc.service.front import Front
from aicc.service.helping import Help, open_helping
from aicc.service.inference import processes, sockets
from aicc.service.live_calls import LiveCalls
from aicc.service.metrics import Metrics
from aicc.service.noting import Noting
from aicc.service.opening import recording_key
from aicc.service.people import People, Site, first_person
from aicc.service.people.demo import demo_person
from aicc.service.process import News, Process, ProcessFailed, Start
from aicc.service.scenarios import Scenarios, ingested_ids, sample_company
from aicc.service.service import RunningService
from aicc.service.spawned_process import COMMAND, SpawnedProcess
from aicc.service.store_writer import StoreWriter
from aicc.service.telemetry import open_telemetry
from aicc.settings import Settings
from voicebot.dialogue.samples import Addresses, samples
from voicebot.events import Logged
from voicebot.journal import NAME, read_journal
from voicebot.store import Store

log = logging.getLogger(__name__)

MOST_FILES = 65_536
RENEWED_S = 60.0  # more than the longest call, for the calls of a process that is replaced


class AddressTaken(AiccError):
    """The API cannot listen where it should."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A service that takes calls. ``first_key`` and ``passwords``, by name, have just been made: they are
    shown this once.

    ``page`` is where callers call from a browser, ``telephones`` are where SIP and AudioSocket listen.
    """

    address: str
    data: Path
    scenarios: tuple[str, ...]
    processes: int
    slots: int
    first_key: str | None
    page: str | None = None
    telephones: tuple[str, ...] = ()
    panel: str | None = None
    passwords: tuple[tuple[str, str], ...] = ()


async def serve(
    settings: Settings,
    ready: Callable[[Serving], None],
    command: Sequence[str] = COMMAND,
    *,
    is_demo: bool = False,
) -> None:
    """Returns when the service has ended: SIGTERM or SIGINT lets running calls finish, a second one hangs them up.

    ``ready`` is called once calls are taken; ``command`` starts a media process. ``is_demo``: visitors may sign in to
    the panel. Raises what keeps it from starting, with a sentence for a person.
    """
    _many_files()
    with held(settings.data) as data, contextlib.closing(_listen(settings.http)) as listening:
        ending = _Ending(settings.drain_seconds)
        with ending.by_signals():
            await _Parts(settings, data, command, ending, is_demo).run(listening, ready)


class _Ending:
    """The order to end, from outside."""

    def __init__(self, drain_s: float) -> None:
        self._drain_s = drain_s
        self._front: Front | None = None
        self._main = asyncio.current_task()
        self._times = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, front: Front) -> None:
        """From now on calls have to be thought of."""
        self._front = front

    @contextlib.contextmanager
    def by_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self._asked)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _asked(self) -> None:
        self._times += 1
        if self._front is None:
            assert self._main
            self._main.cancel()
            return
        log.warning("the service ends: running calls %s", "finish" if self._times == 1 else "are hung up")
        end = self._front.drain(self._drain_s) if self._times == 1 else self._front.close()
        task = asyncio.ensure_future(end)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Parts:
    def __init__(self, settings: Settings, data: Path, command: Sequence[str], ending: _Ending, is_demo: bool) -> None:
        self._is_demo = is_demo
        self._settings = settings
        self._data = data
        self._command = command
        self._ending = ending
        self._addresses: dict[Path, Addresses] = {}

    async def run(self, listening: socket.socket, ready: Callable[[Serving], None]) -> None:
        settings, data = self._settings, self._data
        key = recording_key(settings)
        default = settings.scenario or sample_company()
        ingested = partial(ingested_ids, settings.knowledge)
        copies = run_folder(data) / "scenarios"
        self._scenarios = await asyncio.to_thread(Scenarios, default, settings.routes, copies, ingested)
        chosen = chosen_key()
        store = await asyncio.to_thread(Store.open, settings.store or f"sqlite:///{data / 'aicc.db'}")
        with contextlib.closing(store):
            made = await asyncio.to_thread(first_key, store)
            first = await asyncio.to_thread(first_person, store)
            demo = await asyncio.to_thread(demo_person, store, self._scenarios.skills()) if self._is_demo else None
            self._passwords = tuple(filter(None, (demo, first)))
            site = Site(settings.people.url, settings.web.proxies, settings.desk.embed_origins)
            people = await asyncio.to_thread(People, store.people, settings.people, site)
            async with self._samples():
                await self._run(listening, store, key, KeyRing(store, chosen), people, made, ready)

    async def _run(
        self,
        listening: socket.socket,
        store: Store,
        key: bytes | None,
        keys: KeyRing,
        people: People,
        first_key: str | None,
        ready: Callable[[Serving], None],
    ) -> None:
        settings, data = self._settings, self._data
        metrics = Metrics()
        noting = Noting(store, settings.crm)
        writer = StoreWriter(store, self._read_journal, metrics.store_lag, noting.written)
        traces = open_telemetry(settings.telemetry.otlp_endpoint)
        doors = Doors(settings, self._scenarios)
        heard = (metrics.heard, writer.heard, doors.heard, *([traces.heard] if traces else []))
        live = LiveCalls(self._read_journal, heard)
        endings = Endings(data, live, writer, key)
        count = 1 if settings.media_processes == 0 else settings.media_processes or max(2, _cores())
        renewed_s = settings.calls.longest_minutes * 60 + RENEWED_S
        news = _News(doors)
        front = Front(self._start, count, live, endings.end, metrics, renewed_s, news.left, news.leg_up, news.leg_lost)
        appending = Appending(front.ask, live, data / "calls")
        helping = open_helping(settings, self._start_of, appending, live)
        live.listen(helping.heard)
        endings.listen(helping.gone)
        service = RunningService(front, doors, live, self._scenarios, store, data, key, helping)
        if settings.desk.enabled:
            news.desk = open_desk(settings, service, self._scenarios, doors, people, appending.append)
            live.listen(news.desk.heard)
        book = AddressLookup(partial(open_finder, self._scenarios.loaded[0], settings))
        pages = doors.pages(service.log)
        api = open_api(
            service,
            metrics,
            keys,
            pages=pages,
            appends=appending,
            addresses=book,
            people=people,
            sees=news.desk.sees if news.desk else None,
            rooms=desk_rooms(settings, service, people, news.desk) if news.desk else (),
        )
        http = server(api)
        failed: AiccError | None = None
        self._ending.of(front)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(front.run())
            answering = tasks.create_task(_for_ever("the API", http.serve(sockets=[listening])))
            writing = tasks.create_task(_for_ever("the store's writer", writer.run()))
            others = [
                tasks.create_task(_for_ever("left calls", _make_up(endings, writer, noting, data))),
                tasks.create_task(_for_ever("deliveries", noting.run())),
                *([tasks.create_task(_for_ever("the desk", news.desk.run()))] if news.desk else []),
                tasks.create_task(_for_ever("retention", expire_for_ever(settings, data, store))),
                tasks.create_task(_for_ever("scenarios", self._scenarios.watch(partial(_renew, front, helping)))),
            ]
            helped = tasks.create_task(_for_ever("assist", helping.run()))
            inferring = [
                tasks.create_task(_for_ever("inference", process.run())) for process in processes(settings, data)
            ]
            try:
                await front.started()
                async with calls_taken(calls_socket(data), service.take_in), doors.opened(front) as telephones:
                    gc.collect()
                    gc.freeze()  # what is here by now stays: the collector need not look at it during calls
                    if not front.is_draining:
                        names = tuple(self._scenarios.names)
                        slots = count * settings.slots
                        page = f"{_address(listening)}/call" if settings.web.enabled else None
                        at = _address(listening)
                        panel = f"{at}/desk/" if news.desk else None
                        by_sip = tuple(telephones)
                        ready(Serving(at, data, names, count, slots, first_key, page, by_sip, panel, self._passwords))
                    await asyncio.wait({running})
            except AiccError as failure:
                failed = failure
            finally:
                for task in others:
                    task.cancel()
                if news.desk:
                    await news.desk.close()
                await front.close()
                await asyncio.wait({running})
                helped.cancel()
                await asyncio.wait({helped})
                for task in inferring:
                    task.cancel()
                await live.close()
                http.should_exit = True
                await asyncio.wait({answering})
                writing.cancel()
        await people.close()
        await asyncio.to_thread(endings.close)
        await asyncio.to_thread(appending.close)
        await writer.close()
        if traces:
            await asyncio.to_thread(traces.close)
        if failed:
            raise failed

    def _start_of(self, name: str) -> Start:
        return Start(
            name=name,
            settings=self._settings,
            data=self._data,
            scenarios=self._scenarios.folders,
            addresses={str(folder): addresses for folder, addresses in self._addresses.items()},
            inference=sockets(self._settings, self._data),
            log_level=logging.getLogger().level,
        )

    async def _start(self, name: str, news: News) -> Process:
        start = self._start_of(name)
        if self._settings.media_processes != 0:
            return await SpawnedProcess.start(start, news, self._command)
        from aicc.service.local_process import LocalProcess  # brings the models

        try:
            return await LocalProcess.start(start, news)
        except Exception as error:
            raise ProcessFailed(told(error)) from error

    def _read_journal(self, call_id: str) -> list[Logged]:
        try:
            return read_journal(self._data / "calls" / call_id / NAME)
        except FileNotFoundError:
            return []

    @contextlib.asynccontextmanager
    async def _samples(self) -> AsyncIterator[None]:
        """Sample services run meanwhile, of the services that have one and no address by environment."""
        async with contextlib.AsyncExitStack() as stack:
            for loaded in self._scenarios.loaded:
                wanted = self._settings.samples
                if wanted is None:
                    wanted = self._settings.scenario is None and loaded.folder == sample_company()
                services = {
                    name: service
                    for name, service in loaded.scenario.services.items()
                    if wanted and service.start and not os.environ.get(service.url_from or "")
                }
                started = await stack.enter_async_context(samples(services, loaded.folder))
                [self._addresses[loaded.folder]] = await started.addresses()
            yield


class _News:
    """What the front tells, for the doors and the desk, which are made behind it."""

    def __init__(self, doors: Doors) -> None:
        self.desk: DeskService | None = None
        self._doors = doors

    def left(self, call_id: str) -> None:
        self._doors.left(call_id)
        if self.desk:
            self.desk.left(call_id)

    def leg_up(self, call_id: str, leg: str) -> None:
        if self.desk:
            self.desk.legs.up(call_id, leg)

    def leg_lost(self, call_id: str, leg: str, reason: str) -> None:
        if self.desk:
            self.desk.legs.lost(call_id, leg, reason)


async def _renew(front: Front, helping: Help) -> None:
    await helping.renew()
    await front.renew()


async def _make_up(endings: Endings, writer: StoreWriter, noting: Noting, data: Path) -> None:
    """For what a service before this one left undone."""
    await endings.end_left()
    await endings.note_recordings(await writer.catch_up(data / "calls"))
    await asyncio.to_thread(noting.catch_up, data / "calls")


async def _for_ever(name: str, work: Coroutine[Any, Any, None]) -> None:
    """A part whose failure is no reason to end calls."""
    try:
        await work
    except Exception:
        log.exception("%s broke: calls go on without", name)


def _listen(http: str) -> socket.socket:
    host, _, port = http.rpartition(":")
    try:
        return listen(host.strip("[]"), int(port))
    except OSError as error:
        reason = (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
        raise AddressTaken(
            f"nothing can listen at {http}: {reason}: choose another --http, or end who has it"
        ) from None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _many_files() -> None:
    """Connections and calls are files: the usual soft limit of 1,024 is soon reached, here and in what is started."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _cores() -> int:
    return len(os.sched_getaffinity(0))
