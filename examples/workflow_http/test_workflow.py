"""
Does the workshop do what its desk says? ``pytest test_workflow.py`` starts it and finds out.

With ``WORKFLOW_FAULT=1`` in the environment the workshop has a fault, and the test fails with the story of it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from workflow import server

from supportcore import Refused, load_definition
from supportcore.exploring import Cast
from supportcore.testing.machine import machine_for

DESK = load_definition(Path(__file__).with_name("repairs.desk.toml"))


class Workshop:
    """The workshop over HTTP, as five methods."""

    def __init__(self, host: str, port: int) -> None:
        self.connection = HTTPConnection(host, port)

    def reset(self, cast: Cast) -> None:
        self.order = ""
        self.ask("POST", "/reset", now=cast.now.isoformat())

    def act(self, who: str, do: str, said: Mapping[str, Any]) -> None:
        if do == "open":
            self.order = self.ask("POST", "/orders", who=who, **said)["id"]
        else:
            self.ask("POST", f"/orders/{self.order}/{do}", who=who, **said)

    def observe(self) -> Mapping[str, Any]:
        return self.ask("GET", f"/orders/{self.order}?who=mechanic")

    def actions(self, who: str) -> Iterable[str]:
        place = f"/orders/{self.order}/actions" if self.order else "/actions"
        try:
            return self.ask("GET", f"{place}?who={who}")["actions"]
        except Refused:
            return []

    def advance(self, span: timedelta) -> None:
        self.ask("POST", "/clock", seconds=span.total_seconds())

    def close(self) -> None:
        self.connection.close()

    def ask(self, method: str, path: str, **said: Any) -> Any:
        body = json.dumps(said) if method == "POST" else None
        self.connection.request(method, path, body)
        answer = self.connection.getresponse()
        found = json.loads(answer.read())
        if answer.status in (403, 404, 409, 422):
            raise Refused(what=found["error"])
        assert answer.status == 200, found
        return found


def workshop() -> Workshop:
    """Return the workshop, which is started when it is needed first."""
    if not hasattr(workshop, "server"):
        workshop.server = server(fault=os.environ.get("WORKFLOW_FAULT") == "1")
        threading.Thread(target=workshop.server.serve_forever, daemon=True).start()
    return Workshop(*workshop.server.server_address)


# What nobody asked for, the workshop passes over, so that is not tried.
TestWorkshop = machine_for(DESK, subject=workshop, faults=["missing", "blank"]).TestCase
