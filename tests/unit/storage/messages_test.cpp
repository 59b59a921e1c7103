#include "fixture.hpp"

namespace chatd::storage {
namespace {

class messages : public store_test {
  protected:
    void SetUp() override
    {
        add_users({"ann", "bob", "eve"});
        c_ = direct("ann", "bob");
    }
    std::vector<std::int64_t> seqs(const chat::page_request& p)
    {
        auto page = list_messages(db(), c_, "ann", p);
        EXPECT_TRUE(page) << (page ? "" : page.error().detail);
        std::vector<std::int64_t> found;
        if (page)
            for (const auto& m : page->items)
                found.push_back(m.seq);
        return found;
    }

    std::string c_;
};

TEST_F(messages, get_a_seq_without_gaps_and_come_back_as_sent)
{
    auto d = draft(c_, "ann", "first <b>\xc4\xb0</b>");
    d.metadata = R"({"a":1})";
    d.client_message_id = "k1";
    auto first = append_message(db(), d);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->item.seq, 1);
    auto second = draft(c_, "bob");
    second.reply_to = d.id;
    ASSERT_TRUE(append_message(db(), second));
    auto found = find_message(db(), d.id, "bob");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->content, d.content);
    EXPECT_EQ(found->metadata, d.metadata);
    EXPECT_EQ(found->client_message_id, "k1");
    EXPECT_EQ(found->conversation_id, c_);
    EXPECT_EQ(found->sender.username, "Name_ann");
    EXPECT_EQ(found->created_at, d.created_at);
    EXPECT_EQ(find_message(db(), second.id, "ann")->reply_to, d.id);
    EXPECT_EQ(find_message(db(), second.id, "ann")->seq, 2);
}

TEST_F(messages, outsiders_and_unknown_things_are_refused)
{
    const auto id = send(c_, "ann");
    EXPECT_EQ(append_message(db(), draft(c_, "eve")).error().code, errc::forbidden);
    EXPECT_EQ(append_message(db(), draft("nowhere", "ann")).error().code, errc::not_found);
    EXPECT_EQ(find_message(db(), id, "eve").error().code, errc::forbidden);
    EXPECT_EQ(find_message(db(), "nothing", "ann").error().code, errc::not_found);
    EXPECT_EQ(list_messages(db(), c_, "eve", {}).error().code, errc::forbidden);
    EXPECT_EQ(list_messages(db(), "nowhere", "ann", {}).error().code, errc::not_found);
    auto elsewhere = draft(direct("ann", "eve"), "ann");
    elsewhere.reply_to = id;
    EXPECT_EQ(append_message(db(), elsewhere).error().code, errc::invalid);
}

TEST_F(messages, a_client_id_belongs_to_its_sender_and_to_one_message)
{
    auto d = draft(c_, "ann", "once");
    d.client_message_id = "k";
    ASSERT_TRUE(append_message(db(), d));
    auto again = draft(c_, "ann", "once");
    again.client_message_id = "k";
    auto repeat = append_message(db(), again);
    ASSERT_TRUE(repeat);
    EXPECT_TRUE(repeat->repeated);
    EXPECT_EQ(repeat->item.id, d.id);
    EXPECT_EQ(repeat->item.seq, 1);

    auto other_text = draft(c_, "ann", "twice");
    other_text.client_message_id = "k";
    EXPECT_EQ(append_message(db(), other_text).error().code, errc::conflict);
    auto other_place = draft(direct("ann", "eve"), "ann", "once");
    other_place.client_message_id = "k";
    EXPECT_EQ(append_message(db(), other_place).error().code, errc::conflict);
    auto other_sender = draft(c_, "bob", "once");
    other_sender.client_message_id = "k";
    auto bobs = append_message(db(), other_sender);
    ASSERT_TRUE(bobs);
    EXPECT_FALSE(bobs->repeated);
    EXPECT_EQ(bobs->item.seq, 2);
}

TEST_F(messages, pages_are_newest_first_and_ascending_inside)
{
    std::vector<std::string> ids;
    for (int i = 0; i < 7; ++i)
        ids.push_back(send(c_, i % 2 == 0 ? "ann" : "bob"));
    using list = std::vector<std::int64_t>;
    EXPECT_EQ(seqs({1, 3, {}, {}}), (list{5, 6, 7}));
    EXPECT_EQ(seqs({2, 3, {}, {}}), (list{2, 3, 4}));
    EXPECT_EQ(seqs({3, 3, {}, {}}), (list{1}));
    EXPECT_EQ(seqs({4, 3, {}, {}}), (list{}));
    EXPECT_EQ(seqs({1, 3, ids[3], {}}), (list{1, 2, 3}));
    EXPECT_EQ(seqs({1, 2, "4", {}}), (list{2, 3}));
    EXPECT_EQ(seqs({1, 3, {}, "2"}), (list{3, 4, 5}));
    EXPECT_EQ(seqs({1, 3, {}, ids[5]}), (list{7}));
    EXPECT_EQ(seqs({1, 3, {}, "9"}), (list{}));
    EXPECT_EQ(seqs({1, 10, "6", "3"}), (list{4, 5}));
    EXPECT_EQ(list_messages(db(), c_, "ann", {1, 3, "nonsense", {}}).error().code, errc::invalid);

    auto page = list_messages(db(), c_, "ann", {1, 3, {}, {}});
    EXPECT_EQ(page->info.total, 7);
    EXPECT_TRUE(page->info.has_more);
    EXPECT_EQ(page->info.next_cursor, ids[4]);
    std::vector<std::int64_t> all;
    chat::page_request p{1, 3, {}, {}};
    for (;;) {
        auto next = list_messages(db(), c_, "ann", p);
        for (auto m = next->items.rbegin(); m != next->items.rend(); ++m)
            all.push_back(m->seq);
        if (!next->info.has_more)
            break;
        p.before = next->info.next_cursor;
    }
    EXPECT_EQ(all, (list{7, 6, 5, 4, 3, 2, 1}));
}

TEST_F(messages, an_imported_id_that_looks_like_a_number_is_an_id_first)
{
    auto d = draft(c_, "ann");
    d.id = "3";
    ASSERT_TRUE(append_message(db(), d));
    for (int i = 0; i < 4; ++i)
        send(c_, "bob");
    EXPECT_EQ(seqs({1, 10, {}, "3"}), (std::vector<std::int64_t>{2, 3, 4, 5}));
}

} // namespace
} // namespace chatd::storage
