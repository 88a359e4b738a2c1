"""The event loop of the service's processes: uvloop where it is installed, asyncio's own elsewhere."""

import asyncio


def new_loop() -> asyncio.AbstractEventLoop:
    """For ``asyncio.Runner(loop_factory=new_loop)``."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
