"""The demo's server process: `python -m assay.demo.serving`, told what to do by one JSON line on its input.

It answers with one JSON line when it listens, and stops when its input closes, so that no server outlives the
demonstration that started it.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from typing import TypedDict

from assay.bootstrap import Settings, build
from assay.demo.house import open_house_for_demo
from assay.server import Server


class Order(TypedDict):
    """What the server process is told.

    Attributes:
        data: folder of the house.
        host: address to listen on.
        port: port to listen on; 0 takes a free one.
        import_roots: folders that imports may read.
        project_name: for a fresh house.
        project: short name of the project.
    """

    data: str
    host: str
    port: int
    import_roots: list[str]
    project_name: str
    project: str


def main() -> None:
    """Serve until the input closes."""
    order: Order = json.loads(sys.stdin.readline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demonstration, which then stops us in order
    settings = Settings(
        data=Path(order["data"]),
        host=order["host"],
        port=order["port"],
        import_roots=tuple(Path(root) for root in order["import_roots"]),
        demo=True,
    )
    services = build(settings)
    try:
        opened = open_house_for_demo(services, order["project_name"], order["project"])

        def tell(address: str) -> None:
            opened["address"] = address
            sys.stdout.write(json.dumps(opened) + "\n")
            sys.stdout.flush()

        server = Server(services, started=tell)
        threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        server.serve_until_stopped()
    finally:
        services.close()


def _stop_at_end_of_input(server: Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
