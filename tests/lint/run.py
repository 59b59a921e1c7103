"""Checks the tree against the rules of the house. Prints `file:line: complaint` and ends with status 1 when there are any.
Usage: python3 tests/lint/run.py [--fast]   (--fast: without clang)"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHECKED = (".hpp", ".cpp", ".mjs", ".py", ".sh")
SCRIPTS = ("scripts/", ".ci/")
MEMORY = "build/lint"


def tree():
    """Our own text files, tracked or about to be."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
    for path in sorted(set(listed.stdout.splitlines())):
        if os.path.isfile(path) and (path.endswith(CHECKED) or path.startswith(SCRIPTS)):
            yield path


def main():
    os.chdir(ROOT)
    import checks
    import compiler
    import test_checks

    test_checks.run()
    paths = list(tree())
    complaints = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for check in checks.ALL:
            complaints += [f"{path}:{line}: {what}" for line, what in check(path, text)]
    if "--fast" not in sys.argv[1:]:
        for name, check in (("format", compiler.formatted), ("headers", compiler.headers_alone)):
            memory = compiler.Memory(f"{MEMORY}/{name}.json")
            for path, output in check(paths, memory):
                complaints.append(f"{path}: {name}: " + "\n    ".join(output.splitlines()[:6]))
            memory.save()
    print("\n".join(complaints))
    print(f"{len(paths)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
