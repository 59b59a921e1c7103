"""The rows: what runs against what, and which figures are judged how."""

from dataclasses import dataclass, field
from typing import Callable, Optional

from . import servers
from .machine import load
from .templates import template, users


@dataclass(frozen=True)
class Line:
    """One judged figure. `judge` names what must hold: the quotient ours / theirs, or our own value."""

    what: str
    value: Callable[[dict], float]
    unit: str
    must: float
    aim: Optional[float] = None
    judge: str = "quotient"
    higher_is_better: bool = False
    limit: Optional[Callable[[dict], float]] = None  # a `must` that follows from the run itself


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    ours: Callable[[dict], dict]
    lines: list = field(default_factory=list)
    theirs: Optional[Callable[[dict], dict]] = None
    rounds: Optional[int] = None  # fewer than the default where a run takes minutes


def key(name):
    return lambda run: run[name]


def on(server, mode, **options):
    """A run of `mode` on a fresh server; `span` stretches or shortens it."""

    def run(span):
        with server() as process:
            return load(mode, process, **options, **span)

    return run


def on_chat(start, data, mode, **options):
    """The same on a chat server with prepared data."""

    def run(span):
        folder = template(data)
        with start(data=folder) as process:
            return load(mode, process, users=folder / "users.tsv", **options, **span)

    return run


def untimed(run):
    """For modes that take as long as they take."""
    return lambda span: run({})


def start_with_a_million(_):
    with servers.chatd(data=template("chatd-million")) as process:
        return {"mode": "start", "ok": True, "ready_seconds": process.ready_after,
                "resident_mb": process.resident_kib() / 1024}


def short_recovery(data):
    return servers.chatd(data=data, **{"recovery.window": "5s"})


def throughput(what, must, aim):
    return Line(what, key("per_second"), "/s", must, aim, higher_is_better=True)


def cpu(what, must, aim=None):
    return Line(what, key("server_cpu_us"), "µs", must, aim)


def latency(rate, seconds, p99, rounds=None):
    return Row(f"latency-{rate}{'-long' if seconds > 30 else ''}",
               f"send → stored → received, 100 pairs, {rate}/s over {seconds} s",
               ours=untimed(on_chat(servers.chatd, "chatd-pairs", "latency", rate=rate, seconds=seconds)),
               theirs=untimed(on_chat(servers.node_chat, "node-pairs", "latency", rate=rate, seconds=seconds)),
               rounds=rounds,
               lines=[Line("p99", key("message_p99_ms"), "ms", p99, judge="value"),
                      Line("p50", key("message_p50_ms"), "ms", float("inf"), 2, judge="value")])


def broadcast(members, must, aim):
    return Row(f"broadcast-{members}", f"broadcast to a room of {members}, 16 messages in flight",
               ours=on(servers.relay, "broadcast", sockets=members),
               theirs=on(servers.node_relay, "broadcast", sockets=members),
               lines=[throughput("deliveries", must, aim), cpu("server CPU each", float("inf"))])


ROWS = [
    Row("memory", "user-space memory per idle authenticated socket, 10 000 users in 20 conversations each",
        ours=untimed(on_chat(servers.chatd, "chatd-crowd", "idle")),
        theirs=untimed(on(servers.node_relay, "idle", collect=1)), rounds=2,
        lines=[Line("per socket", key("kib_per_socket"), "KiB", 2.5, 1.5, judge="value")]),
    Row("handshakes", "handshakes with a valid token, 50 tokens reused",
        ours=on_chat(servers.chatd, "chatd-pairs", "handshakes"),
        theirs=on(servers.node_relay, "handshakes"),
        lines=[throughput("handshakes", 2.5, 3.4), cpu("server CPU each", 0.2)]),
    Row("echo", "events with ack, 200 sockets × 8 outstanding",
        ours=on(servers.relay, "echo"), theirs=on(servers.node_relay, "echo"),
        lines=[throughput("acks", 8, 12)]),
    broadcast(1000, 10, 16),
    broadcast(5000, 12, 20),
    Row("delivery-cpu", "1000 members, one message at a time, 20 000 deliveries/s",
        ours=on(servers.relay, "broadcast", rate=20_000), theirs=on(servers.node_relay, "broadcast", rate=20_000),
        lines=[cpu("server CPU per delivery", 0.65, 0.5)]),
    Row("reconnect", "5000 sockets dropped at once, time until all are back",
        ours=untimed(on_chat(servers.chatd, "chatd-crowd", "reconnect")),
        theirs=untimed(on(servers.node_relay, "reconnect")),
        lines=[Line("time", key("seconds"), "s", 0.3, 0.15)]),
    Row("chat", "messages stored (synchronous=FULL) and delivered, 100 conversations of two",
        ours=on_chat(servers.chatd, "chatd-pairs", "chat"),
        theirs=on_chat(servers.node_chat, "node-pairs", "chat"),
        lines=[throughput("messages", 5, 8)]),
    latency(200, 10, 8),
    latency(1000, 10, 10),
    latency(1000, 60, 25, rounds=2),
    Row("http-me", "GET /api/auth/me",
        ours=on_chat(servers.chatd, "chatd-pairs", "http", page="me"),
        theirs=on_chat(servers.node_chat, "node-pairs", "http", page="me"),
        lines=[cpu("server CPU per request", 1 / 5, 1 / 8)]),
    Row("http-messages", "GET a page of 50 messages",
        ours=on_chat(servers.chatd, "chatd-pairs", "http", page="messages"),
        theirs=on_chat(servers.node_chat, "node-pairs", "http", page="messages"),
        lines=[cpu("server CPU per request", 1 / 3, 1 / 6)]),
    Row("logins", "logins (Argon2id against bcrypt 12), 200 messages/s meanwhile",
        ours=on_chat(servers.chatd, "chatd-logins", "logins"),
        theirs=on_chat(servers.node_chat, "node-logins", "logins"),
        lines=[throughput("logins", 6, None),
               Line("p99 of messages meanwhile", key("message_p99_ms"), "ms", 10, judge="value",
                    limit=lambda run: max(3 * run["idle_message_p99_ms"], 10))]),
    Row("stalled", "1000 sockets that stop reading in 10 rooms with 100 messages/s each",
        ours=untimed(on_chat(servers.chatd, "chatd-pairs", "stalled")), rounds=2,
        lines=[Line("growth", lambda run: (run["peak_kib"] - run["before_kib"]) / 1024, "MiB", 1000, judge="value"),
               Line("p99 of the others, times that without them",
                    lambda run: run["message_p99_ms"] / run["alone_p99_ms"], "×", 2, judge="value")]),
    Row("waves", "memory after 15 000 sockets came and went ten times, times that after the first",
        ours=untimed(on_chat(short_recovery, "chatd-crowd", "waves")), rounds=1,
        lines=[Line("growth", key("growth"), "×", 1.1, judge="value")]),
    Row("start", "process start to /readyz with 1 000 000 stored messages",
        ours=start_with_a_million,
        lines=[Line("ready", key("ready_seconds"), "s", 2, 0.5, judge="value"),
               Line("resident", key("resident_mb"), "MB", 60, judge="value")]),
]
