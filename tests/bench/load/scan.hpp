#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string.h>
#include <string_view>

namespace load {

/// Like string_view::find, with the C library's faster search.
inline std::size_t find_text(std::string_view in, std::string_view what, std::size_t from = 0)
{
    if (from > in.size())
        return std::string_view::npos;
    const void* found = memmem(in.data() + from, in.size() - from, what.data(), what.size());
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - in.data())
                 : std::string_view::npos;
}

/// The text between `before` and the next `"`; nothing when it is missing. Escapes are not undone.
inline std::optional<std::string_view> text_after(std::string_view json, std::string_view before,
                                                  std::size_t from = 0)
{
    const auto at = find_text(json, before, from);
    if (at == std::string_view::npos)
        return std::nullopt;
    const auto rest = json.substr(at + before.size());
    const auto end = rest.find('"');
    if (end == std::string_view::npos)
        return std::nullopt;
    return rest.substr(0, end);
}

/// The number at the front of `text`; nothing when there is none.
inline std::optional<std::int64_t> leading_number(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

} // namespace load
