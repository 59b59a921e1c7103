"""One function per rule. Each takes a path and its text and yields complaints as (line number, text)."""

import ast
import re

import rules

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def folder_of(path):
    """'http' for include/chatd/http/… and src/http/…, else None."""
    parts = path.split("/")
    if path.startswith("include/chatd/") and len(parts) > 3:
        return parts[2]
    if path.startswith("src/") and len(parts) > 2:
        return parts[1]
    return None


def includes_of(text):
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1)


def may_include(folder, other):
    allowed = rules.ARROWS.get(folder, set())
    if allowed is None or other in (folder, "base"):
        return True
    if other == "async":
        return folder not in rules.WITHOUT_ASYNC
    return other in allowed


def arrows(path, text):
    folder = folder_of(path)
    if folder is None:
        return
    if folder not in rules.ARROWS:
        yield 1, f"folder {folder} has no row in tests/lint/rules.py"
        return
    for number, include in includes_of(text):
        parts = include.split("/")
        if parts[0] == "chatd" and len(parts) > 2 and not may_include(folder, parts[1]):
            yield number, f"{folder} may not include {include}"
        if folder == "api":
            yield from api_products(path, number, include)


def api_products(path, number, include):
    own = next((p for p in rules.API_PRODUCTS if path.startswith(f"src/api/{p}/")), None)
    for other in rules.API_PRODUCTS - {own}:
        if own and include.startswith((f"chatd/api/{other}", f"{other}/", f"../{other}/")):
            yield number, f"product {own} may not include {include}"


def vendors(path, text):
    folder = folder_of(path)
    if folder is None:
        return
    for number, include in includes_of(text):
        prefix = max((v for v in rules.VENDOR_HOMES if include.startswith(v)), key=len, default=None)
        if prefix and folder not in rules.VENDOR_HOMES[prefix]:
            homes = ", ".join(sorted(rules.VENDOR_HOMES[prefix]))
            yield number, f"{include} belongs into {homes}"


def pragma_once(path, text):
    if path.endswith(".hpp") and text.count("#pragma once\n") != 1:
        yield 1, "a header begins with #pragma once"


def file_size(_, text):
    lines = text.count("\n")
    if lines > rules.MAX_FILE_LINES:
        yield rules.MAX_FILE_LINES, f"{lines} lines, {rules.MAX_FILE_LINES} are allowed"


def braced_functions(text, opens):
    """Bodies between a line that `opens` matches and the brace that closes it at the same indent."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        found = opens.match(line)
        if not found:
            continue
        closing = re.compile("^" + found.group(1) + r"\}")
        end = next((i for i in range(start + 1, len(lines)) if closing.match(lines[i])), len(lines))
        yield start + 1, end - start - 1


CPP_BODY = re.compile(r"^(\s*)\{$")
JS_BODY = re.compile(r"^(\s*)(?:export )?(?:(?:async )?function\b.*|(?:const|let) \w+ = (?:async )?\(?[\w, {}=]*\)? =>) \{$")


def function_size(path, text):
    if path.endswith((".hpp", ".cpp")):
        bodies = braced_functions(text, CPP_BODY)
    elif path.endswith(".mjs"):
        bodies = braced_functions(text, JS_BODY)
    elif path.endswith(".py"):
        bodies = ((n.lineno, n.end_lineno - n.lineno) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    else:
        return
    for number, lines in bodies:
        if lines > rules.MAX_FUNCTION_LINES:
            yield number, f"function of {lines} lines, {rules.MAX_FUNCTION_LINES} are allowed"


def leftovers(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and not path.startswith("tests/lint/"):
            yield number, "no TODO in the tree: do it, or open an issue"


ALL = [arrows, vendors, pragma_once, file_size, function_size, leftovers]
