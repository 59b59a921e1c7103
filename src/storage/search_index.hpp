#pragma once

#include <chatd/chat/search_terms.hpp>
#include <chatd/sql/database.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatd::storage {

/// Which messages a search looks at beside its words.
struct search_scope {
    std::int64_t user_key = 0;                    ///< who asks
    std::optional<std::int64_t> conversation_key; ///< only this one; the caller has checked membership
    std::optional<std::int64_t> sender_key;
    std::optional<std::string> type;
    std::optional<timestamp> from, to; ///< inclusive
};

struct search_match {
    std::int64_t message_key = 0;
    double score = 0;
};

/// The full-text index of messages: the one part of storage that differs between databases. This one is
/// SQLite's FTS5. Messages are not indexed one by one as they are stored, which costs several times as much,
/// but in slices by the writer, at the latest `patience` after they were stored; who searches has the rest
/// indexed first, so that a message is found as soon as it is acknowledged.
class search_index final : public sql::background {
  public:
    /// Best matches first are the caller's business: these come newest first, at most `max_matches`.
    static constexpr std::int64_t max_matches = 100'000;

    [[nodiscard]] static result<std::vector<search_match>>
    match(sql::connection& db, const chat::search_terms& terms, const search_scope& scope);

    /// A message has been stored. Writer's thread.
    void stored() noexcept;
    /// True when some message may not be in the index yet. Any thread.
    [[nodiscard]] bool behind() const noexcept { return pending_.load(std::memory_order_acquire) > 0; }
    /// Indexes what is missing, up to a bound that keeps the writer free. Writer's thread.
    [[nodiscard]] static result<void> catch_up(sql::connection& db);

    std::optional<std::chrono::steady_clock::time_point> due() const noexcept override;
    result<void> run(sql::connection& db) override;
    void finished(bool committed) noexcept override;

  private:
    using steady = std::chrono::steady_clock;

    /// One until the first slice has looked: nobody knows what the last run left.
    std::atomic<std::int64_t> pending_{1};
    std::int64_t indexed_ = 0; ///< by the slice that is not committed yet
    steady::time_point waiting_since_{};
    steady::time_point not_before_{}; ///< after a failure
};

} // namespace chatd::storage
