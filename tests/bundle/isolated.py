"""Commands in a network of their own, which has loopback and no route to anywhere."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

# linux/sockios.h SIOCSIFFLAGS with IFF_UP | IFF_RUNNING: what "ip link set lo up" does, where iproute2 is not installed
_LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""
_NAMESPACE = ["unshare", "--map-root-user", "--net", sys.executable, "-c", _LOOPBACK_UP]


def without_network(
    command: Sequence[str], cwd: Path | None = None, timeout_s: float = 600
) -> subprocess.CompletedProcess[str]:
    """Skips the test where the kernel lets nobody make a namespace."""
    if why := _why_not():
        pytest.skip(f"no network namespace can be made here: {why}")
    return subprocess.run(
        [*_NAMESPACE, *command], cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=timeout_s
    )


@cache
def _why_not() -> str:
    if not shutil.which("unshare"):
        return "unshare (util-linux) is not installed"
    return subprocess.run([*_NAMESPACE, "true"], capture_output=True, text=True).stderr.strip()
