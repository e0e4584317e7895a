"""
The repairs of a bicycle workshop over HTTP, with a clock of its own for tests; everything is in memory.

    python workflow.py 8080
    curl -d '{"who": "customer", "subject": "Flat tyre"}' localhost:8080/orders

Started with ``--fault`` it has one: a reply of the customer does not stop the timer of the question.

    POST /reset {now}                      begin anew
    POST /clock {seconds}                  let time pass
    POST /orders {who, subject}            open an order
    POST /orders/1/reply {who, text}       write
    POST /orders/1/start {who}             and so on for each of ACTIONS; `ask` takes a comment
    GET  /orders/1?who=mechanic            what it is now
    GET  /orders/1/actions?who=mechanic    what somebody may do now
    GET  /actions?who=mechanic             what somebody may do without an order
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlsplit

ACTIONS = {
    "start": ("mechanic", "received", "working"),
    "ask": ("mechanic", "working", "asking"),
    "finish": ("mechanic", "working", "ready"),
    "collect": ("customer", "ready", "collected"),
}
"""By action: who may, from which state, to which."""
TIMERS = {"asking": (timedelta(hours=72), "given_up"), "ready": (timedelta(hours=240), "collected")}
"""By state: after how long nobody waits any more, and to which state that leads."""
CLOSED = ("collected", "given_up")


class No(Exception):
    """What was asked cannot be had; with the HTTP status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class Order:
    owner: str
    subject: str
    state: str = "received"
    assignee: str | None = None
    timer: tuple[datetime, str] | None = None
    texts: list[str] = field(default_factory=list)


class Workshop:
    def __init__(self, *, fault: bool = False) -> None:
        self.fault = fault
        self.now = datetime.now(UTC)
        self.orders: dict[str, Order] = {}

    def reset(self, now: str) -> dict[str, object]:
        self.now, self.orders = datetime.fromisoformat(now), {}
        return {}

    def wait(self, seconds: float) -> dict[str, object]:
        self.now += timedelta(seconds=seconds)
        return {}

    def open(self, who: str, said: dict[str, str]) -> dict[str, object]:
        if role(who) != "customer":
            raise No(403, "customers open orders")
        order = Order(who, needed(said, "subject"))
        self.orders[str(len(self.orders) + 1)] = order
        return {"id": str(len(self.orders))}

    def order(self, key: str, who: str) -> Order:
        """Return an order as it is now, if it is to be seen."""
        order = self.orders.get(key)
        if order is None or (role(who) == "customer" and who != order.owner):
            raise No(404, "no such order")
        while order.timer is not None and order.timer[0] <= self.now:
            at, state = order.timer
            self.enter(order, state, at)
        return order

    def enter(self, order: Order, state: str, at: datetime) -> None:
        order.state = state
        after, then = TIMERS.get(state, (None, ""))
        if after is not None:
            order.timer = at + after, then
        elif not self.fault or state in CLOSED:
            order.timer = None

    def offered(self, order: Order, who: str) -> list[str]:
        found = [name for name, (by, source, _) in ACTIONS.items() if (by, source) == (role(who), order.state)]
        return found if order.state in CLOSED else ["reply", *found]

    def act(self, order: Order, who: str, name: str, said: dict[str, str]) -> dict[str, object]:
        if name not in self.offered(order, who):
            raise No(409, f"{who} may not {name} an order that is {order.state}")
        if name == "reply":
            order.texts.append(needed(said, "text"))
            if role(who) == "customer" and order.state in TIMERS:
                self.enter(order, "working", self.now)
            return {}
        if name == "ask":
            order.texts.append(needed(said, "comment"))
        if name == "start":
            order.assignee = who
        self.enter(order, ACTIONS[name][2], self.now)
        return {}


def role(who: str) -> str:
    return who.partition("-")[0]


def needed(said: dict[str, str], name: str) -> str:
    if not said.get(name, "").strip():
        raise No(422, f"{name} is needed")
    return said[name]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    workshop: Workshop
    lock: Lock

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.answer(url.path.split("/")[1:], "", {"who": parse_qs(url.query).get("who", [""])[0]})

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(self.path.split("/")[1:], "POST", said)

    def answer(self, path: list[str], method: str, said: dict[str, str]) -> None:
        with self.lock:
            try:
                status, found = 200, self.found(path, method, said)
            except No as no:
                status, found = no.status, {"error": str(no)}
        data = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def found(self, path: list[str], method: str, said: dict[str, str]) -> dict[str, object]:
        shop, who = self.workshop, said.get("who", "")
        match method, path:
            case "POST", ["reset"]:
                return shop.reset(said["now"])
            case "POST", ["clock"]:
                return shop.wait(float(said["seconds"]))
            case "POST", ["orders"]:
                return shop.open(who, said)
            case "POST", ["orders", key, name]:
                return shop.act(shop.order(key, who), who, name, said)
            case "", ["orders", key]:
                order = shop.order(key, who)
                return {"state": order.state, "assignee": order.assignee, "texts": order.texts}
            case "", ["orders", key, "actions"]:
                return {"actions": shop.offered(shop.order(key, who), who)}
            case "", ["actions"]:
                return {"actions": ["open"] if role(who) == "customer" else []}
        raise No(404, "no such page")

    def log_message(self, format: str, *args: object) -> None:
        pass


def server(port: int = 0, *, fault: bool = False) -> ThreadingHTTPServer:
    """Return a server on a port of this machine, a free one by default; `serve_forever` runs it."""
    handler = type("Bound", (Handler,), {"workshop": Workshop(fault=fault), "lock": Lock()})
    found = ThreadingHTTPServer(("127.0.0.1", port), handler)
    found.daemon_threads = True
    return found


if __name__ == "__main__":
    ports = [int(one) for one in sys.argv[1:] if one.isdigit()]
    server(*ports, fault="--fault" in sys.argv).serve_forever()
