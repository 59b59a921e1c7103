#include <chatd/base/encoding.hpp>
#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>
#include <chatd/security/jwt.hpp>

#include <charconv>
#include <chrono>
#include <optional>

namespace chatd::security {
namespace {

/// base64url of {"alg":"HS256","typ":"JWT"}.
constexpr std::string_view own_header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// Longer ones are no tokens of anybody we know; hashing them would only cost time.
constexpr std::size_t longest_token = 8192;

std::int64_t to_seconds(timestamp t) noexcept
{
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

/// True when the header names HS256 and no extension that would have to be understood (RFC 7515
/// section 4.1.11).
bool is_hs256(std::string_view header)
{
    if (header == own_header)
        return true;
    const auto json = encoding::from_base64url(header);
    if (!json)
        return false;
    json_reader in(*json);
    std::string algorithm;
    std::string_view raw;
    bool plain = true;
    if (in.enter_object()) {
        for (std::string_view key; in.next_member(key);) {
            plain = plain && key != "crit";
            if (key == "alg" && in.peek() == json_reader::kind::string)
                in.read_string(algorithm);
            else
                in.skip(raw);
        }
    }
    return in.finish() && plain && algorithm == "HS256";
}

/// Reads the payload; the claims beside token_claims that decide about it are members.
class claims_reader {
  public:
    [[nodiscard]] bool read(std::string_view json)
    {
        json_reader in(json);
        if (in.enter_object())
            for (std::string_view key; in.next_member(key);)
                read_claim(in, key);
        if (!in.finish() || bad_ || !has_expiry_)
            return false;
        settle_user();
        return !claims.user_id.empty();
    }

    token_claims claims;
    timestamp not_before;

  private:
    void read_claim(json_reader& in, std::string_view key)
    {
        if (key == "exp") {
            has_expiry_ = true;
            return read_time(in, claims.expires_at);
        }
        if (key == "iat")
            return read_time(in, claims.issued_at);
        if (key == "nbf")
            return read_time(in, not_before);
        if (std::string* const to = text_of(key))
            return read_text(in, *to);
        std::string_view raw;
        in.skip(raw);
    }

    std::string* text_of(std::string_view key) noexcept
    {
        const struct {
            std::string_view name;
            std::string& text;
        } known[] = {{"sub", claims.user_id},
                     {"userId", user_id_},
                     {"id", id_},
                     {"email", claims.email},
                     {"username", claims.username},
                     {"role", claims.role},
                     {"gallery_id", claims.gallery_id},
                     {"sid", claims.session_id},
                     {"jti", claims.token_id},
                     {"typ", claims.type}};
        for (const auto& each : known)
            if (each.name == key)
                return &each.text;
        return nullptr;
    }

    /// Older back ends number their users.
    void read_text(json_reader& in, std::string& to)
    {
        const auto kind = in.peek();
        std::string_view raw;
        if (kind == json_reader::kind::string)
            in.read_string(to);
        else if (kind == json_reader::kind::number && in.read_number(raw))
            to = raw;
        else if (in.skip(raw); kind != json_reader::kind::null)
            bad_ = true;
        bad_ = bad_ || !in.clean();
    }

    /// NumericDate (RFC 7519 section 2); fractions are cut off.
    void read_time(json_reader& in, timestamp& to)
    {
        // The year 9999: later ones do not fit the clock.
        constexpr std::int64_t latest = 253'402'300'799;
        std::string_view raw;
        std::int64_t seconds = -1;
        if (in.peek() == json_reader::kind::number && in.read_number(raw)) {
            const auto whole = raw.substr(0, raw.find('.'));
            const char* const end = whole.data() + whole.size();
            const auto [stop, failed] = std::from_chars(whole.data(), end, seconds);
            bad_ = bad_ || failed != std::errc{} || stop != end;
        } else {
            in.skip(raw);
        }
        bad_ = bad_ || seconds < 0 || seconds > latest;
        to = timestamp(std::chrono::seconds(bad_ ? 0 : seconds));
    }

    void settle_user()
    {
        for (std::string* other : {&user_id_, &id_}) {
            if (other->empty())
                continue;
            if (claims.user_id.empty())
                claims.user_id = std::move(*other);
            else
                claims.ids_agree = claims.ids_agree && *other == claims.user_id;
        }
    }

    std::string user_id_, id_;
    bool has_expiry_ = false;
    bool bad_ = false;
};

} // namespace

std::string jwt_key::signature(std::string_view signed_part) const
{
    return encoding::to_base64url(key_.sign(signed_part));
}

std::string jwt_key::sign(std::string_view payload) const
{
    std::string token(own_header);
    token += '.';
    token += encoding::to_base64url(payload);
    const auto mac = signature(token);
    token += '.';
    return token += mac;
}

std::string jwt_key::sign_access(const token_claims& c) const
{
    json_writer w;
    w.begin_object();
    w.field("sub", c.user_id).field("userId", c.user_id).field("id", c.user_id);
    w.field("email", c.email).field("username", c.username).field("role", c.role);
    if (!c.gallery_id.empty())
        w.field("gallery_id", c.gallery_id);
    w.field("sid", c.session_id).field("jti", c.token_id).field("typ", "access");
    w.field("iat", to_seconds(c.issued_at)).field("exp", to_seconds(c.expires_at));
    w.end_object();
    return sign(w.str());
}

std::string jwt_key::sign_refresh(const token_claims& c) const
{
    json_writer w;
    w.begin_object();
    w.field("sub", c.user_id).field("sid", c.session_id).field("jti", c.token_id).field("typ", "refresh");
    w.field("iat", to_seconds(c.issued_at)).field("exp", to_seconds(c.expires_at));
    w.end_object();
    return sign(w.str());
}

token_check jwt_key::verify(std::string_view token, timestamp now) const
{
    token_check check;
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (token.size() > longest_token || first == last || !is_hs256(token.substr(0, first)))
        return check;
    // Compared as text: of the several spellings that base64 has for one signature only one is accepted.
    if (!constant_time_equal(signature(token.substr(0, last)), token.substr(last + 1)))
        return check;
    const auto payload = encoding::from_base64url(token.substr(first + 1, last - first - 1));
    claims_reader reader;
    if (!payload || !reader.read(*payload) || now < reader.not_before)
        return check;
    check.state = now < reader.claims.expires_at ? token_state::valid : token_state::expired;
    check.claims = std::move(reader.claims);
    return check;
}

} // namespace chatd::security
