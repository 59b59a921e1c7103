#include <chatd/security/password.hpp>

#include <gtest/gtest.h>

#include <ctime>

namespace chatd::security {
namespace {

constexpr argon2_cost cheap{64, 1};

TEST(security_password, verifies_what_it_hashed)
{
    const password_hasher hasher(cheap);
    const auto stored = hasher.hash("correct horse");
    EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << stored;
    EXPECT_TRUE(hasher.verify(stored, "correct horse"));
    EXPECT_FALSE(hasher.verify(stored, "correct horsf"));
    EXPECT_FALSE(hasher.verify(stored, ""));
    EXPECT_NE(hasher.hash("correct horse"), stored);
    EXPECT_FALSE(hasher.needs_rehash(stored));
}

TEST(security_password, asks_for_a_new_hash_when_the_cost_changed)
{
    const auto stored = password_hasher(cheap).hash("secret");
    const password_hasher dearer({128, 1});
    EXPECT_TRUE(dearer.verify(stored, "secret"));
    EXPECT_TRUE(dearer.needs_rehash(stored));
}

TEST(security_password, verifies_imported_bcrypt)
{
    // From the test vectors of crypt_blowfish (Openwall).
    const password_hasher hasher(cheap);
    const std::string stored = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    EXPECT_TRUE(hasher.verify(stored, "U*U"));
    EXPECT_FALSE(hasher.verify(stored, "U*V"));
    EXPECT_FALSE(hasher.verify(stored, std::string("U*U\0x", 5)));
    EXPECT_TRUE(hasher.verify("$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*"));
    EXPECT_TRUE(hasher.verify("$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", "\xa3"));
    EXPECT_TRUE(hasher.needs_rehash(stored));
}

TEST(security_password, refuses_other_formats)
{
    const password_hasher hasher(cheap);
    for (const auto* stored :
         {"", "plain", "$1$x$y", "$2a$05$", "$2a$99$CCCCCCCCCCCCCCCCCCCCC.", "$argon2id$v=19$m=64"})
        EXPECT_FALSE(hasher.verify(stored, "plain")) << stored;
}

TEST(security_password, an_unknown_user_costs_a_whole_hash)
{
    const password_hasher hasher({8192, 2});
    const auto stored = hasher.hash("secret");
    const auto cpu = [](auto&& work) {
        const auto begin = std::clock();
        EXPECT_FALSE(work());
        return std::clock() - begin;
    };
    const auto known = cpu([&] { return hasher.verify(stored, "wrong"); });
    const auto unknown = cpu([&] { return hasher.verify_unknown("wrong"); });
    EXPECT_GT(unknown * 4, known);
}

} // namespace
} // namespace chatd::security
