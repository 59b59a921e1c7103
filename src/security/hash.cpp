#include "sodium.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>

#include <array>
#include <cassert>

namespace chatd::security {
namespace {

using digest = std::array<unsigned char, crypto_hash_sha256_BYTES>;

std::string_view view_of(const digest& d) noexcept
{
    return {reinterpret_cast<const char*>(d.data()), d.size()};
}

} // namespace

std::string sha256_hex(std::string_view bytes)
{
    digest d;
    crypto_hash_sha256(d.data(), bytes_of(bytes), bytes.size());
    return encoding::to_hex(view_of(d));
}

std::string hmac_sha256(std::string_view key, std::string_view message)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(message), message.size());
    digest d;
    crypto_auth_hmacsha256_final(&state, d.data());
    return std::string(view_of(d));
}

std::string hkdf_sha256(std::string_view secret, std::string_view info, std::size_t length,
                        std::string_view salt)
{
    assert(length <= 255 * crypto_auth_hmacsha256_BYTES);
    const std::string no_salt(crypto_auth_hmacsha256_BYTES, '\0');
    const std::string extracted = hmac_sha256(salt.empty() ? no_salt : salt, secret);
    std::string out, block;
    for (char counter = 1; out.size() < length; ++counter) {
        block.append(info).push_back(counter);
        block = hmac_sha256(extracted, block);
        out += block;
    }
    out.resize(length);
    return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace chatd::security
