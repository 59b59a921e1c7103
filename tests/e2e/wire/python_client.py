"""Talks to the protocol test server as Debian's python3-socketio does and prints what it saw as one JSON object.

Usage: python_client.py URL TRANSPORT[,TRANSPORT]
"""

import asyncio
import json
import sys

import socketio

BINARY = bytes(range(256))

# python-engineio gives up on a poll that brings more than 16 packets.
PACKETS_PER_POLL = 10


class Client:
    """One connection to namespace `/` (and `/custom`) that notes every event it hears."""

    def __init__(self, transports):
        self.socket = socketio.AsyncClient(reconnection=False)
        self.transports = transports
        self.heard = asyncio.Queue()
        for event in ("auth", "message-back", "news"):
            self.socket.on(event, self.note(event))
        self.socket.on("auth", self.note("custom auth"), namespace="/custom")

    def note(self, event):
        async def handler(*args):
            await self.heard.put([event, *args])

        return handler

    async def connect(self, url, **options):
        await self.socket.connect(url, transports=self.transports, **options)

    async def next(self):
        return await asyncio.wait_for(self.heard.get(), 5)


def plain(value):
    """The value with every binary part as a list, so that it can be printed."""
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


async def talk(url, transports):
    seen = {}
    client = Client(transports)
    await client.connect(url, namespaces=["/", "/custom"], auth={"token": "abc"}, wait_timeout=5)
    seen["transport"] = client.socket.transport()
    seen["greetings"] = sorted([await client.next(), await client.next()])

    await client.socket.emit("message", ("text ğ🦄", 1, {"a": [None, True]}))
    seen["echo"] = await client.next()
    await client.socket.emit("message", (BINARY, {"deep": [BINARY]}))
    seen["binary"] = await client.next() == ["message-back", BINARY, {"deep": [BINARY]}]
    seen["ack"] = await client.socket.call("message-with-ack", ("a", [1]), timeout=5)
    seen["binary ack"] = await client.socket.call("message-with-ack", BINARY, timeout=5) == BINARY
    large = "ş" * 150_000
    seen["large"] = await client.socket.call("message-with-ack", large, timeout=10) == large
    large = bytes(600_000)
    seen["large binary"] = await client.socket.call("message-with-ack", large, timeout=10) == large

    client.socket.on("question", lambda n: n + 1)
    seen["question"] = await client.socket.call("ask", (3000, 41), timeout=5)
    room = f"python {','.join(transports)}"
    seen["join"] = await client.socket.call("join", room, timeout=5)
    await client.socket.call("broadcast", ([room], [], "news", {"n": 1}, BINARY), timeout=5)
    seen["broadcast"] = plain(await client.next())

    heard = []
    for start in range(0, 200, PACKETS_PER_POLL):
        for n in range(start, start + PACKETS_PER_POLL):
            await client.socket.emit("message", n)
        heard += [await client.next() for _ in range(PACKETS_PER_POLL)]
    seen["order"] = heard == [["message-back", n] for n in range(200)]
    await client.socket.disconnect()
    seen["connected after disconnect"] = client.socket.connected
    return seen


async def refusal(url, transports, namespace):
    client = Client(transports)
    refused = asyncio.get_running_loop().create_future()
    client.socket.on("connect_error", lambda data: refused.done() or refused.set_result(data), namespace=namespace)
    await client.connect(url, namespaces=[namespace], auth={"token": "wrong"}, wait=False)
    try:
        return await asyncio.wait_for(refused, 5)
    finally:
        await client.socket.disconnect()


async def parallel(url, transports):
    clients = [Client(transports) for _ in range(20)]
    await asyncio.gather(*(client.connect(url) for client in clients))
    answers = await asyncio.gather(
        *(client.socket.call("message-with-ack", n, timeout=5) for n, client in enumerate(clients))
    )
    await asyncio.gather(*(client.socket.disconnect() for client in clients))
    return answers == list(range(20))


async def main(url, transports):
    seen = await talk(url, transports)
    seen["unknown namespace"] = await refusal(url, transports, "/unknown")
    seen["middleware"] = await refusal(url, transports, "/auth")
    seen["parallel"] = await parallel(url, transports)
    print(json.dumps(seen))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2].split(",")))
