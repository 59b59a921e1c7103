#include "account_rules.hpp"

#include <chatd/base/text.hpp>

#include <algorithm>
#include <optional>

namespace chatd::chat {

namespace {

constexpr std::size_t min_username = 3, max_username = 30;
constexpr std::size_t min_password = 6, max_password = 1024; // bytes
constexpr std::size_t max_email = 254;                       // RFC 5321 section 4.5.3.1.3
constexpr std::size_t max_name = 100;                        // code points
constexpr std::size_t max_url = 500;                         // bytes

bool is_word(char c) noexcept
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_username(std::string_view s) noexcept
{
    return s.size() >= min_username && s.size() <= max_username && std::all_of(s.begin(), s.end(), is_word);
}

bool is_email(std::string_view s) noexcept
{
    const auto at = s.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 1 < s.size() && s.size() <= max_email &&
           std::none_of(s.begin(), s.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

bool is_password(std::string_view s) noexcept
{
    return s.size() >= min_password && s.size() <= max_password;
}

bool is_phone(std::string_view s) noexcept
{
    return s.size() >= 8 && s.size() <= 16 && s[0] == '+' &&
           std::all_of(s.begin() + 1, s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_url(std::string_view s) noexcept
{
    return s.size() <= max_url && (s.starts_with("https://") || s.starts_with("http://"));
}

bool is_name(std::string_view s) noexcept
{
    return text::count_code_points(s) <= max_name;
}

class collector {
  public:
    void check(bool holds, const char* field, const char* message)
    {
        if (!holds)
            broken_.push_back({field, message});
    }
    void username(std::string_view s)
    {
        check(is_username(s), "username", "username must have 3 to 30 letters, digits or underscores");
    }
    void email(std::string_view s) { check(is_email(s), "email", "email must be a valid e-mail address"); }
    void password(const char* field, std::string_view s)
    {
        check(is_password(s), field, "a password must have 6 to 1024 bytes");
    }
    void phone(const char* field, const std::optional<std::string>& s)
    {
        check(!s || is_phone(*s), field, "a phone number must be in international form, e.g. +905321112233");
    }
    void name(const char* field, const std::optional<std::string>& s)
    {
        check(!s || is_name(*s), field, "a name must not be longer than 100 characters");
    }
    std::vector<field_error> take() { return std::move(broken_); }

  private:
    std::vector<field_error> broken_;
};

} // namespace

std::vector<field_error> broken_rules(const registration& r)
{
    collector c;
    c.username(r.username);
    c.email(r.email);
    c.password("password", r.password);
    c.name("fullName", r.full_name);
    c.name("firstName", r.first_name);
    c.name("lastName", r.last_name);
    c.phone("phone", r.phone);
    c.phone("whatsappNumber", r.whatsapp_number);
    return c.take();
}

std::vector<field_error> broken_rules(const profile_changes& p)
{
    collector c;
    if (p.username)
        c.username(*p.username);
    if (p.email)
        c.email(*p.email);
    c.check(!p.avatar || is_url(*p.avatar), "avatar",
            "avatar must be an http or https URL of at most 500 bytes");
    c.name("fullName", p.full_name);
    c.name("firstName", p.first_name);
    c.name("lastName", p.last_name);
    c.phone("phone", p.phone);
    if (p.new_password) {
        c.check(p.current_password.has_value(), "currentPassword", "the current password is required");
        c.password("newPassword", *p.new_password);
    }
    return c.take();
}

std::string username_from(std::string_view email)
{
    std::string name;
    for (const char c : email.substr(0, email.find('@')))
        if (name.size() < max_username)
            name += is_word(c) ? c : '_';
    while (name.size() < min_username)
        name += '_';
    return name;
}

} // namespace chatd::chat
