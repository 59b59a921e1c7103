#include <chatd/schema/patterns.hpp>

#include <algorithm>

namespace chatd::schema::patterns {
namespace {

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) noexcept
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(std::string_view s) noexcept
{
    return std::all_of(s.begin(), s.end(), [](char c) { return is_alphanumeric(c) || c == '_'; });
}

bool is_phone(std::string_view s) noexcept
{
    return s.size() >= 8 && s.size() <= 16 && s[0] == '+' && s[1] != '0' &&
           std::all_of(s.begin() + 1, s.end(), is_digit);
}

/// Dot-separated labels of letters, digits and inner hyphens (RFC 1123 section 2.1); bytes above ASCII pass
/// for internationalised names.
bool is_host(std::string_view s) noexcept
{
    constexpr std::size_t longest = 253;
    constexpr std::size_t longest_label = 63;
    if (s.empty() || s.size() > longest)
        return false;
    std::size_t label = 0;
    for (std::size_t i = 0; i <= s.size(); ++i) {
        if (i == s.size() || s[i] == '.') {
            if (label == 0 || label > longest_label || s[i - 1] == '-')
                return false;
            label = 0;
            continue;
        }
        const bool fits =
            is_alphanumeric(s[i]) || static_cast<unsigned char>(s[i]) >= 0x80 || (s[i] == '-' && label > 0);
        if (!fits)
            return false;
        ++label;
    }
    return true;
}

/// The dot-atom form of RFC 5322 section 3.2.3; bytes above ASCII pass (RFC 6532).
bool is_mailbox(std::string_view s) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+/=?^_`{|}~-.";
    constexpr std::size_t longest = 64;
    return !s.empty() && s.size() <= longest && s.front() != '.' && s.back() != '.' &&
           s.find("..") == std::string_view::npos && std::all_of(s.begin(), s.end(), [&](char c) {
               return is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
                      marks.find(c) != std::string_view::npos;
           });
}

bool is_email(std::string_view s) noexcept
{
    const auto at = s.rfind('@');
    return at != std::string_view::npos && s.size() <= 254 && is_mailbox(s.substr(0, at)) &&
           is_host(s.substr(at + 1));
}

bool is_http_url(std::string_view s) noexcept
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!s.starts_with(scheme))
            continue;
        const auto rest = s.substr(scheme.size());
        const auto authority = rest.substr(0, rest.find_first_of("/?#"));
        const auto colon = authority.rfind(':');
        const auto port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1);
        const bool in_brackets = authority.starts_with('[') && authority.find(']') != std::string_view::npos;
        return (in_brackets || (is_host(authority.substr(0, colon)) &&
                                std::all_of(port.begin(), port.end(), is_digit) && port.size() <= 5)) &&
               std::all_of(s.begin(), s.end(), [](char c) {
                   return static_cast<unsigned char>(c) > ' ' && c != 0x7f && c != '"' && c != '<' &&
                          c != '>';
               });
    }
    return false;
}

bool is_token(std::string_view s) noexcept
{
    return std::all_of(s.begin(), s.end(),
                       [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

} // namespace

const pattern email{is_email, "must be an e-mail address", R"("format":"email")"};
const pattern http_url{is_http_url, "must be an http or https URL",
                       R"("format":"uri","pattern":"^https?://")"};
const pattern phone{is_phone, "must be a phone number like +905551234567",
                    R"("pattern":"^\\+[1-9][0-9]{6,14}$")"};
const pattern word{is_word, "may only contain letters, digits and underscores",
                   R"("pattern":"^[A-Za-z0-9_]*$")"};
const pattern token{is_token, "must be printable ASCII without spaces or quotes",
                    R"("pattern":"^[!#-\\[\\]-~]*$")"};

} // namespace chatd::schema::patterns
