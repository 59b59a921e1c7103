"""Debian's python3-socketio as a chat client: commands as JSON lines on stdin, events as JSON lines on stdout."""

import asyncio
import json
import sys

import socketio

client = socketio.AsyncClient(reconnection_delay=0.2, reconnection_delay_max=0.4, randomization_factor=0)


def tell(*what):
    print(json.dumps(what), flush=True)


@client.event
async def connect():
    tell("connect", client.get_sid())


@client.event
async def disconnect():
    tell("disconnect")


@client.event
async def connect_error(data):
    tell("connect_error", data)


@client.on("*")
async def anything(event, *args):
    tell("event", event, list(args))


async def run(command, *args):
    if command == "open":
        url, token, transports = args
        await client.connect(url, auth={"token": token}, transports=transports, wait_timeout=10)
    elif command == "ask":
        tell("ack", await client.call(args[0], args[1], timeout=10))


async def main():
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        try:
            await run(*json.loads(line))
        except Exception as error:  # the test decides what an error means
            tell("exception", type(error).__name__, str(error))


asyncio.run(main())
