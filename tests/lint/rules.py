"""The rules of the house as data: docs/architecture.md in a form that a machine can check."""

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# Folder -> what it may include besides itself, base and async ("Arrows").
ARROWS = {
    "base": set(),
    "async": set(),
    "security": set(),
    "schema": set(),
    "config": set(),
    "sql": set(),
    "http": {"schema"},
    "websocket": {"http"},
    "engineio": {"websocket", "http"},
    "socketio": {"engineio", "websocket", "http"},
    "chat": {"security"},
    "storage": {"chat", "sql"},
    "presence": {"chat"},
    "api": {"chat", "socketio", "http", "schema"},
    "app": None,  # everything
}

# These know nothing of Asio; everybody else may include async.
WITHOUT_ASYNC = {"base", "security", "schema", "config"}

# Products of the API include each other's common folder only.
API_PRODUCTS = {"messaging", "gallery", "inbox", "files", "admin"}

# First part of a vendor's include -> its homes. The longest prefix that fits decides.
VENDOR_HOMES = {
    "boost/asio": {"async", "http", "websocket", "app"},
    "boost/system": {"async", "http", "websocket", "app"},
    "boost/beast": {"http"},
    # Header-only containers and pointers; the core and what is above it do without Boost.
    "boost/": {"async", "http", "websocket", "engineio", "socketio"},
    "nlohmann/": {"schema", "config"},
    "spdlog/": {"base"},
    "fmt/": {"base", "app"},
    "utf8proc.h": {"base"},
    "sodium": {"security"},
    "crypt.h": {"security"},
    "sqlite3.h": {"sql"},
    "openssl/": {"http", "security"},
    "CLI/": {"app"},
}
