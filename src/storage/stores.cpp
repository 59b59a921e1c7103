#include "conversation_store.hpp"
#include "message_store.hpp"
#include "read_store.hpp"
#include "search_index.hpp"
#include "search_store.hpp"
#include "session_store.hpp"
#include "user_store.hpp"

#include <chatd/storage/stores.hpp>

namespace chatd::storage {

struct stores::parts {
    explicit parts(sql::database& db)
        : users(db), sessions(db), conversations(db), messages(db, index), reads(db), search(db, index)
    {
    }

    search_index index;
    user_store users;
    session_store sessions;
    conversation_store conversations;
    message_store messages;
    read_store reads;
    search_store search;
};

stores::stores(sql::database& db) : parts_(std::make_unique<parts>(db))
{
    db.set_background(&parts_->index);
}

stores::~stores() = default;

chat::user_store& stores::users() noexcept
{
    return parts_->users;
}

chat::session_store& stores::sessions() noexcept
{
    return parts_->sessions;
}

chat::conversation_store& stores::conversations() noexcept
{
    return parts_->conversations;
}

chat::message_store& stores::messages() noexcept
{
    return parts_->messages;
}

chat::read_store& stores::reads() noexcept
{
    return parts_->reads;
}

chat::search_store& stores::search() noexcept
{
    return parts_->search;
}

} // namespace chatd::storage
