"""What is set before anything else is imported, and what is done before the first test."""

import gc
import os

# as media processes have it, and the command: aicc/service/spawned_process.py
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collection_finish() -> None:
    """What has been imported stays to the end: full collections need not walk it, 0.4 s each of the whole suite."""
    gc.collect()
    gc.freeze()
