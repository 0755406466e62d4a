"""The worker: follows events and does the long work beside the server, in a process of its own.

On PostgreSQL, where several processes may use one database, requests then never wait for it.
"""

from __future__ import annotations

import logging
import os
import signal

from assay.bootstrap import build
from assay.child import own_settings, say_ready, wait_for_the_end

POLITE = 19
"""Niceness: when there is too much to do, requests come first and the worker catches up later."""


def main() -> None:
    """Work until the server says it is enough."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends this one in order
    os.nice(POLITE)
    logging.basicConfig(level=logging.WARNING)
    services = build(own_settings())
    try:
        services.work()
        say_ready()
        wait_for_the_end()
    finally:
        services.close()
