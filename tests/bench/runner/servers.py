"""Starts one server on the server core, waits until it answers, stops it by its process id."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .machine import BIN, Failed, PEERS, SERVER_CORE, WORK, free_port, pinned


class Server:
    """A process with a port and a data folder of its own; a context manager."""

    def __init__(self, command, data=None, environment=None, ready_path=None, pin=True):
        WORK.mkdir(parents=True, exist_ok=True)
        self.data = tempfile.mkdtemp(prefix="run-", dir=WORK)
        if data:
            shutil.copytree(data, self.data, dirs_exist_ok=True)
        self.port = free_port()
        values = {"PORT": str(self.port), "DATA": self.data}
        command = [str(part).format_map(values) for part in command]
        environment = {name: str(value).format_map(values) for name, value in (environment or {}).items()}
        self._log = open(os.path.join(self.data, "server.out"), "wb")
        self.started = time.monotonic()
        self._process = subprocess.Popen(pinned(SERVER_CORE, *command) if pin else command,
                                         env={**os.environ, **environment}, stdout=self._log,
                                         stderr=subprocess.STDOUT)
        self.pid = self._process.pid
        try:
            self._wait_until(self._is_ready if ready_path is None else lambda: self._answers(ready_path))
        except Failed:
            self.__exit__()
            raise
        self.ready_after = time.monotonic() - self.started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
        shutil.rmtree(self.data, ignore_errors=True)

    def resident_kib(self):
        with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as rollup:
            return next(int(line.split()[1]) for line in rollup if line.startswith("Rss:"))

    def keep_data(self, target):
        """Stops the server and moves its data folder to `target`."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)
        shutil.move(self.data, target)

    def _wait_until(self, answers):
        deadline = time.monotonic() + 60
        while not answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                with open(self._log.name, encoding="utf-8", errors="replace") as log:
                    raise Failed("the server did not start: " + log.read()[-300:].strip())
            time.sleep(0.002)

    def _is_ready(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def _answers(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def chatd(data=None, pin=True, **settings):
    """chatd as shipped, without limits and without a log line per request, which the peers do not write either."""
    settings = {"http.host": "127.0.0.1", "http.port": "{PORT}", "limits.enabled": "false", "log.level": "warn",
                "auth.access_token_ttl": "7d", **settings}
    command = [BIN / "chatd", "--data-dir", "{DATA}"]
    for name, value in settings.items():
        command += ["--set", f"{name}={value}"]
    return Server(command, data=data, ready_path="/readyz", pin=pin)


def relay():
    """Our Socket.IO library without chat."""
    return Server([BIN / "socketio-relay-server", "--port", "{PORT}"])


def node_relay():
    """socket.io 4.8 without chat."""
    return Server(["node", "--expose-gc", PEERS / "relay.js"], environment={"PORT": "{PORT}"})


def node_chat(data=None, pin=True, bcrypt_rounds=12):
    """Express, socket.io and better-sqlite3."""
    environment = {"PORT": "{PORT}", "DATA_DIR": "{DATA}", "BCRYPT_ROUNDS": bcrypt_rounds,
                   "NODE_ENV": "production", "ACCESS_TOKEN_EXPIRES_IN": "7d",
                   "JWT_SECRET": "a secret of the benchmark, for loopback only"}
    return Server(["node", PEERS / "chat.js"], data=data, environment=environment, ready_path="/readyz", pin=pin)
