#include "fuzz.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace {

/// Where nlohmann/json differs on purpose: it skips a byte order mark and refuses numbers that overflow a
/// double.
bool is_comparable(std::string_view text)
{
    return !text.starts_with("\xef") && text.find('\0') == std::string_view::npos &&
           text.find_first_of("eE") == std::string_view::npos && text.size() < 300;
}

} // namespace

/// The reader agrees with another one about what is JSON, and reads back what the writer writes.
FUZZ_TARGET(text)
{
    chatd::json_reader in(text);
    std::string_view raw;
    const bool accepted = in.skip(raw) && in.finish();
    if (is_comparable(text)) {
        const bool expected = nlohmann::json::accept(text);
        if (accepted && in.clean())
            FUZZ_CHECK(expected || text.find("\\u") != std::string_view::npos);
        if (expected && in.why() != chatd::json_reader::failure::too_deep)
            FUZZ_CHECK(accepted);
    }
    if (accepted) {
        const auto compact = chatd::compact_json(text);
        chatd::json_reader again(compact);
        FUZZ_CHECK(again.skip(raw) && again.finish() && raw == compact);
        FUZZ_CHECK(chatd::compact_json(compact) == compact);
    }
    chatd::json_reader string_in(text);
    std::string value;
    if (string_in.read_string(value) && string_in.finish()) {
        std::string written;
        chatd::append_json_string(written, value);
        chatd::json_reader reread(written);
        std::string copy;
        FUZZ_CHECK(reread.read_string(copy) && reread.finish() && copy == value);
    }
}
