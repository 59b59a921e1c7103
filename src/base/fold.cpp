#include <chatd/base/text.hpp>

#include <utf8proc.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace chatd::text {
namespace {

std::string fold_by_tables(std::string_view utf8)
{
    // Unicode folds ı to itself; Turkish readers type it as i.
    const auto undotted = [](utf8proc_int32_t c, void*) -> utf8proc_int32_t { return c == 0x131 ? 'i' : c; };
    constexpr auto how =
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                       UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
    utf8proc_uint8_t* mapped = nullptr;
    const auto length =
        utf8proc_map_custom(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                            static_cast<utf8proc_ssize_t>(utf8.size()), &mapped, how, undotted, nullptr);
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owned(mapped, std::free);
    if (length < 0)
        return {};
    return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(length)};
}

/// The folds of the Latin letters below U+0240. None of them combines with its neighbours, so a text of
/// such letters is folded letter by letter: twenty times faster than by the Unicode tables, and most texts
/// are such.
class latin_folds {
  public:
    static constexpr std::uint32_t first_other = 0x240;

    latin_folds()
    {
        for (std::uint32_t c = 0; c < first_other; ++c) {
            std::string letter;
            if (c >= 0x80)
                letter += static_cast<char>(0xc0 | c >> 6);
            letter += static_cast<char>(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
            folds_[c] = fold_by_tables(letter);
        }
    }
    [[nodiscard]] const std::string& operator[](std::uint32_t c) const noexcept { return folds_[c]; }

  private:
    std::array<std::string, first_other> folds_;
};

/// False when the text holds other letters, or is not UTF-8.
bool fold_latin(std::string_view utf8, std::string& out)
{
    static const latin_folds folds;
    constexpr std::uint8_t first_other_lead = 0xc0 | latin_folds::first_other >> 6;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto lead = static_cast<std::uint8_t>(utf8[i]);
        if (lead < 0x80) {
            out += lead >= 'A' && lead <= 'Z' ? static_cast<char>(lead | 0x20) : utf8[i];
            continue;
        }
        const auto next = ++i < utf8.size() ? static_cast<std::uint8_t>(utf8[i]) : std::uint8_t{0};
        if (lead < 0xc2 || lead >= first_other_lead || (next & 0xc0) != 0x80)
            return false;
        out += folds[static_cast<std::uint32_t>(lead & 0x1f) << 6 | (next & 0x3f)];
    }
    return true;
}

} // namespace

std::string fold(std::string_view utf8)
{
    std::string out;
    out.reserve(utf8.size());
    return fold_latin(utf8, out) ? out : fold_by_tables(utf8);
}

} // namespace chatd::text
