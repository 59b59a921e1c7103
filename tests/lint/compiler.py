"""Checks that need clang: format, and headers that compile alone. Both remember what was found in order."""

import concurrent.futures
import hashlib
import json
import os
import subprocess

import checks

CLANG = "clang++-16"
FORMAT = "clang-format-16"
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-Iinclude",
         "-DBOOST_ASIO_SEPARATE_COMPILATION", "-DBOOST_ASIO_NO_DEPRECATED", "-DBOOST_BEAST_SEPARATE_COMPILATION",
         "-DBOOST_BEAST_USE_STD_STRING_VIEW", "-DJSON_USE_IMPLICIT_CONVERSIONS=0", '-DCHATD_VERSION="0"']


class Memory:
    """Keys of what passed, kept in the build folder between runs."""

    def __init__(self, name):
        self.name = name
        self.new = set()
        try:
            with open(name, encoding="utf-8") as file:
                self.known = set(json.load(file))
        except (OSError, ValueError):
            self.known = set()

    def save(self):
        os.makedirs(os.path.dirname(self.name), exist_ok=True)
        with open(self.name, "w", encoding="utf-8") as file:
            json.dump(sorted(self.new), file)


def resolve(path, include):
    """The file of ours that an include names, or None."""
    for name in ("include/" + include, os.path.join(os.path.dirname(path), include)):
        if os.path.isfile(name):
            return os.path.normpath(name)
    folder = checks.folder_of(path)
    name = f"src/{folder}/{include}"
    return name if folder and os.path.isfile(name) else None


def closure(path, seen):
    """`path` and every header of ours that it reaches."""
    if path in seen:
        return
    with open(path, encoding="utf-8") as file:
        seen[path] = file.read()
    for _, include in checks.includes_of(seen[path]):
        other = resolve(path, include)
        if other:
            closure(other, seen)


def digest(parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def run_all(jobs, memory):
    """jobs: (key, path, command). Yields (path, output) of those that fail."""
    todo = []
    for key, path, command in jobs:
        if key in memory.known:
            memory.new.add(key)
        else:
            todo.append((key, path, command))

    def run(job):
        return subprocess.run(job[2], capture_output=True, text=True, check=False)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for job, done in zip(todo, pool.map(run, todo)):
            if done.returncode == 0:
                memory.new.add(job[0])
            else:
                yield job[1], done.stderr.strip()


def header_job(path):
    seen = {}
    closure(path, seen)
    folder = checks.folder_of(path)
    own = [f"-Isrc/{folder}"] if folder else ["-Itests", f"-I{os.path.dirname(path)}"]
    command = [CLANG, *FLAGS, *own, "-x", "c++", "-include", path, "/dev/null"]
    return digest([*command, *(part for item in sorted(seen.items()) for part in item)]), path, command


def headers_alone(paths, memory):
    yield from run_all([header_job(p) for p in paths if p.endswith(".hpp") and checks.folder_of(p)], memory)


def format_job(path, style):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return digest([style, path, text]), path, [FORMAT, "--dry-run", "-Werror", path]


def formatted(paths, memory):
    with open(".clang-format", encoding="utf-8") as file:
        style = file.read()
    yield from run_all([format_job(p, style) for p in paths if p.endswith((".hpp", ".cpp"))], memory)
