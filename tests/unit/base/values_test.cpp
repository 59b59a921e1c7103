#include <chatd/base/clock.hpp>
#include <chatd/base/encoding.hpp>
#include <chatd/base/error.hpp>
#include <chatd/base/ids.hpp>
#include <chatd/base/result.hpp>

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace chatd {
namespace {

TEST(base_clock, prints_iso_8601_with_milliseconds)
{
    EXPECT_EQ(to_iso8601(from_millis(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso8601(from_millis(1'709'210'096'007)), "2024-02-29T12:34:56.007Z");
    EXPECT_EQ(to_iso8601(from_millis(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(base_clock, reads_dates_and_date_times)
{
    const auto read = [](std::string_view text) {
        timestamp t;
        EXPECT_TRUE(from_iso8601(text, t)) << text;
        return to_iso8601(t);
    };
    EXPECT_EQ(read("2024-02-29"), "2024-02-29T00:00:00.000Z");
    EXPECT_EQ(read("2024-02-29T12:34:56.007Z"), "2024-02-29T12:34:56.007Z");
    EXPECT_EQ(read("2024-02-29T12:34:56Z"), "2024-02-29T12:34:56.000Z");
    EXPECT_EQ(read("2024-02-29T12:34Z"), "2024-02-29T12:34:00.000Z");
    EXPECT_EQ(read("2024-02-29t12:34:56.1z"), "2024-02-29T12:34:56.100Z");
    EXPECT_EQ(read("2024-02-29T12:34:56.123456789Z"), "2024-02-29T12:34:56.123Z");
    EXPECT_EQ(read("2024-02-29T02:34:56+03:00"), "2024-02-28T23:34:56.000Z");
    EXPECT_EQ(read("2024-02-29T12:34:56-0530"), "2024-02-29T18:04:56.000Z");
}

TEST(base_clock, refuses_other_texts_and_leaves_the_output_alone)
{
    for (const std::string_view bad : {"",
                                       "2024",
                                       "2024-02",
                                       "2024-02-30",
                                       "2023-02-29",
                                       "2024-13-01",
                                       "24-01-01",
                                       "2024-1-1",
                                       "2024-01-01T",
                                       "2024-01-01T12:00:00",
                                       "2024-01-01T24:00:00Z",
                                       "2024-01-01T12:60:00Z",
                                       "2024-01-01T12:00:60Z",
                                       "2024-01-01T12:00:00.Z",
                                       "2024-01-01T12:00:00Zx",
                                       "2024-01-01T12:00:00+25:00",
                                       "2024-01-01T12:00:00+3",
                                       "2024/01/01",
                                       "today",
                                       "-001-01-01"}) {
        timestamp t = from_millis(42);
        EXPECT_FALSE(from_iso8601(bad, t)) << bad;
        EXPECT_EQ(to_millis(t), 42) << bad;
    }
}

TEST(base_clock, a_manual_clock_moves_when_told)
{
    manual_clock c(from_millis(5));
    c.advance(std::chrono::milliseconds(2));
    EXPECT_EQ(to_millis(c.now()), 7);
    EXPECT_GT(system_clock().now(), from_millis(1'700'000'000'000));
}

TEST(base_ids, are_version_7_and_ascend)
{
    const auto t = from_millis(0x0123'4567'89ab);
    std::string last;
    for (int i = 0; i < 10'000; ++i) {
        const auto id = make_uuid7(t);
        ASSERT_EQ(id.size(), 36U);
        EXPECT_EQ(id[8], '-');
        EXPECT_EQ(id[13], '-');
        EXPECT_EQ(id[14], '7');
        EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
        EXPECT_LT(last, id);
        EXPECT_TRUE(is_valid_id(id));
        last = id;
    }
    EXPECT_GT(make_uuid7(from_millis(1)), last) << "also when the clock goes back";
}

TEST(base_ids, differ_between_threads)
{
    std::array<std::vector<std::string>, 4> made;
    std::vector<std::thread> threads;
    for (auto& mine : made)
        threads.emplace_back([&mine] {
            for (int i = 0; i < 2000; ++i)
                mine.push_back(make_uuid7(from_millis(1'800'000'000'000)));
        });
    for (auto& t : threads)
        t.join();
    std::set<std::string> all;
    for (const auto& mine : made)
        all.insert(mine.begin(), mine.end());
    EXPECT_EQ(all.size(), 8000U);
}

TEST(base_ids, knows_what_an_id_can_be)
{
    for (const std::string_view good : {"1", "507f1f77bcf86cd799439011", "a:b/c.d-e_f", "+905551234567"})
        EXPECT_TRUE(is_valid_id(good)) << good;
    for (const std::string& bad :
         {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a\"b"), std::string("a\\b"),
          std::string("ğ"), std::string("a\0b", 3), std::string("\x7f"), std::string("a\n")})
        EXPECT_FALSE(is_valid_id(bad)) << bad;
}

TEST(base_encoding, base64_of_rfc_4648)
{
    const std::array<std::pair<std::string_view, std::string_view>, 7> vectors{{{"", ""},
                                                                                {"f", "Zg=="},
                                                                                {"fo", "Zm8="},
                                                                                {"foo", "Zm9v"},
                                                                                {"foob", "Zm9vYg=="},
                                                                                {"fooba", "Zm9vYmE="},
                                                                                {"foobar", "Zm9vYmFy"}}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(encoding::to_base64(plain), coded);
        EXPECT_EQ(encoding::from_base64(coded), plain);
        const auto unpadded = coded.substr(0, coded.find('='));
        EXPECT_EQ(encoding::from_base64(unpadded), plain);
        EXPECT_EQ(encoding::to_base64url(plain), unpadded);
        EXPECT_EQ(encoding::from_base64url(unpadded), plain);
    }
    EXPECT_EQ(encoding::to_base64("\xfb\xff\xfe"), "+//+");
    EXPECT_EQ(encoding::to_base64url("\xfb\xff\xfe"), "-__-");
}

TEST(base_encoding, refuses_what_is_not_base64)
{
    for (const std::string_view bad :
         {"Z", "Zg=", "Zg===", "Z===", "Zm9v=", "Zm 9v", "Zm9v\n", "Zh==", "-_--", "Zg==Zg=="})
        EXPECT_EQ(encoding::from_base64(bad), std::nullopt) << bad;
    EXPECT_EQ(encoding::from_base64url("+/++"), std::nullopt);
}

TEST(base_encoding, round_trips_all_bytes)
{
    std::string all;
    for (int i = 0; i < 256; ++i)
        all += static_cast<char>(i);
    for (std::size_t cut = 0; cut < 4; ++cut)
        EXPECT_EQ(encoding::from_base64(encoding::to_base64(all.substr(cut))), all.substr(cut));
    EXPECT_EQ(encoding::to_hex("\x01\xab\xff"), "01abff");
}

TEST(base_error, spells_codes_as_the_contract_does)
{
    EXPECT_EQ(to_string(errc::invalid), "VALIDATION_ERROR");
    EXPECT_EQ(to_string(errc::internal), "INTERNAL_ERROR");
    const auto e = invalid_field("name", "name is required");
    EXPECT_EQ(e.code, errc::invalid);
    EXPECT_EQ(e.detail, "Validation failed");
    EXPECT_EQ(e.fields.at(0).field, "name");
    const result<int> failed = errc::conflict;
    EXPECT_FALSE(failed);
    EXPECT_EQ(failed.error().code, errc::conflict);
    EXPECT_EQ(*result<int>(3), 3);
    EXPECT_TRUE(result<void>());
}

} // namespace
} // namespace chatd
