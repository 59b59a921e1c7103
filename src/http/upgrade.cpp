#include "blanks.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/base/text.hpp>
#include <chatd/http/upgrade.hpp>

#include <openssl/sha.h>

#include <array>

namespace chatd::http {

namespace {

constexpr std::string_view handshake_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

} // namespace

bool has_token(std::string_view list, std::string_view token) noexcept
{
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (text::iequals_ascii(trim_blanks(list.substr(0, comma)), token))
            return true;
        if (comma == std::string_view::npos)
            return false;
        list.remove_prefix(comma + 1);
    }
    return false;
}

bool is_websocket_upgrade(const request& r) noexcept
{
    return r.verb == method::get && has_token(r.header("upgrade"), "websocket") &&
           has_token(r.header("connection"), "upgrade");
}

std::string websocket_accept(std::string_view key)
{
    const auto nonce = encoding::from_base64(key);
    if (key.size() != 24 || !nonce || nonce->size() != 16)
        return {};
    std::string input(key);
    input += handshake_guid;
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());
    return encoding::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

} // namespace chatd::http
