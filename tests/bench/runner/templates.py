"""Prepared data folders: made once through the servers' own interfaces, then copied for every run.

A folder is made anew when the schema or the recipe changes, and after five days, because the tokens in
its users.tsv live for seven.
"""

import hashlib
import shutil
import time

from . import servers
from .machine import Failed, PEERS, ROOT, WORK, load

# Accounts by the hundred would take minutes with the shipped cost of a hash; only the row `logins` needs it.
CHEAP_HASH = {"auth.argon2_memory_kib": 8192, "auth.argon2_iterations": 1}
LIFETIME = 5 * 24 * 3600


def _chatd(**options):
    return lambda: servers.chatd(pin=False, **options)


def _node(rounds):
    return lambda: servers.node_chat(pin=False, bcrypt_rounds=rounds)


# name: (server, options of `chatd-load setup`, messages of 100 pairs to store)
RECIPES = {
    "chatd-pairs": (_chatd(**CHEAP_HASH), {"users": 200, "messages": 60}, 0),
    "chatd-logins": (_chatd(), {"users": 40}, 0),
    "chatd-crowd": (_chatd(**CHEAP_HASH), {"users": 10_000, "partners": 10}, 0),
    "chatd-million": (_chatd(**CHEAP_HASH), {"users": 200}, 1_000_000),
    "node-pairs": (_node(4), {"users": 200, "messages": 60}, 0),
    "node-logins": (_node(12), {"users": 40}, 0),
}


def template(name):
    """The data folder `name`, made now if need be; users.tsv lies in it."""
    target = WORK / "data" / f"{name}-{_fingerprint(name)}"
    if target.exists() and time.time() - target.stat().st_ctime < LIFETIME:
        return target
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    print(f"  preparing {name} ...", flush=True)
    start, setup, messages = RECIPES[name]
    with start() as server:
        users = f"{server.data}/users.tsv"
        _check(load("setup", server, out=users, **setup))
        if messages:
            _check(load("chat", server, users=users, outstanding=8, total=messages))
        server.keep_data(target)
    return target


def users(name):
    return template(name) / "users.tsv"


def _check(result):
    if not result["ok"]:
        raise Failed(f"preparing data: {result['failure']}")


def _fingerprint(name):
    digest = hashlib.sha256(repr(RECIPES[name][1:]).encode())
    schema = [PEERS / "schema.sql"] if name.startswith("node") else (ROOT / "src/storage/migrations").glob("*.sql")
    for file in sorted(schema):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
