#include "sodium.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/password.hpp>
#include <chatd/security/random.hpp>

#include <array>
#include <crypt.h>
#include <memory>
#include <new>

namespace chatd::security {
namespace {

constexpr std::size_t bytes_per_kib = 1024;

bool is_bcrypt(std::string_view stored) noexcept
{
    return stored.starts_with("$2a$") || stored.starts_with("$2b$") || stored.starts_with("$2y$");
}

bool verify_bcrypt(const std::string& stored, const std::string& password)
{
    // crypt() stops at a NUL: what follows would not count.
    if (password.find('\0') != std::string::npos)
        return false;
    const auto scratch = std::make_unique<crypt_data>();
    const char* const again = crypt_r(password.c_str(), stored.c_str(), scratch.get());
    const bool equal = again != nullptr && again[0] != '*' && constant_time_equal(again, stored);
    sodium_memzero(scratch.get(), sizeof(crypt_data));
    return equal;
}

/// A well-formed hash with random bits in the place of salt and digest.
std::string hash_of_nobody(argon2_cost cost)
{
    const auto unpadded = [](std::size_t bytes) {
        std::string text = encoding::to_base64(random_bytes(bytes));
        text.erase(text.find_last_not_of('=') + 1);
        return text;
    };
    return "$argon2id$v=19$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.iterations) +
           ",p=1$" + unpadded(crypto_pwhash_SALTBYTES) + '$' + unpadded(32);
}

} // namespace

password_hasher::password_hasher(argon2_cost cost) : cost_(cost), nobody_(hash_of_nobody(cost))
{
    ready_sodium();
}

std::string password_hasher::hash(const std::string& password) const
{
    std::array<char, crypto_pwhash_STRBYTES> text{};
    const int failed = crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost_.iterations,
                                             cost_.memory_kib * bytes_per_kib, crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0)
        throw std::bad_alloc();
    return text.data();
}

bool password_hasher::verify(const std::string& stored, const std::string& password) const
{
    if (is_bcrypt(stored))
        return verify_bcrypt(stored, password);
    return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

bool password_hasher::verify_unknown(const std::string& password) const
{
    return verify(nobody_, password);
}

bool password_hasher::needs_rehash(const std::string& stored) const
{
    return is_bcrypt(stored) || crypto_pwhash_str_needs_rehash(stored.c_str(), cost_.iterations,
                                                               cost_.memory_kib * bytes_per_kib) != 0;
}

} // namespace chatd::security
