#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace chatd::socketio {

/// Checks one JSON array or object (RFC 8259) in a single pass and remembers where the elements of the array
/// begin and end. The text must be valid UTF-8, which is not checked again here.
class json_scanner {
  public:
    /// Deepest nesting that is passed on.
    static constexpr std::size_t max_depth = 256;

    /// `attachments`: of the packet. When there are any, every placeholder must name one of them; otherwise
    /// placeholders are data like any other.
    json_scanner(std::string_view text, std::uint32_t attachments) noexcept
        : at_(text.data()), end_(text.data() + text.size()), attachments_(attachments)
    {
    }

    /// True when the text is one array and nothing else; `elements` receives their texts.
    [[nodiscard]] bool scan_array(std::vector<std::string_view>& elements);
    /// True when the text is one object and nothing else.
    [[nodiscard]] bool scan_object();
    /// Is there white space between the tokens read so far?
    [[nodiscard]] bool has_space() const noexcept { return has_space_; }

  private:
    void skip_space() noexcept;
    [[nodiscard]] bool take(char c) noexcept;
    [[nodiscard]] bool at_end() noexcept;
    [[nodiscard]] bool scan_value();
    [[nodiscard]] bool scan_opened(std::size_t& depth);
    [[nodiscard]] bool close_all(std::size_t& depth);
    [[nodiscard]] bool scan_scalar() noexcept;
    [[nodiscard]] bool scan_string() noexcept;
    [[nodiscard]] bool scan_escape() noexcept;
    [[nodiscard]] bool scan_number() noexcept;
    [[nodiscard]] bool scan_word(std::string_view word) noexcept;
    [[nodiscard]] bool scan_key();
    [[nodiscard]] bool take_placeholder(bool& valid) noexcept;

    [[nodiscard]] bool is_array(std::size_t level) const noexcept
    {
        return arrays_[level / 64] >> level % 64 & 1;
    }
    void open(std::size_t level, bool array) noexcept;

    const char* at_;
    const char* end_;
    std::uint32_t attachments_;
    bool has_space_ = false;
    std::array<std::uint64_t, max_depth / 64 + 1> arrays_{}; ///< a bit per level: an array
};

} // namespace chatd::socketio
