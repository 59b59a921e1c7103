#pragma once

#include <chatd/chat/conversation_service.hpp>
#include <chatd/chat/ports.hpp>
#include <chatd/chat/search_terms.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

/// `text` as HTML with every match of the query's words in <mark> and the rest escaped. Matching folds case
/// and marks as the search itself does, on whole words (or their beginnings for `prefix*`).
[[nodiscard]] std::string highlight(std::string_view text, const search_terms& terms);

/// Full-text search over what the caller may read now (contract section 6). I/O thread.
class search_service {
  public:
    search_service(search_store& store, conversation_service& conversations);

    /// invalid (empty, too long, exclusions only); not_found, forbidden for a named
    /// conversation.
    async::task<result<page<search_hit>>> find(principal who, search_query q);
    /// invalid below two characters.
    async::task<result<std::vector<std::string>>> suggest(principal who, std::string prefix,
                                                          std::int64_t limit);
    async::task<result<search_store::stats>> stats(principal who);

  private:
    search_store& store_;
    conversation_service& conversations_;
};

} // namespace chatd::chat
