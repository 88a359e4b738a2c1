"""``aicc`` in a process that ends with whoever started it: when its standard input ends, however that came about."""

from __future__ import annotations

import contextlib
import os
import signal
import threading


def _end_with_stdin() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4_096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_stdin, name="stdin", daemon=True).start()
    from aicc.command import main

    main()
