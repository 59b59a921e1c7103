#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatd {

/// Reads one JSON text (RFC 8259, strictly) from left to right without building a tree. The text must outlive
/// the reader. After the first failure every call answers false. Not thread-safe.
class json_reader {
  public:
    enum class kind : std::uint8_t { object, array, string, number, boolean, null, none };
    enum class failure : std::uint8_t { none, malformed, too_deep };

    /// Deepest nesting that any reader can follow.
    static constexpr std::size_t deepest = 64;

    /// Text that is not UTF-8 is malformed. Requires: max_depth ≤ deepest.
    explicit json_reader(std::string_view text, std::size_t max_depth = deepest) noexcept;

    /// Kind of the value that comes next; none at a closing bracket, a comma or the end.
    [[nodiscard]] kind peek() noexcept;

    /// `if (r.enter_object()) while (r.next_member(key)) …one value…`. next_member is false behind the last
    /// member and on a failure; `key` is good until the next call of any kind.
    bool enter_object() noexcept;
    bool next_member(std::string_view& key);
    bool enter_array() noexcept;
    bool next_element() noexcept;

    bool read_string(std::string& out);
    /// The number as it stands, e.g. "-1.5e3".
    bool read_number(std::string_view& out) noexcept;
    bool read_boolean(bool& out) noexcept;
    bool read_null() noexcept;
    /// Passes over one value of any kind; `raw` is its text.
    bool skip(std::string_view& raw);

    /// False when the value last read holds an escaped NUL or half a surrogate pair; U+FFFD stands in `out`
    /// for the latter.
    [[nodiscard]] bool clean() const noexcept { return clean_; }
    /// True when the whole text was one well-formed value.
    [[nodiscard]] bool finish() noexcept;
    [[nodiscard]] failure why() const noexcept { return failure_; }

  private:
    bool fail(failure f = failure::malformed) noexcept;
    void skip_space() noexcept;
    bool take(char c) noexcept;
    bool take_word(std::string_view word) noexcept;
    bool enter(char open) noexcept;
    bool leave(char close) noexcept;
    bool scan_string(std::string* out);
    bool scan_escape(std::string* out);
    bool scan_hex(std::uint32_t& unit) noexcept;
    bool scan_surrogates(std::uint32_t first, std::uint32_t& code_point) noexcept;
    bool skip_scalar(kind k);

    const char* at_;
    const char* end_;
    std::size_t depth_ = 0;
    std::size_t max_depth_;
    bool first_ = true; // no value read yet in the innermost container
    bool clean_ = true;
    failure failure_ = failure::none;
    std::string key_;
};

/// Well-formed JSON without the white space around its tokens.
[[nodiscard]] std::string compact_json(std::string_view json);

} // namespace chatd
