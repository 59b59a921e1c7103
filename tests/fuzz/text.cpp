#include "fuzz.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>

#include <string>

namespace {

/// RFC 3629 word for word, one byte at a time.
bool is_utf8_slowly(std::string_view s)
{
    for (std::size_t i = 0; i < s.size();) {
        const auto lead = static_cast<unsigned char>(s[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if ((lead >= 0x80 && lead < 0xc0) || lead > 0xf7 || i + length > s.size())
            return false;
        std::uint32_t c = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(s[i + k]);
            if ((next & 0xc0) != 0x80)
                return false;
            c = c << 6 | (next & 0x3fU);
        }
        constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            return false;
        i += length;
    }
    return true;
}

} // namespace

FUZZ_TARGET(input)
{
    namespace text = chatd::text;
    const bool good = text::is_utf8(input);
    FUZZ_CHECK(good == is_utf8_slowly(input));
    const auto folded = text::fold(input);
    FUZZ_CHECK(good || folded.empty());
    if (good) {
        FUZZ_CHECK(text::is_utf8(folded));
        FUZZ_CHECK(text::is_utf8(text::trim(input)));
        FUZZ_CHECK(text::trim(text::trim(input)) == text::trim(input));
        FUZZ_CHECK(text::count_code_points(input) <= input.size());
        FUZZ_CHECK(text::escape_html(input).find('<') == std::string::npos);
    }
    FUZZ_CHECK(chatd::encoding::from_base64(chatd::encoding::to_base64(input)) == input);
    if (const auto bytes = chatd::encoding::from_base64url(input);
        bytes && input.find('=') == std::string_view::npos)
        FUZZ_CHECK(chatd::encoding::to_base64url(*bytes) == input);
    (void)text::percent_decode(input, true);
    (void)chatd::log::mask_target(input);
}
