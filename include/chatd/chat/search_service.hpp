#pragma once

#include <chatd/chat/ports.hpp>
#include <chatd/chat/search_terms.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

/// A search as a client asks for it; dates are ISO 8601 text, inclusive.
struct search_input {
    std::string query;
    std::optional<std::string> conversation_id, sender_id, message_type, start_date, end_date;
    std::int64_t page = 1, limit = 20;
};

/// `text` as HTML with every match of the query's words in <mark> and the rest escaped. Matching folds case
/// and marks as the search itself does, on whole words (or their beginnings for `prefix*`).
[[nodiscard]] std::string highlight(std::string_view text, const search_terms& terms);

/// Full-text search over what the caller may read now (contract section 6). I/O thread.
class search_service {
  public:
    explicit search_service(search_store& store, conversation_store& conversations);

    /// invalid (empty, too long, exclusions only, bad date or type); not_found, forbidden for a named
    /// conversation.
    async::task<result<page<search_hit>>> find(principal who, search_input in);
    /// invalid below two characters.
    async::task<result<std::vector<std::string>>> suggest(principal who, std::string prefix,
                                                          std::int64_t limit);
    async::task<result<search_store::stats>> stats(principal who);

  private:
    search_store& store_;
    conversation_store& conversations_;
};

} // namespace chatd::chat
