#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/random.hpp>

#include <gtest/gtest.h>

#include <set>

namespace chatd::security {
namespace {

std::string unhex(std::string_view hex)
{
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

TEST(security_hash, sha256_of_fips_180_4)
{
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(security_hash, hmac_sha256_of_rfc_4231)
{
    EXPECT_EQ(encoding::to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(encoding::to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(encoding::to_hex(hmac_sha256(std::string(131, '\xaa'),
                                           "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(security_hash, hkdf_sha256_of_rfc_5869)
{
    const std::string secret(22, '\x0b');
    EXPECT_EQ(encoding::to_hex(hkdf_sha256(secret, unhex("f0f1f2f3f4f5f6f7f8f9"), 42,
                                           unhex("000102030405060708090a0b0c"))),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    EXPECT_EQ(encoding::to_hex(hkdf_sha256(secret, "", 42)),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(security_hash, constant_time_equal_compares)
{
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal("secret", "secret"));
    EXPECT_FALSE(constant_time_equal("secret", "secres"));
    EXPECT_FALSE(constant_time_equal("secret", "secret "));
}

TEST(security_random, tokens_differ)
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random_token());
    EXPECT_EQ(seen.size(), 1000U);
    EXPECT_EQ(seen.begin()->size(), 22U);
    EXPECT_EQ(random_bytes(5).size(), 5U);
}

} // namespace
} // namespace chatd::security
