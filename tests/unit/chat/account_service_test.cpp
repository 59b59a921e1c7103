#include "world.hpp"

#include <gtest/gtest.h>

namespace chatd::chat {
namespace {

registration someone(const std::string& username = "zoe")
{
    registration r;
    r.username = username;
    r.email = username + "@Example.COM";
    r.password = "correct horse";
    return r;
}

TEST(account_service, signs_up_in_lower_case_mail_and_signs_in_by_any_name)
{
    world w;
    auto r = someone("Zoe");
    r.first_name = "Zoë";
    r.last_name = "Yılmaz";
    r.phone = "+905321112233";
    const auto made = w.run(w.core.accounts.sign_up(r, {}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->who->email, "zoe@example.com");
    EXPECT_EQ(made->who->username, "Zoe");
    EXPECT_EQ(made->who->full_name, "Zoë Yılmaz");
    EXPECT_TRUE(made->who->password_hash.empty()) << "the hash stays in the store";
    for (const auto* name : {"ZOE", "zoe@example.COM", "+905321112233"})
        EXPECT_TRUE(w.run(w.core.accounts.login(name, "correct horse", {}))) << name;
}

TEST(account_service, answers_a_wrong_password_and_an_unknown_user_alike)
{
    world w;
    ASSERT_TRUE(w.run(w.core.accounts.sign_up(someone(), {})));
    for (const auto* name : {"zoe", "nobody"}) {
        const auto r = w.run(w.core.accounts.login(name, "wrong", {}));
        EXPECT_EQ(r.error().code, errc::unauthorized);
        EXPECT_EQ(r.error().detail, "Invalid credentials");
    }
}

TEST(account_service, tells_an_inactive_user_so_only_after_the_right_password)
{
    world w;
    const auto made = w.run(w.core.accounts.sign_up(someone(), {}));
    w.user_rows.rows[made->who->id].is_active = false;
    EXPECT_EQ(w.run(w.core.accounts.login("zoe", "wrong", {})).error().code, errc::unauthorized);
    const auto right = w.run(w.core.accounts.login("zoe", "correct horse", {}));
    EXPECT_EQ(right.error().code, errc::forbidden);
    EXPECT_EQ(right.error().detail, "Account is inactive");
}

TEST(account_service, hashes_anew_what_was_imported_and_keeps_the_time_of_the_password)
{
    world w;
    auto imported = fakes::make_user("old", "old");
    imported.password_hash = "$2b$04$abcdefghijklmnopqrstuuQ4zL5FBt/o7Q7iEyw97HKp8P6dVZqJ.";
    w.user_rows.add(imported);
    EXPECT_FALSE(w.run(w.core.accounts.login("old", "nothing like it", {})));
    EXPECT_EQ(w.user_rows.rows["old"].password_hash, imported.password_hash);

    const auto made = w.run(w.core.accounts.sign_up(someone(), {}));
    auto& row = w.user_rows.rows[made->who->id];
    row.password_hash = security::password_hasher({.memory_kib = 128, .iterations = 1}).hash("correct horse");
    const auto before = row;
    w.time.advance(std::chrono::hours{1});
    ASSERT_TRUE(w.run(w.core.accounts.login("zoe", "correct horse", {})));
    EXPECT_NE(row.password_hash, before.password_hash);
    EXPECT_EQ(row.password_changed_at, before.password_changed_at);
    EXPECT_TRUE(w.run(w.core.accounts.login("zoe", "correct horse", {})));
}

TEST(account_service, refuses_when_too_many_wait_for_a_hash)
{
    world w;
    std::vector<errc> refused;
    int answered = 0;
    async::gate gate;
    const auto attempt = [&](world& in) -> async::task<void> {
        auto r = co_await in.core.accounts.login("nobody", "x", {});
        refused.push_back(r.error().code);
        ++answered;
    };
    for (int i = 0; i < 8; ++i)
        async::spawn(gate, "login", attempt(w));
    while (answered < 8)
        w.loop.io().run_one();
    EXPECT_GT(std::count(refused.begin(), refused.end(), errc::unavailable), 0);
    EXPECT_GT(std::count(refused.begin(), refused.end(), errc::unauthorized), 0);
}

TEST(account_service, keeps_registration_closed_but_lets_the_operator_in)
{
    auto o = world::quick();
    o.auth.registration_open = false;
    world w(o);
    EXPECT_EQ(w.run(w.core.accounts.sign_up(someone(), {})).error().code, errc::forbidden);
    EXPECT_TRUE(w.run(w.core.accounts.create(someone(), role::manager)));
}

struct refused_registration {
    const char* what;
    void (*change)(registration&);
    const char* field;
};

class refused_registrations : public testing::TestWithParam<refused_registration> {};

TEST_P(refused_registrations, name_the_field)
{
    world w;
    auto r = someone();
    GetParam().change(r);
    const auto made = w.run(w.core.accounts.create(r, role::user));
    ASSERT_FALSE(made);
    ASSERT_EQ(made.error().fields.size(), 1U);
    EXPECT_EQ(made.error().fields[0].field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    table, refused_registrations,
    testing::Values(
        refused_registration{"short_name", [](auto& r) { r.username = "ab"; }, "username"},
        refused_registration{"long_name", [](auto& r) { r.username.assign(31, 'a'); }, "username"},
        refused_registration{"umlaut", [](auto& r) { r.username = "zoë_zoë"; }, "username"},
        refused_registration{"taken", [](auto& r) { r.username = "ADA"; }, "username"},
        refused_registration{"no_at", [](auto& r) { r.email = "zoe.example.com"; }, "email"},
        refused_registration{"no_domain", [](auto& r) { r.email = "zoe@"; }, "email"},
        refused_registration{"space", [](auto& r) { r.email = "z oe@x.y"; }, "email"},
        refused_registration{"short_password", [](auto& r) { r.password = "12345"; }, "password"},
        refused_registration{"long_password", [](auto& r) { r.password.assign(1025, 'x'); }, "password"},
        refused_registration{"phone", [](auto& r) { r.phone = "0532"; }, "phone"},
        refused_registration{"whatsapp", [](auto& r) { r.whatsapp_number = "+90x"; }, "whatsappNumber"}),
    [](const auto& info) { return info.param.what; });

TEST(account_service, changes_the_profile_and_puts_the_full_name_together)
{
    world w;
    const auto made = w.run(w.core.accounts.sign_up(someone(), {}));
    const principal who{made->who->id, "s", "zoe", "", role::user};
    profile_changes c;
    c.first_name = "Zoë";
    EXPECT_EQ((*w.run(w.core.accounts.change_profile(who, c)))->full_name, "Zoë");
    c = {};
    c.last_name = "Can";
    EXPECT_EQ((*w.run(w.core.accounts.change_profile(who, c)))->full_name, "Zoë Can");
    EXPECT_EQ(w.updated.size(), 2U);
    EXPECT_EQ((*w.run(w.core.users.find(who.user_id)))->full_name, "Zoë Can");
}

TEST(account_service, changes_the_password_with_the_current_one_and_signs_the_others_out)
{
    world w;
    const auto here = w.run(w.core.accounts.sign_up(someone(), {}));
    const auto there = w.run(w.core.accounts.login("zoe", "correct horse", {}));
    const auto who = *w.run(w.core.auth.verify_access(here->tokens.access));
    profile_changes c;
    c.new_password = "battery staple";
    EXPECT_EQ(w.run(w.core.accounts.change_profile(who, c)).error().fields.at(0).field, "currentPassword");
    c.current_password = "wrong";
    EXPECT_EQ(w.run(w.core.accounts.change_profile(who, c)).error().fields.at(0).field, "currentPassword");
    c.current_password = "correct horse";
    ASSERT_TRUE(w.run(w.core.accounts.change_profile(who, c)));
    EXPECT_TRUE(w.run(w.core.auth.verify_access(here->tokens.access)));
    EXPECT_FALSE(w.run(w.core.auth.verify_access(there->tokens.access)));
    EXPECT_EQ(w.revoked.size(), 1U);
    EXPECT_TRUE(w.run(w.core.accounts.login("zoe", "battery staple", {})));
}

TEST(account_service, makes_the_first_admin_once_and_promotes_nobody)
{
    world w;
    EXPECT_EQ(w.run(w.core.accounts.ensure_admin("ada@example.com", "password")).error().code,
              errc::conflict);
    ASSERT_TRUE(w.run(w.core.accounts.ensure_admin("root.boss@Example.com", "password")));
    const auto admin = w.run(w.core.accounts.login("root.boss@example.com", "password", {}));
    ASSERT_TRUE(admin);
    EXPECT_EQ(admin->who->role, role::admin);
    EXPECT_EQ(admin->who->username, "root_boss");
    const auto count = w.user_rows.rows.size();
    ASSERT_TRUE(w.run(w.core.accounts.ensure_admin("other@example.com", "password")));
    EXPECT_EQ(w.user_rows.rows.size(), count);
}

} // namespace
} // namespace chatd::chat
