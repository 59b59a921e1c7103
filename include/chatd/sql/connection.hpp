#pragma once

#include <chatd/base/result.hpp>
#include <chatd/sql/value.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace chatd::sql {

/// One SQL text with the name it has in logs and metrics. Connections keep it prepared under its address:
/// define it `constexpr` at namespace scope. Parameters are `$1…`; the text must suit every database.
struct statement {
    std::string_view name;
    std::string_view text;

    constexpr statement(std::string_view n, std::string_view t) noexcept : name(n), text(t) {}
    statement(const statement&) = delete;
    statement& operator=(const statement&) = delete;
};

/// One row of an answer, valid inside the visitor only. Columns count from 0; null reads as 0 or "".
class row {
  public:
    [[nodiscard]] virtual bool is_null(int column) const noexcept = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) const noexcept = 0;
    [[nodiscard]] virtual double real(int column) const noexcept = 0;
    [[nodiscard]] virtual std::string_view text(int column) const noexcept = 0;

    [[nodiscard]] bool boolean(int column) const noexcept { return integer(column) != 0; }
    [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }
    [[nodiscard]] timestamp time(int column) const noexcept { return from_millis(integer(column)); }
    [[nodiscard]] std::optional<std::string> optional_string(int column) const
    {
        return is_null(column) ? std::nullopt : std::optional(string(column));
    }
    [[nodiscard]] std::optional<timestamp> optional_time(int column) const noexcept
    {
        return is_null(column) ? std::nullopt : std::optional(time(column));
    }

  protected:
    ~row() = default;
};

/// A borrowed callable `void(const row&)`, called once per row.
class row_visitor {
  public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, row_visitor>)
    row_visitor(F&& f) noexcept // NOLINT(bugprone-forwarding-reference-overload): constrained above
        : target_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
          call_([](void* target, const row& r) { (*static_cast<std::remove_reference_t<F>*>(target))(r); })
    {
    }
    void operator()(const row& r) const { call_(target_, r); }

  private:
    void* target_;
    void (*call_)(void*, const row&);
};

/// How one statement has behaved on one connection.
struct statement_stats {
    std::string_view name;
    std::uint64_t calls = 0;
    std::uint64_t total_ns = 0;
    std::uint64_t longest_ns = 0;
};

/// One connection to a database; used by one thread at a time. Errors: `conflict` with the violated unique
/// key
/// (`table.column` or `table.column,column`) in `detail`; `unavailable` when the database is locked, full,
/// damaged or gone; `internal` for everything that is a bug. `where` names the statement.
class connection {
  public:
    connection() = default;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    virtual ~connection() = default;

    /// Runs a statement to its end, shows each row to the visitor, answers the number of rows.
    [[nodiscard]] virtual result<std::int64_t> query(const statement& s, params p, row_visitor on_row) = 0;
    /// Runs a statement that answers no rows; answers the number of rows changed.
    [[nodiscard]] virtual result<std::int64_t> exec(const statement& s, params p = {}) = 0;
    /// Runs several statements without parameters, unprepared.
    [[nodiscard]] virtual result<void> script(std::string_view text) = 0;

    /// The first row read by `read` (callable `T(const row&)`), if there is one.
    template <class F>
    [[nodiscard]] auto first(const statement& s, params p, F&& read)
        -> result<std::optional<std::invoke_result_t<F&, const row&>>>;
    /// All rows read by `read`.
    template <class F>
    [[nodiscard]] auto all(const statement& s, params p, F&& read)
        -> result<std::vector<std::invoke_result_t<F&, const row&>>>;

    [[nodiscard]] virtual bool in_transaction() const noexcept = 0;
    /// Rows changed since the connection was opened: unchanged means that nothing needs undoing.
    [[nodiscard]] virtual std::int64_t changes() const noexcept = 0;
    /// True once an `unavailable` error has happened: close it and open another.
    [[nodiscard]] virtual bool faulty() const noexcept = 0;
    /// "sqlite" or "postgres": which of two migration texts applies.
    [[nodiscard]] virtual std::string_view dialect() const noexcept = 0;
    /// Adds what this connection's statements did to `into`. Any thread.
    virtual void collect(std::vector<statement_stats>& into) const = 0;
};

/// A transaction that is rolled back unless committed; inside another one it is a savepoint. Lives on the
/// stack of the connection's thread.
class transaction {
  public:
    [[nodiscard]] static result<transaction> begin(connection& db);
    transaction(transaction&& other) noexcept;
    transaction& operator=(transaction&&) = delete;
    ~transaction();

    [[nodiscard]] result<void> commit();

  private:
    transaction(connection& db, bool nested) noexcept : db_(&db), nested_(nested) {}

    connection* db_;
    bool nested_;
};

template <class F>
auto connection::first(const statement& s, params p, F&& read)
    -> result<std::optional<std::invoke_result_t<F&, const row&>>>
{
    std::optional<std::invoke_result_t<F&, const row&>> found;
    auto done = query(s, p, [&](const row& r) {
        if (!found)
            found.emplace(read(r));
    });
    if (!done)
        return std::move(done).error();
    return found;
}

template <class F>
auto connection::all(const statement& s, params p, F&& read)
    -> result<std::vector<std::invoke_result_t<F&, const row&>>>
{
    std::vector<std::invoke_result_t<F&, const row&>> found;
    auto done = query(s, p, [&](const row& r) { found.push_back(read(r)); });
    if (!done)
        return std::move(done).error();
    return found;
}

} // namespace chatd::sql
