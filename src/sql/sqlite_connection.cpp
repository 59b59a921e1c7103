#include "sqlite_connection.hpp"

#include <cassert>
#include <chrono>

namespace chatd::sql {
namespace {

class sqlite_row final : public row {
  public:
    explicit sqlite_row(sqlite3_stmt* s) noexcept : statement_(s) {}

    bool is_null(int column) const noexcept override
    {
        return sqlite3_column_type(statement_, column) == SQLITE_NULL;
    }
    std::int64_t integer(int column) const noexcept override
    {
        return sqlite3_column_int64(statement_, column);
    }
    double real(int column) const noexcept override { return sqlite3_column_double(statement_, column); }
    std::string_view text(int column) const noexcept override
    {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        if (bytes == nullptr)
            return {};
        return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

  private:
    sqlite3_stmt* statement_;
};

int bind(sqlite3_stmt* statement, int slot, const value& v) noexcept
{
    const auto size = v.bytes().size();
    // A null pointer would bind NULL instead of the empty text.
    const char* bytes = v.bytes().data() == nullptr ? "" : v.bytes().data();
    switch (v.type()) {
    case value::kind::null:
        return sqlite3_bind_null(statement, slot);
    case value::kind::integer:
        return sqlite3_bind_int64(statement, slot, v.integer());
    case value::kind::real:
        return sqlite3_bind_double(statement, slot, v.real());
    case value::kind::text:
        return sqlite3_bind_text64(statement, slot, bytes, size, SQLITE_STATIC, SQLITE_UTF8);
    case value::kind::blob:
        return sqlite3_bind_blob64(statement, slot, bytes, size, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

/// A file that cannot hold more than `max_pages` behaves like a full disk.
std::string pragmas(const sqlite_options& o, access a)
{
    std::string text = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF;"
                       "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=0;";
    text +=
        a == access::write ? "PRAGMA cache_size=-16384;" : "PRAGMA cache_size=-6144; PRAGMA query_only=ON;";
    if (o.max_pages > 0)
        text += "PRAGMA max_page_count=" + std::to_string(o.max_pages) + ";";
    return text;
}

} // namespace

/// One execution: times it and leaves the statement reset, whatever happens in between.
class sqlite_connection::run {
  public:
    explicit run(prepared& p) noexcept : prepared_(p), started_(std::chrono::steady_clock::now()) {}
    run(const run&) = delete;
    run& operator=(const run&) = delete;
    ~run()
    {
        sqlite3_reset(prepared_.handle);
        const auto took = std::chrono::steady_clock::now() - started_;
        const auto ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count());
        constexpr auto relaxed = std::memory_order_relaxed;
        prepared_.calls.store(prepared_.calls.load(relaxed) + 1, relaxed);
        prepared_.total_ns.store(prepared_.total_ns.load(relaxed) + ns, relaxed);
        if (ns > prepared_.longest_ns.load(relaxed))
            prepared_.longest_ns.store(ns, relaxed);
    }

    [[nodiscard]] int bind_all(params p) const noexcept
    {
        assert(p.size() == prepared_.slots.size());
        for (std::size_t i = 0; i < p.size(); ++i) {
            if (prepared_.slots[i] == 0)
                continue;
            if (const int code = bind(prepared_.handle, prepared_.slots[i], p[i]); code != SQLITE_OK)
                return code;
        }
        return SQLITE_OK;
    }

  private:
    prepared& prepared_;
    std::chrono::steady_clock::time_point started_;
};

result<std::unique_ptr<sqlite_connection>> sqlite_connection::open(const sqlite_options& o, access a)
{
    // Statistics of all allocations behind one lock: nobody reads them.
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured);

    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (a == access::write ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(o.path.c_str(), &db, flags, nullptr);
    auto opened = std::unique_ptr<sqlite_connection>(new sqlite_connection(db));
    if (code != SQLITE_OK)
        return sqlite_error(code, db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code), "open");
    if (auto done = opened->configure(o, a); !done)
        return done.error();
    return opened;
}

result<void> sqlite_connection::configure(const sqlite_options& o, access a)
{
    sqlite3_busy_timeout(db_, static_cast<int>(o.busy_timeout.count()));
    // The first statement reads the file: here a locked or damaged one shows.
    if (a == access::write)
        if (auto done = script("PRAGMA journal_mode=WAL;"); !done)
            return done;
    if (auto done = script(pragmas(o, a)); !done)
        return done;
    if (const int code = register_ranking(db_); code != SQLITE_OK)
        return fail(code, "register_ranking");
    return {};
}

sqlite_connection::~sqlite_connection()
{
    for (auto& [key, p] : statements_)
        sqlite3_finalize(p.handle);
    sqlite3_close_v2(db_);
}

error sqlite_connection::fail(int code, std::string_view where)
{
    auto e = sqlite_error(code, sqlite3_errmsg(db_), where);
    if (e.code == errc::unavailable)
        outage_ = code;
    return e;
}

bool sqlite_connection::spoiled() const noexcept
{
    const int primary = outage_ & 0xff;
    return faulty() && primary != SQLITE_BUSY && primary != SQLITE_LOCKED && primary != SQLITE_FULL;
}

result<sqlite_connection::prepared*> sqlite_connection::prepare(const statement& s)
{
    if (const auto found = statements_.find(&s); found != statements_.end())
        return &found->second;
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(db_, s.text.data(), static_cast<int>(s.text.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK)
        return fail(code, s.name);
    const std::lock_guard lock(statements_mutex_);
    auto& p = statements_[&s];
    p.handle = handle;
    p.name = s.name;
    // SQLite takes `$1` as a name and numbers names by first appearance.
    const int used = sqlite3_bind_parameter_count(handle);
    for (int i = 1, seen = 0; seen < used; ++i) {
        const auto name = "$" + std::to_string(i);
        p.slots.push_back(sqlite3_bind_parameter_index(handle, name.c_str()));
        seen += p.slots.back() != 0 ? 1 : 0;
        assert(i <= 64 && "parameters are $1, $2, ...");
    }
    return &p;
}

result<std::int64_t> sqlite_connection::query(const statement& s, params p, row_visitor on_row)
{
    auto found = prepare(s);
    if (!found)
        return std::move(found).error();
    const run r(**found);
    if (const int code = r.bind_all(p); code != SQLITE_OK)
        return fail(code, s.name);
    const sqlite_row current((*found)->handle);
    std::int64_t rows = 0;
    for (;;) {
        const int code = sqlite3_step((*found)->handle);
        if (code == SQLITE_DONE)
            return rows;
        if (code != SQLITE_ROW)
            return fail(code, s.name);
        on_row(current);
        ++rows;
    }
}

result<std::int64_t> sqlite_connection::exec(const statement& s, params p)
{
    auto done = query(s, p, [](const row&) {});
    if (!done)
        return done;
    return sqlite3_changes64(db_);
}

result<void> sqlite_connection::script(std::string_view text)
{
    const std::string terminated(text);
    if (const int code = sqlite3_exec(db_, terminated.c_str(), nullptr, nullptr, nullptr); code != SQLITE_OK)
        return fail(code, "script");
    return {};
}

bool sqlite_connection::in_transaction() const noexcept
{
    return sqlite3_get_autocommit(db_) == 0;
}

std::int64_t sqlite_connection::changes() const noexcept
{
    return sqlite3_total_changes64(db_);
}

void sqlite_connection::collect(std::vector<statement_stats>& into) const
{
    const std::lock_guard lock(statements_mutex_);
    for (const auto& [key, p] : statements_)
        into.push_back({p.name, p.calls.load(), p.total_ns.load(), p.longest_ns.load()});
}

result<void> sqlite_connection::probe()
{
    sqlite3_stmt* handle = nullptr;
    int code = sqlite3_prepare_v2(db_, "PRAGMA user_version", -1, &handle, nullptr);
    if (code == SQLITE_OK)
        code = sqlite3_step(handle);
    const int version = code == SQLITE_ROW ? sqlite3_column_int(handle, 0) : 0;
    sqlite3_finalize(handle);
    if (code != SQLITE_ROW)
        return fail(code, "probe");
    auto done = script("BEGIN IMMEDIATE; PRAGMA user_version=" + std::to_string(version) + "; COMMIT;");
    if (done)
        outage_ = SQLITE_OK;
    else if (in_transaction())
        sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
}

void sqlite_connection::watch_wal(std::function<void(std::int64_t)> committed)
{
    committed_ = std::move(committed);
    sqlite3_wal_hook(
        db_,
        [](void* self, sqlite3*, const char*, int pages) -> int {
            static_cast<sqlite_connection*>(self)->committed_(pages);
            return SQLITE_OK;
        },
        this);
}

result<sqlite_connection::checkpoint> sqlite_connection::copy_wal(int mode)
{
    int pages = 0;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, mode, &pages, &copied);
    // Busy: a reader or writer still uses the WAL. What could be copied has been.
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return fail(code, "checkpoint");
    return checkpoint{pages, copied};
}

result<std::unique_ptr<connection>> open_sqlite(const sqlite_options& o, access a)
{
    auto opened = sqlite_connection::open(o, a);
    if (!opened)
        return std::move(opened).error();
    return std::unique_ptr<connection>(std::move(*opened));
}

} // namespace chatd::sql
