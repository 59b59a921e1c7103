"""The paths, the cores and the load generator."""

import json
import os
import pathlib
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
PEERS = ROOT / "tests" / "bench" / "peers"
BUILT_ELSEWHERE = os.environ.get("CHATD_BENCH_BIN")  # programs to measure instead of the release build's
BIN = pathlib.Path(BUILT_ELSEWHERE or ROOT / "build" / "release" / "bin")
WORK = ROOT / "build" / "bench"

_cores = sorted(os.sched_getaffinity(0))
SERVER_CORE = _cores[0]
LOAD_CORE = _cores[-1]


class Failed(Exception):
    """Something that a row needs did not work; the row is void, the others go on."""


def pinned(core, *command):
    """The command line that runs `command` on one core only."""
    return ["taskset", "-c", str(core), *map(str, command)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(mode, server, **options):
    """One run of the load generator against a running server: the JSON line that it printed."""
    arguments = [mode, "--port", server.port, "--pid", server.pid]
    for name, value in options.items():
        arguments += ["--" + name.replace("_", "-"), value]
    run = subprocess.run(pinned(LOAD_CORE, BIN / "chatd-load", *arguments),
                         capture_output=True, text=True, timeout=1500)
    if not run.stdout.strip():
        raise Failed(f"chatd-load {mode} printed nothing: {run.stderr.strip()[:200]}")
    return json.loads(run.stdout)
