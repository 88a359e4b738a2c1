"""A caller's TCP socket on its way from the process that let it in to the one that holds the call (SCM_RIGHTS)."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from voicebot.doors.audiosocket import rate_of


def hand_over(path: Path, token: str, sock: socket.socket, first: bytes) -> None:
    """To the process that listens at ``path`` and expects ``token``; what is here of ``sock`` may then be closed.

    ``first`` is what of the caller's first packet behind the UUID has come, and is still in the socket: it tells the
    call's rate. Raises OSError where nobody listens, or so many wait there that one more cannot.
    """
    said = {"call": token, "door": "audiosocket", "rate_hz": rate_of(first)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK) as way:
        way.connect(str(path))
        socket.send_fds(way, [json.dumps(said).encode()], [sock.fileno()])


def receive(peer: socket.socket, most_bytes: int) -> tuple[bytes, socket.socket | None]:
    """The next packet, and the TCP socket that came with it. Further ones, and what is none, are closed here.

    Raises OSError as ``recv`` does.
    """
    packet, descriptors, _, _ = socket.recv_fds(peer, most_bytes, 1)
    if not descriptors:
        return packet, None
    try:
        sock = socket.socket(fileno=descriptors[0])
    except OSError:  # a file, a pipe
        os.close(descriptors[0])
        return packet, None
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.type != socket.SOCK_STREAM:
        sock.close()
        return packet, None
    sock.set_inheritable(False)  # recv_fds of Python 3.11 passes no flags on
    return packet, sock
