#include <chatd/sql/connection.hpp>

#include <utility>

namespace chatd::sql {
namespace {

constexpr statement begin_outer{"begin", "BEGIN"};
constexpr statement commit_outer{"commit", "COMMIT"};
constexpr statement rollback_outer{"rollback", "ROLLBACK"};
constexpr statement begin_nested{"savepoint", "SAVEPOINT nested"};
constexpr statement commit_nested{"release", "RELEASE SAVEPOINT nested"};
constexpr statement rollback_nested{"rollback_to", "ROLLBACK TO SAVEPOINT nested"};

} // namespace

result<transaction> transaction::begin(connection& db)
{
    const bool nested = db.in_transaction();
    if (auto done = db.exec(nested ? begin_nested : begin_outer); !done)
        return std::move(done).error();
    return transaction(db, nested);
}

transaction::transaction(transaction&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)), nested_(other.nested_)
{
}

transaction::~transaction()
{
    // A grave error has already rolled everything back.
    if (db_ == nullptr || !db_->in_transaction())
        return;
    if (!nested_) {
        static_cast<void>(db_->exec(rollback_outer));
        return;
    }
    static_cast<void>(db_->exec(rollback_nested));
    static_cast<void>(db_->exec(commit_nested));
}

result<void> transaction::commit()
{
    auto done = db_->exec(nested_ ? commit_nested : commit_outer);
    if (!done)
        return std::move(done).error();
    db_ = nullptr;
    return {};
}

} // namespace chatd::sql
