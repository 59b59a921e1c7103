"""Debian's python3-socketio as a chat client: commands as JSON lines on stdin, events as JSON lines on stdout."""
import json
import sys
import threading

import socketio

lock = threading.Lock()


def tell(*what):
    with lock:
        print(json.dumps(what), flush=True)


client = socketio.Client(reconnection_delay=0.2, reconnection_delay_max=0.4, randomization_factor=0)


@client.event
def connect():
    tell("connect", client.get_sid())


@client.event
def disconnect():
    tell("disconnect")


@client.event
def connect_error(data):
    tell("connect_error", data)


@client.on("*")
def anything(event, *args):
    tell("event", event, list(args))


def run(command, *args):
    if command == "open":
        url, token, transports = args
        client.connect(url, auth={"token": token}, transports=transports, wait_timeout=10)
    elif command == "emit":
        client.emit(args[0], args[1])
    elif command == "ask":
        tell("ack", client.call(args[0], args[1], timeout=10))
    elif command == "cut":
        client.eio.disconnect(abort=True)


for line in sys.stdin:
    try:
        run(*json.loads(line))
    except Exception as error:  # the test decides what an error means
        tell("exception", type(error).__name__, str(error))
client.disconnect()
