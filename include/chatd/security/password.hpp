#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace chatd::security {

/// Cost of one Argon2id hash; the defaults are OWASP's (Password Storage Cheat Sheet, m=19 MiB, t=2, p=1).
struct argon2_cost {
    std::size_t memory_kib = 19456;
    unsigned iterations = 2;
};

/// Hashes and checks passwords: Argon2id of its own, bcrypt where it was imported. Every call blocks for some
/// 20 ms and belongs on a pool thread; callable from any.
class password_hasher {
  public:
    explicit password_hasher(argon2_cost cost = {});

    /// The PHC string (`$argon2id$v=19$m=…`). Throws std::bad_alloc when the memory is not to be had.
    [[nodiscard]] std::string hash(const std::string& password) const;

    /// True when `stored` (Argon2id, or bcrypt `$2a$ $2b$ $2y$`) was made from `password`; false also for any
    /// other format.
    [[nodiscard]] bool verify(const std::string& stored, const std::string& password) const;

    /// What verify() does, for a user that does not exist: takes as long, is never true.
    [[nodiscard]] bool verify_unknown(const std::string& password) const;

    /// True when `stored` is bcrypt or has another cost than hash() would give it.
    [[nodiscard]] bool needs_rehash(const std::string& stored) const;

  private:
    argon2_cost cost_;
    std::string nobody_; // a hash that no password has, of the same cost
};

} // namespace chatd::security
