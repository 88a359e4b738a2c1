"""How fast the store is: ``python -m tests.voicebot.store.measure URL [EVENTS]`` on an empty database, as JSON.

``URL`` may be ``sqlite`` or ``postgresql``, for one in a temporary folder that does keep its promises to the disk.
"""

import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from tests.servers.postgresql import PostgreSQL, programs
from tests.voicebot.store.sample_calls import NOON, call_id_at, logged, said, whole_call
from voicebot.events import Logged
from voicebot.store import Store

RUNNING_AT_ONCE = 50
BATCH = 200
"""Events a transaction: about what 50 calls log in half a second."""


def as_they_come(events: int) -> Iterator[list[Logged]]:
    """Batches in which the events of so many running calls are mixed."""
    written, number, lines = 0, 0, [iter(()) for _ in range(RUNNING_AT_ONCE)]
    chance = random.Random(1)
    batch: list[Logged] = []
    while written < events:
        line = chance.randrange(RUNNING_AT_ONCE)
        one = next(lines[line], None)
        if one is None:
            number += 1
            lines[line] = iter(whole_call(call_id_at(NOON + timedelta(seconds=5 * number)), chance.randrange(3, 18)))
            continue
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            written += len(batch)
            batch = []


def milliseconds(question: Callable[[], object], times: int = 15) -> float:
    """The median."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        question()
        took.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(took), 2)


def measured(store: Store, events: int) -> dict[str, object]:
    batches = list(as_they_come(events))
    took = []
    for batch in batches:
        began = time.perf_counter()
        store.write(batch)
        took.append(1000 * (time.perf_counter() - began))
    again = milliseconds(lambda: store.write(batches[-1]))
    rare = call_id_at(NOON)
    store.write(logged(rare, said(1, "제주도 귤 한 상자")))
    call_ids = [call.call_id for call in store.calls(limit=100_000)]
    middle = call_ids[len(call_ids) // 2]
    return {
        "events": sum(map(len, batches)),
        "calls": len(call_ids),
        "events_a_second": round(1000 * sum(map(len, batches)) / sum(took)),
        "batch_p50_ms": round(statistics.median(took), 1),
        "batch_p99_ms": round(statistics.quantiles(took, n=100)[98], 1),
        "batch_again_ms": again,
        "newest_50_ms": milliseconds(lambda: store.calls()),
        "page_in_the_middle_ms": milliseconds(lambda: store.calls(before=middle)),
        "running_ms": milliseconds(lambda: store.running()),
        "ended_50_ms": milliseconds(lambda: store.calls(state="ended")),
        "search_often_said_ms": milliseconds(lambda: store.calls(text="환불해주세요")),
        "search_once_said_ms": milliseconds(lambda: store.calls(text="제주도")),
        "search_never_said_ms": milliseconds(lambda: store.calls(text="호랑이")),
        "one_call_ms": milliseconds(lambda: store.call(middle)),
        "its_events_ms": milliseconds(lambda: store.events(middle)),
    }


@contextlib.contextmanager
def database(url: str) -> Iterator[str]:
    # not in /tmp, which is memory on some machines
    with tempfile.TemporaryDirectory(prefix="aicc-measure-", dir="/var/tmp") as folder:
        if url == "sqlite":
            yield f"sqlite:///{folder}/aicc.db"
            print(f"{Path(folder, 'aicc.db').stat().st_size / 2**20:.0f} MiB", file=sys.stderr)
        elif url == "postgresql":
            found = programs()
            assert found, "PostgreSQL is not installed: apt-get install postgresql"
            settings = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "128MB"}
            server = PostgreSQL.make(Path(folder), found, **settings)
            server.start()
            yield server.new_database()
            server.stop()
        else:
            yield url


if __name__ == "__main__":
    with database(sys.argv[1]) as url, contextlib.closing(Store.open(url)) as store:
        print(json.dumps(measured(store, int(sys.argv[2]) if len(sys.argv) > 2 else 100_000), indent=1))
