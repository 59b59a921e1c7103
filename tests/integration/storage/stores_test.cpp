#include "integration/sql/database_fixture.hpp"

#include <chatd/base/ids.hpp>
#include <chatd/storage/stores.hpp>

#include <algorithm>
#include <vector>

namespace chatd::storage {
namespace {

constexpr timestamp now{std::chrono::milliseconds{1'700'000'000'000}};

/// The stores as the product uses them: a file, its threads, the caller on the I/O thread.
class stores_on_a_file : public sql::database_test {
  protected:
    void SetUp() override { open(); }
    void TearDown() override { close(); }

    void open()
    {
        sql::sqlite_options o;
        o.path = path();
        o.prepare = migrate;
        database_.emplace(loop(), std::move(o));
        stores_.emplace(*database_);
        auto started = database_->start();
        ASSERT_TRUE(started) << started.error().detail;
    }
    void close()
    {
        if (database_)
            database_->stop();
        database_.reset();
        stores_.reset();
    }
    void add_user(const std::string& id)
    {
        chat::user u;
        u.id = id;
        u.username = id;
        u.email = id + "@example.org";
        ASSERT_TRUE(wait_for(stores_->users().create(std::move(u))));
    }
    std::string add_pair(const std::string& a, const std::string& b)
    {
        auto o = wait_for(stores_->conversations().open_direct(a, b, a + b, now));
        EXPECT_TRUE(o);
        return o ? o->item.id : "";
    }
    static chat::message_draft draft(const std::string& conversation, const std::string& sender,
                                     const std::string& content)
    {
        chat::message_draft d;
        d.id = make_uuid7(now);
        d.conversation_id = conversation;
        d.sender_id = sender;
        d.content = content;
        d.created_at = now;
        return d;
    }

    std::optional<sql::sqlite_database> database_;
    std::optional<stores> stores_;
};

TEST_F(stores_on_a_file, a_conversation_from_registration_to_search)
{
    add_user("ann");
    add_user("bob");
    const auto c = add_pair("ann", "bob");
    auto sent = wait_for(stores_->messages().append(draft(c, "ann", "Merhaba d\xc3\xbcnya")));
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->item.seq, 1);

    auto list = wait_for(stores_->conversations().list("bob", {}));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->items.at(0).unread_count, 1);
    auto read = wait_for(stores_->reads().mark_up_to(c, "bob", {}, now));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->message_id, sent->item.id);
    auto page = wait_for(stores_->messages().list(c, "ann", {}));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->items.at(0).read_by.at(0).user_id, "bob");

    chat::search_query q;
    q.text = "DUNYA";
    auto hits = wait_for(stores_->search().find("bob", q));
    ASSERT_TRUE(hits);
    ASSERT_EQ(hits->items.size(), 1u);
    EXPECT_EQ(hits->items[0].message_id, sent->item.id);
    auto members = wait_for(stores_->conversations().members(c));
    ASSERT_TRUE(members);
    EXPECT_EQ(members->member_ids.size(), 2u);
}

TEST_F(stores_on_a_file, a_message_is_found_as_soon_as_it_is_acknowledged)
{
    add_user("ann");
    add_user("bob");
    const auto c = add_pair("ann", "bob");
    for (int i = 0; i < 200; ++i) {
        chat::search_query q;
        q.text = "word" + std::to_string(i);
        ASSERT_TRUE(wait_for(stores_->messages().append(draft(c, "ann", q.text))));
        auto hits = wait_for(stores_->search().find("bob", q));
        ASSERT_TRUE(hits);
        ASSERT_EQ(hits->items.size(), 1u) << i;
    }
}

TEST_F(stores_on_a_file, many_senders_at_once_get_seqs_in_the_order_of_their_answers)
{
    add_user("ann");
    add_user("bob");
    const auto c = add_pair("ann", "bob");
    std::vector<std::optional<result<chat::message_store::appended>>> answers(500);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto d = draft(c, i % 2 == 0 ? "ann" : "bob", "n" + std::to_string(i));
        d.client_message_id = std::to_string(i / 4); // each twice per sender
        d.content = "n" + *d.client_message_id;
        start(stores_->messages().append(std::move(d)), answers[i]);
    }
    run_until([&] { return answers.back().has_value(); });
    std::int64_t last = 0;
    std::int64_t repeated = 0;
    for (const auto& a : answers) {
        ASSERT_TRUE(a && *a);
        if ((*a)->repeated) {
            ++repeated;
            continue;
        }
        EXPECT_EQ((*a)->item.seq, ++last);
    }
    EXPECT_EQ(repeated, 250);
    auto page = wait_for(stores_->messages().list(c, "ann", {1, 100, {}, {}}));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->info.total, 250);
}

TEST_F(stores_on_a_file, everything_is_there_after_a_restart_and_the_index_catches_up)
{
    add_user("ann");
    add_user("bob");
    const auto c = add_pair("ann", "bob");
    std::vector<std::optional<result<chat::message_store::appended>>> answers(300);
    for (std::size_t i = 0; i < answers.size(); ++i)
        start(stores_->messages().append(draft(c, "ann", "kept " + std::to_string(i))), answers[i]);
    run_until([&] { return answers.back().has_value(); });
    close();
    open();
    auto page = wait_for(stores_->messages().list(c, "bob", {1, 100, {}, {}}));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->info.total, 300);
    EXPECT_EQ(page->items.back().content, "kept 299");
    chat::search_query q;
    q.text = "kept";
    auto hits = wait_for(stores_->search().find("bob", q));
    ASSERT_TRUE(hits);
    EXPECT_EQ(hits->info.total, 300);
}

TEST_F(stores_on_a_file, a_pair_asked_for_many_times_at_once_is_made_once)
{
    add_user("ann");
    add_user("bob");
    std::vector<std::optional<result<chat::conversation_store::opened>>> answers(40);
    for (std::size_t i = 0; i < answers.size(); ++i)
        start(stores_->conversations().open_direct(i % 2 == 0 ? "ann" : "bob", i % 2 == 0 ? "bob" : "ann",
                                                   "c" + std::to_string(i), now),
              answers[i]);
    run_until([&] { return answers.back().has_value(); });
    EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return (*a)->created; }), 1);
    for (const auto& a : answers)
        EXPECT_EQ((*a)->item.id, "c0");
}

TEST_F(stores_on_a_file, tokens_can_be_blacklisted)
{
    EXPECT_FALSE(*wait_for(stores_->sessions().is_blacklisted("hash")));
    ASSERT_TRUE(wait_for(stores_->sessions().blacklist("hash", now)));
    ASSERT_TRUE(wait_for(stores_->sessions().blacklist("hash", now)));
    EXPECT_TRUE(*wait_for(stores_->sessions().is_blacklisted("hash")));
    ASSERT_TRUE(wait_for(stores_->sessions().purge(now + std::chrono::milliseconds(1))));
    EXPECT_FALSE(*wait_for(stores_->sessions().is_blacklisted("hash")));
}

} // namespace
} // namespace chatd::storage
