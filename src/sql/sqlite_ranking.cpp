#include "sqlite_connection.hpp"

#include <algorithm>
#include <cmath>

namespace chatd::sql {
namespace {

/// Mean number of tokens in a row's column; read from the table once per query, not once per row.
int mean_length(const Fts5ExtensionApi* api, Fts5Context* fts, int column, double& mean)
{
    if (const auto* known = static_cast<const double*>(api->xGetAuxdata(fts, 0))) {
        mean = *known;
        return SQLITE_OK;
    }
    sqlite3_int64 rows = 0;
    sqlite3_int64 tokens = 0;
    if (const int code = api->xRowCount(fts, &rows); code != SQLITE_OK)
        return code;
    if (const int code = api->xColumnTotalSize(fts, column, &tokens); code != SQLITE_OK)
        return code;
    auto* kept = static_cast<double*>(sqlite3_malloc(sizeof(double)));
    if (kept == nullptr)
        return SQLITE_NOMEM;
    mean = *kept =
        std::max(1.0, static_cast<double>(tokens) / static_cast<double>(std::max<sqlite3_int64>(rows, 1)));
    return api->xSetAuxdata(fts, kept, sqlite3_free);
}

int count_hits(const Fts5ExtensionApi* api, Fts5Context* fts, int phrase, int column, int& hits)
{
    Fts5PhraseIter hit;
    int in_column = -1;
    int offset = 0;
    hits = 0;
    const int code = api->xPhraseFirst(fts, phrase, &hit, &in_column, &offset);
    for (; code == SQLITE_OK && in_column >= 0; api->xPhraseNext(fts, &hit, &in_column, &offset))
        hits += in_column == column ? 1 : 0;
    return code;
}

/// BM25 (Robertson, k1 = 1.2, b = 0.75) over one column. SQLite's own bm25() counts, per query, all rows of
/// the table that contain each term; here every term weighs the same, so a row costs what its own hits cost.
void bm25(const Fts5ExtensionApi* api, Fts5Context* fts, sqlite3_context* context, int count,
          sqlite3_value** values)
{
    constexpr double k1 = 1.2;
    constexpr double b = 0.75;
    const int column = count > 0 ? sqlite3_value_int(values[0]) : 0;
    double mean = 1;
    int length = 0;
    int code = mean_length(api, fts, column, mean);
    if (code == SQLITE_OK)
        code = api->xColumnSize(fts, column, &length);
    const double norm = k1 * (1 - b + b * length / mean);
    double score = 0;
    const int phrases = api->xPhraseCount(fts);
    for (int i = 0; code == SQLITE_OK && i < phrases; ++i) {
        int hits = 0;
        code = count_hits(api, fts, i, column, hits);
        score += hits * (k1 + 1) / (hits + norm);
    }
    if (code != SQLITE_OK)
        sqlite3_result_error_code(context, code);
    else
        sqlite3_result_double(context, score);
}

/// https://www.sqlite.org/fts5.html, section 7: the API is handed out through a pointer parameter.
fts5_api* api_of(sqlite3* db)
{
    fts5_api* api = nullptr;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

} // namespace

int register_ranking(sqlite3* db)
{
    auto* api = api_of(db);
    return api == nullptr ? SQLITE_ERROR : api->xCreateFunction(api, "chatd_bm25", nullptr, bm25, nullptr);
}

} // namespace chatd::sql
