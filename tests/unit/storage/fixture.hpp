#pragma once

#include "conversation_store.hpp"
#include "message_store.hpp"
#include "read_store.hpp"
#include "search_index.hpp"
#include "search_store.hpp"
#include "session_store.hpp"
#include "user_store.hpp"

#include <chatd/sql/sqlite_database.hpp>
#include <chatd/storage/stores.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace chatd::storage {

/// A migrated database in memory, users and direct conversations by short ids, a clock that ticks.
class store_test : public testing::Test {
  protected:
    store_test()
    {
        sql::sqlite_options o;
        o.path = ":memory:";
        auto opened = sql::open_sqlite(o, sql::access::write);
        EXPECT_TRUE(opened) << (opened ? "" : opened.error().detail);
        connection_ = std::move(*opened);
        auto done = migrate(db());
        EXPECT_TRUE(done) << (done ? "" : done.error().detail);
    }

    [[nodiscard]] sql::connection& db() { return *connection_; }
    timestamp tick() { return now_ += std::chrono::milliseconds(1); }
    [[nodiscard]] timestamp now() const { return now_; }
    void wait(std::chrono::milliseconds d) { now_ += d; }

    static chat::user make_user(const std::string& id)
    {
        chat::user u;
        u.id = id;
        u.username = "Name_" + id;
        u.email = id + "@Example.org";
        u.password_hash = "hash";
        return u;
    }
    void add_users(std::initializer_list<const char*> ids)
    {
        for (const auto* id : ids)
            ASSERT_TRUE(create_user(db(), make_user(id)));
    }
    std::string direct(const std::string& a, const std::string& b)
    {
        auto o = open_direct(db(), {a, b, "c-" + a + "-" + b, tick()});
        EXPECT_TRUE(o);
        return o ? o->item.id : "";
    }
    chat::message_draft draft(const std::string& conversation, const std::string& sender,
                              const std::string& content = "hello")
    {
        chat::message_draft d;
        d.id = "m" + std::to_string(++messages_);
        d.conversation_id = conversation;
        d.sender_id = sender;
        d.content = content;
        d.created_at = tick();
        return d;
    }
    /// Answers the id.
    std::string send(const std::string& conversation, const std::string& sender,
                     const std::string& content = "hello")
    {
        auto a = append_message(db(), draft(conversation, sender, content));
        EXPECT_TRUE(a) << (a ? "" : a.error().detail);
        return a ? a->item.id : "";
    }
    std::int64_t unread(const std::string& conversation, const std::string& user)
    {
        auto c = find_conversation(db(), conversation, user);
        EXPECT_TRUE(c);
        return c ? c->unread_count : -1;
    }

  private:
    std::unique_ptr<sql::connection> connection_;
    timestamp now_ = from_millis(1'700'000'000'000);
    int messages_ = 0;
};

} // namespace chatd::storage
