"""The checks themselves: each must find what it is there for and leave good code alone."""

import checks


def complaints(check, path, text):
    return [line for line, _ in check(path, text)]


def run():
    bad = "#include <chatd/http/server.hpp>\n"
    assert complaints(checks.arrows, "include/chatd/chat/a.hpp", bad) == [1]
    assert complaints(checks.arrows, "src/api/messaging/a.cpp", bad) == []
    assert complaints(checks.arrows, "src/security/a.cpp", "\n#include <chatd/async/task.hpp>\n") == [2]
    assert complaints(checks.arrows, "src/app/a.cpp", bad) == []
    assert complaints(checks.arrows, "src/newcomer/a.cpp", "") == [1]
    assert complaints(checks.arrows, "src/api/gallery/a.cpp", '#include "../messaging/views.hpp"\n') == [1]

    assert complaints(checks.vendors, "src/sql/a.cpp", "#include <boost/asio/post.hpp>\n") == [1]
    assert complaints(checks.vendors, "src/socketio/a.cpp", "#include <boost/asio/post.hpp>\n") == [1]
    assert complaints(checks.vendors, "src/socketio/a.cpp", "#include <boost/unordered_map.hpp>\n") == []
    assert complaints(checks.vendors, "include/chatd/schema/a.hpp", "#include <nlohmann/json.hpp>\n") == []

    assert complaints(checks.pragma_once, "a.hpp", "#include <a>\n") == [1]
    assert complaints(checks.pragma_once, "a.hpp", "#pragma once\n") == []
    assert complaints(checks.file_size, "a.sh", "x\n" * 401) == [400]
    assert complaints(checks.file_size, "a.sh", "x\n" * 400) == []

    body = "void f()\n{\n" + "    x();\n" * 61 + "}\n"
    assert complaints(checks.function_size, "a.cpp", body) == [2]
    assert complaints(checks.function_size, "a.cpp", body.replace("    x();\n", "", 1)) == []
    assert complaints(checks.function_size, "a.mjs", "export async function f(a) {\n" + "  x();\n" * 61 + "}\n") == [1]
    assert complaints(checks.function_size, "a.mjs", "const f = async (a) => {\n" + "  x();\n" * 61 + "};\n") == [1]
    assert complaints(checks.function_size, "a.py", "def f():\n" + "    x()\n" * 61) == [1]
    assert complaints(checks.leftovers, "a.cpp", "// TODO later\n") == [1]
