#include "fixture.hpp"

namespace chatd::storage {
namespace {

class users : public store_test {};

TEST_F(users, are_found_by_id_and_by_each_login_regardless_of_case)
{
    auto u = make_user("u1");
    u.phone = "+905551112233";
    u.last_seen = from_millis(5);
    ASSERT_TRUE(create_user(db(), u));
    auto found = find_user(db(), "u1");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->username, "Name_u1"); // as entered
    EXPECT_EQ(found->email, "u1@example.org");
    EXPECT_EQ(found->last_seen, from_millis(5));
    for (const auto* login : {"U1@EXAMPLE.ORG", "name_U1", "+905551112233"}) {
        auto by = find_user_by_login(db(), login);
        ASSERT_TRUE(by) << login;
        EXPECT_EQ(by->id, "u1");
    }
    EXPECT_EQ(find_user(db(), "nobody").error().code, errc::not_found);
    EXPECT_EQ(find_user_by_login(db(), "nobody").error().code, errc::not_found);
}

TEST_F(users, conflicts_name_the_field)
{
    auto first = make_user("u1");
    first.phone = "+1";
    first.whatsapp_number = "+2";
    ASSERT_TRUE(create_user(db(), first));
    const auto conflict_of = [&](auto change) {
        auto other = make_user("u2");
        change(other);
        auto made = create_user(db(), other);
        EXPECT_FALSE(made);
        EXPECT_EQ(made.error().code, errc::conflict);
        return made.error().fields.empty() ? "" : made.error().fields.front().field;
    };
    EXPECT_EQ(conflict_of([](chat::user& u) { u.username = "NAME_U1"; }), "username");
    EXPECT_EQ(conflict_of([](chat::user& u) { u.email = "U1@example.ORG"; }), "email");
    EXPECT_EQ(conflict_of([](chat::user& u) { u.phone = "+1"; }), "phone");
    EXPECT_EQ(conflict_of([](chat::user& u) { u.whatsapp_number = "+2"; }), "whatsappNumber");
    EXPECT_EQ(conflict_of([](chat::user& u) { u.id = "u1"; }), "id");
}

TEST_F(users, update_changes_what_is_named_and_empty_takes_away)
{
    auto u = make_user("u1");
    u.avatar = "http://a/b.png";
    u.phone = "+1";
    ASSERT_TRUE(create_user(db(), u));
    chat::user_changes c;
    c.username = "New_Name";
    c.avatar = "";
    c.at = from_millis(77);
    auto changed = update_user(db(), "u1", c);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->username, "New_Name");
    EXPECT_FALSE(changed->avatar);
    EXPECT_EQ(changed->phone, "+1");
    EXPECT_EQ(changed->password_hash, "hash");
    EXPECT_EQ(changed->updated_at, from_millis(77));
    EXPECT_TRUE(find_user_by_login(db(), "new_name"));
    EXPECT_FALSE(find_user_by_login(db(), "name_u1"));

    ASSERT_TRUE(create_user(db(), make_user("u2")));
    chat::user_changes taken;
    taken.email = "U2@example.org";
    EXPECT_EQ(update_user(db(), "u1", taken).error().fields.front().field, "email");
    EXPECT_EQ(update_user(db(), "nobody", c).error().code, errc::not_found);
}

TEST_F(users, list_is_by_name_with_a_total_that_is_not_counted)
{
    add_users({"c", "a", "d", "b"});
    auto inactive = make_user("e");
    inactive.is_active = false;
    ASSERT_TRUE(create_user(db(), inactive));

    chat::user_query q;
    q.without_user_id = "c";
    q.limit = 2;
    auto page = list_users(db(), q);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 2u);
    EXPECT_EQ(page->items[0].id, "a");
    EXPECT_EQ(page->items[1].id, "b");
    EXPECT_EQ(page->info.total, 3);
    EXPECT_TRUE(page->info.has_more);
    q.page = 2;
    page = list_users(db(), q);
    ASSERT_EQ(page->items.size(), 1u);
    EXPECT_EQ(page->items[0].id, "d");
    EXPECT_FALSE(page->info.has_more);
}

TEST_F(users, search_takes_wildcards_literally)
{
    add_users({"ann", "joanna", "bob"});
    auto underscore = make_user("x");
    underscore.username = "a%n";
    ASSERT_TRUE(create_user(db(), underscore));
    chat::user_query q;
    q.search = "ANN";
    auto page = list_users(db(), q);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.size(), 2u);
    EXPECT_EQ(page->info.total, 2);
    q.search = "a%n";
    page = list_users(db(), q);
    ASSERT_EQ(page->items.size(), 1u);
    EXPECT_EQ(page->items[0].id, "x");
}

TEST_F(users, admins_and_last_seen)
{
    add_users({"a", "b"});
    EXPECT_FALSE(*any_admin(db()));
    auto admin = make_user("boss");
    admin.role = chat::role::admin;
    ASSERT_TRUE(create_user(db(), admin));
    EXPECT_TRUE(*any_admin(db()));
    ASSERT_TRUE(touch_last_seen(db(), {"a", "nobody", "b"}, from_millis(9)));
    auto both = find_users(db(), {"a", "nobody", "b"});
    ASSERT_TRUE(both);
    ASSERT_EQ(both->size(), 2u);
    EXPECT_EQ((*both)[1].last_seen, from_millis(9));
}

} // namespace
} // namespace chatd::storage
