#include <chatd/base/log.hpp>
#include <chatd/sql/migrator.hpp>

#include <algorithm>
#include <map>
#include <string>

namespace chatd::sql {
namespace {

constexpr std::string_view create_table = R"sql(
    CREATE TABLE IF NOT EXISTS schema_migrations (
        number   BIGINT NOT NULL PRIMARY KEY,
        name     TEXT NOT NULL,
        checksum TEXT NOT NULL
    ))sql";

constexpr statement find_applied{"migrations_applied", R"sql(
    SELECT number, checksum FROM schema_migrations)sql"};

/// On every database the first write of a transaction; makes racing processes take turns.
constexpr statement take_lock{"migrations_lock", R"sql(
    INSERT INTO schema_migrations (number, name, checksum) VALUES (0, 'lock', '')
        ON CONFLICT (number) DO UPDATE SET name = 'lock')sql"};

constexpr statement record{"migrations_record", R"sql(
    INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3))sql"};

/// FNV-1a, 64 bits: guards against edits by mistake, not against attackers.
std::string checksum(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return std::to_string(hash);
}

using applied_steps = std::map<std::int64_t, std::string>;

result<applied_steps> read_applied(connection& db)
{
    applied_steps found;
    auto done = db.query(find_applied, {}, [&](const row& r) {
        if (r.integer(0) != 0)
            found.emplace(r.integer(0), r.string(1));
    });
    if (!done)
        return std::move(done).error();
    return found;
}

error broken(std::string why)
{
    error e(errc::internal, std::move(why));
    e.where = "migrate";
    return e;
}

result<void> check_known(const applied_steps& applied, const std::vector<migration>& steps)
{
    for (const auto& [number, sum] : applied) {
        const auto step =
            std::find_if(steps.begin(), steps.end(), [&](const migration& m) { return m.number == number; });
        if (step == steps.end())
            return broken("the database has migration " + std::to_string(number) +
                          ", which this chatd does not know: a newer one wrote it");
        if (checksum(step->text) != sum)
            return broken("migration " + std::to_string(number) + " (" + std::string(step->name) +
                          ") was applied with another text than this chatd carries");
    }
    return {};
}

result<void> apply(connection& db, const migration& step)
{
    auto tx = transaction::begin(db);
    if (!tx)
        return tx.error();
    if (auto locked = db.exec(take_lock); !locked)
        return locked.error();
    auto applied = read_applied(db);
    if (!applied)
        return applied.error();
    if (applied->contains(step.number))
        return {};
    if (auto done = db.script(step.text); !done)
        return done;
    if (auto done = db.exec(record, {step.number, step.name, checksum(step.text)}); !done)
        return done.error();
    if (auto done = tx->commit(); !done)
        return done;
    log::info("sql", "migration applied", {{"number", step.number}, {"name", step.name}});
    return {};
}

} // namespace

result<void> migrate(connection& db, std::span<const migration> all)
{
    std::vector<migration> steps;
    for (const auto& m : all)
        if (m.dialect.empty() || m.dialect == db.dialect())
            steps.push_back(m);
    std::sort(steps.begin(), steps.end(),
              [](const migration& a, const migration& b) { return a.number < b.number; });

    if (auto done = db.script(create_table); !done)
        return done;
    auto applied = read_applied(db);
    if (!applied)
        return applied.error();
    if (auto known = check_known(*applied, steps); !known)
        return known;
    for (const auto& step : steps)
        if (!applied->contains(step.number))
            if (auto done = apply(db, step); !done)
                return done;
    return {};
}

} // namespace chatd::sql
