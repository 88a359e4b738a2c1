"""The link between the front and a media process: typed messages over a Unix socket, every command answered.

One link lives as long as its media process; it is never made anew.
"""

from voicebot.link.link import CommandFailed, Link, LinkBroken, LinkClosed, LinkError, NotAnswered
from voicebot.link.messages import (
    Accepted,
    Close,
    Command,
    Done,
    Drain,
    Events,
    Failed,
    Gone,
    HangUp,
    HungUpBy,
    Leaving,
    Message,
    Offer,
    Ping,
    Pong,
    Ready,
    Refused,
    Reply,
    Status,
    Told,
)

__all__ = [
    "Accepted",
    "Close",
    "Command",
    "CommandFailed",
    "Done",
    "Drain",
    "Events",
    "Failed",
    "Gone",
    "HangUp",
    "HungUpBy",
    "Leaving",
    "Link",
    "LinkBroken",
    "LinkClosed",
    "LinkError",
    "Message",
    "NotAnswered",
    "Offer",
    "Ping",
    "Pong",
    "Ready",
    "Refused",
    "Reply",
    "Status",
    "Told",
]
