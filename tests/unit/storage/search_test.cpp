#include "fixture.hpp"

#include <algorithm>

namespace chatd::storage {
namespace {

class search : public store_test {
  protected:
    void SetUp() override
    {
        add_users({"ann", "bob", "eve"});
        ab_ = direct("ann", "bob");
        ae_ = direct("ann", "eve");
    }
    std::vector<std::string> find(const std::string& user, const chat::search_query& q)
    {
        EXPECT_TRUE(search_index::catch_up(db()));
        auto page = search_messages(db(), user, q);
        EXPECT_TRUE(page) << (page ? "" : page.error().detail + page.error().where);
        std::vector<std::string> ids;
        if (page)
            for (const auto& h : page->items)
                ids.push_back(h.message_id);
        std::sort(ids.begin(), ids.end());
        return ids;
    }
    std::vector<std::string> find(const std::string& user, const std::string& text)
    {
        chat::search_query q;
        q.text = text;
        return find(user, q);
    }

    using ids = std::vector<std::string>;
    std::string ab_, ae_;
};

TEST_F(search, finds_words_phrases_prefixes_and_leaves_out_exclusions)
{
    const auto m1 = send(ab_, "ann", "The quick brown fox");
    const auto m2 = send(ab_, "bob", "quick: a fox, brown!");
    const auto m3 = send(ab_, "bob", "slow foxes");
    EXPECT_EQ(find("ann", "quick"), (ids{m1, m2}));
    EXPECT_EQ(find("ann", "QUICK fox"), (ids{m1, m2}));
    EXPECT_EQ(find("ann", "\"quick brown\""), ids{m1});
    EXPECT_EQ(find("ann", "fox*"), (ids{m1, m2, m3}));
    EXPECT_EQ(find("ann", "fox* -quick"), ids{m3});
    EXPECT_EQ(find("ann", "fox* -\"quick brown\" -slow"), ids{m2});
    EXPECT_EQ(find("ann", "absent"), ids{});
    EXPECT_EQ(find("ann", "AND OR NOT \"NEAR(\""), ids{});
    chat::search_query only_excluded;
    only_excluded.text = "-fox";
    EXPECT_EQ(search_messages(db(), "ann", only_excluded).error().code, errc::invalid);
}

TEST_F(search, folds_turkish)
{
    const auto m1 = send(ab_, "ann", "ISPARTA'da s\u0131k\u0131\u015ft\u0131k");
    const auto m2 = send(ab_, "ann", "\u0130zmir \u0131sparta");
    EXPECT_EQ(find("bob", "\u0131sparta"), (ids{m1, m2}));
    EXPECT_EQ(find("bob", "Isparta"), (ids{m1, m2}));
    EXPECT_EQ(find("bob", "izmir"), ids{m2});
    EXPECT_EQ(find("bob", "sikistik"), ids{m1});
}

TEST_F(search, shows_nobody_what_he_may_not_read)
{
    const auto m1 = send(ab_, "ann", "secret plan");
    const auto m2 = send(ae_, "ann", "secret surprise");
    EXPECT_EQ(find("ann", "secret"), (ids{m1, m2}));
    EXPECT_EQ(find("bob", "secret"), ids{m1});
    EXPECT_EQ(find("eve", "secret"), ids{m2});
    chat::search_query q;
    q.text = "secret";
    q.conversation_id = ab_;
    EXPECT_EQ(find("ann", q), ids{m1});
    EXPECT_EQ(search_messages(db(), "eve", q).error().code, errc::forbidden);
}

TEST_F(search, filters_by_sender_type_and_time)
{
    const auto m1 = send(ab_, "ann", "report");
    const auto between = tick();
    const auto m2 = send(ab_, "bob", "report");
    auto d = draft(ab_, "bob", "report");
    d.type = chat::message_type::image;
    ASSERT_TRUE(append_message(db(), d));
    chat::search_query q;
    q.text = "report";
    q.sender_id = "bob";
    EXPECT_EQ(find("ann", q), (ids{m2, d.id}));
    q.type = chat::message_type::text;
    EXPECT_EQ(find("ann", q), ids{m2});
    q.sender_id.reset();
    q.to = between;
    EXPECT_EQ(find("ann", q), ids{m1});
    q.to.reset();
    q.from = between;
    EXPECT_EQ(find("ann", q), ids{m2});
    q.sender_id = "nobody";
    EXPECT_EQ(find("ann", q), ids{});
}

TEST_F(search, ranks_and_pages)
{
    send(ab_, "ann", "tea with many other words around it that make it long");
    const auto best = send(ab_, "ann", "tea tea");
    for (int i = 0; i < 5; ++i)
        send(ab_, "bob", "some tea please");
    ASSERT_TRUE(search_index::catch_up(db()));
    chat::search_query q;
    q.text = "tea";
    q.limit = 3;
    auto page = search_messages(db(), "ann", q);
    ASSERT_TRUE(page);
    EXPECT_EQ(page->info.total, 7);
    EXPECT_TRUE(page->info.has_more);
    EXPECT_EQ(page->items.at(0).message_id, best);
    EXPECT_GT(page->items[0].score, page->items[1].score);
    EXPECT_EQ(page->items[0].content, "tea tea");
    EXPECT_EQ(page->items[0].sender_username, "Name_ann");
    q.page = 3;
    page = search_messages(db(), "ann", q);
    EXPECT_EQ(page->items.size(), 1u);
    EXPECT_FALSE(page->info.has_more);
}

TEST_F(search, suggests_own_words_and_partners)
{
    send(ab_, "ann", "Meeting about the meeting room, meetings");
    send(ab_, "bob", "meerkat");
    ASSERT_TRUE(search_index::catch_up(db()));
    EXPECT_EQ(*suggest_words(db(), "ann", "mee", 5), (ids{"Meeting", "meeting", "meetings"}));
    EXPECT_EQ(*suggest_words(db(), "ann", "name_b", 5), ids{"Name_bob"});
    auto counted = count_searchable(db(), "ann");
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->messages, 2);
    EXPECT_EQ(counted->conversations, 2);
}

TEST_F(search, the_index_follows_in_slices)
{
    search_index index;
    EXPECT_TRUE(index.behind()); // nobody has looked yet
    ASSERT_TRUE(index.run(db()));
    index.finished(true);
    EXPECT_FALSE(index.behind());
    EXPECT_FALSE(index.due());
    for (int i = 0; i < 600; ++i) {
        send(ab_, "ann", "many");
        index.stored();
    }
    EXPECT_TRUE(index.behind());
    ASSERT_TRUE(index.due());
    EXPECT_LE(*index.due(), std::chrono::steady_clock::now());
    ASSERT_TRUE(index.run(db()));
    index.finished(false);
    EXPECT_GT(*index.due(), std::chrono::steady_clock::now()); // a pause after a failure
    index.finished(true);
    EXPECT_TRUE(index.behind());
    ASSERT_TRUE(index.run(db()));
    index.finished(true);
    EXPECT_FALSE(index.behind());
}

} // namespace
} // namespace chatd::storage
