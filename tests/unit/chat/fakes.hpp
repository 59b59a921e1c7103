#pragma once

#include <chatd/base/text.hpp>
#include <chatd/chat/ports.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// The core's ports over plain maps: every call is answered at once.
namespace chatd::chat::fakes {

template <class T>
async::task<result<T>> answer(result<T> r)
{
    co_return std::move(r);
}

inline user make_user(std::string id, std::string username)
{
    user u;
    u.id = std::move(id);
    u.username = std::move(username);
    u.email = u.username + "@example.com";
    return u;
}

class users final : public user_store {
  public:
    std::map<std::string, user> rows;
    int finds = 0;
    std::vector<std::vector<std::string>> touched;
    bool down = false;

    void add(user u) { rows[u.id] = std::move(u); }

    async::task<result<user>> create(user u) override
    {
        for (const auto& [id, row] : rows) {
            if (text::iequals_ascii(row.username, u.username))
                return answer<user>(error(errc::conflict, "taken", {{"username", "taken"}}));
            if (text::iequals_ascii(row.email, u.email))
                return answer<user>(error(errc::conflict, "taken", {{"email", "taken"}}));
        }
        rows[u.id] = u;
        return answer<user>(u);
    }
    async::task<result<user>> find(std::string id) override
    {
        ++finds;
        if (down)
            return answer<user>(errc::unavailable);
        const auto found = rows.find(id);
        return found != rows.end() ? answer<user>(found->second) : answer<user>(errc::not_found);
    }
    async::task<result<std::vector<user>>> find_many(std::vector<std::string> ids) override
    {
        ++finds;
        std::vector<user> found;
        for (const auto& id : ids)
            if (rows.contains(id))
                found.push_back(rows[id]);
        return answer<std::vector<user>>(found);
    }
    async::task<result<user>> find_by_login(std::string login) override
    {
        for (const auto& [id, row] : rows)
            if (text::iequals_ascii(row.username, login) || text::iequals_ascii(row.email, login) ||
                row.phone == login)
                return answer<user>(row);
        return answer<user>(errc::not_found);
    }
    async::task<result<user>> update(std::string id, user_changes c) override
    {
        if (!rows.contains(id))
            return answer<user>(errc::not_found);
        auto& row = rows[id];
        const auto set = [](auto& to, const auto& from) {
            if (from)
                to = *from;
        };
        set(row.username, c.username);
        set(row.email, c.email);
        set(row.avatar, c.avatar);
        set(row.full_name, c.full_name);
        set(row.first_name, c.first_name);
        set(row.last_name, c.last_name);
        set(row.phone, c.phone);
        set(row.password_hash, c.password_hash);
        set(row.password_changed_at, c.password_changed_at);
        row.updated_at = c.at;
        return answer<user>(row);
    }
    async::task<result<page<user>>> list(user_query) override { return answer<page<user>>(page<user>{}); }
    async::task<result<void>> touch_last_seen(std::vector<std::string> ids, timestamp at) override
    {
        if (down)
            return answer<void>(errc::unavailable);
        for (const auto& id : ids)
            rows[id].last_seen = at;
        touched.push_back(std::move(ids));
        return answer<void>({});
    }
    async::task<result<bool>> any_admin() override
    {
        return answer<bool>(std::any_of(rows.begin(), rows.end(),
                                        [](const auto& r) { return r.second.role == role::admin; }));
    }
};

class sessions final : public session_store {
  public:
    std::map<std::string, session> rows;
    std::set<std::string> black;
    int finds = 0;

    async::task<result<void>> create(session s) override
    {
        rows[s.id] = std::move(s);
        return answer<void>({});
    }
    async::task<result<session>> find(std::string id) override
    {
        ++finds;
        const auto found = rows.find(id);
        return found != rows.end() ? answer<session>(found->second) : answer<session>(errc::not_found);
    }
    async::task<result<rotation>> rotate(std::string id, std::string presented, std::string next,
                                         timestamp now, std::chrono::milliseconds grace) override
    {
        using kind = rotation::kind;
        const auto found = rows.find(id);
        if (found == rows.end() || found->second.revoked)
            return answer<rotation>(rotation{});
        auto& s = found->second;
        if (presented == s.jti) {
            spent[s.jti] = now;
            s.previous_jti = std::exchange(s.jti, next);
            s.issued_at = s.rotated_at = s.last_used_at = now;
            ++s.generation;
            return answer<rotation>(rotation{kind::rotated, s});
        }
        if (!spent.contains(presented))
            return answer<rotation>(rotation{});
        const bool in_grace = now - spent[presented] <= grace;
        if (in_grace && presented == s.previous_jti)
            return answer<rotation>(rotation{kind::replayed_in_grace, s});
        if (in_grace)
            return answer<rotation>(rotation{kind::refused, s});
        s.revoked = true;
        return answer<rotation>(rotation{kind::reuse_detected, s});
    }
    async::task<result<std::vector<session>>> list(std::string user_id, timestamp) override
    {
        std::vector<session> live;
        for (const auto& [id, s] : rows)
            if (s.user_id == user_id && !s.revoked)
                live.push_back(s);
        return answer<std::vector<session>>(live);
    }
    async::task<result<void>> revoke(std::string id) override
    {
        rows[id].revoked = true;
        return answer<void>({});
    }
    async::task<result<std::vector<std::string>>> revoke_all(std::string user_id, std::string keep,
                                                             timestamp) override
    {
        std::vector<std::string> gone;
        for (auto& [id, s] : rows)
            if (s.user_id == user_id && id != keep && !std::exchange(s.revoked, true))
                gone.push_back(id);
        return answer<std::vector<std::string>>(gone);
    }
    async::task<result<void>> purge(timestamp) override { return answer<void>({}); }
    async::task<result<void>> blacklist(std::string hash, timestamp) override
    {
        black.insert(std::move(hash));
        return answer<void>({});
    }
    async::task<result<bool>> is_blacklisted(std::string hash) override
    {
        return answer<bool>(black.contains(hash));
    }

  private:
    std::map<std::string, timestamp> spent;
};

class conversations final : public conversation_store {
  public:
    std::map<std::string, conversation> rows;
    std::map<std::string, std::vector<std::string>> contact_lists;
    int opens = 0, member_loads = 0;

    void add_direct(const std::string& id, const std::string& a, const std::string& b)
    {
        conversation c;
        c.id = id;
        for (const auto& user_id : {a, b})
            c.participants.push_back({card_named(user_id), "member"});
        rows[id] = std::move(c);
    }
    static user_card card_named(const std::string& id)
    {
        user_card card;
        card.id = id;
        card.username = id;
        return card;
    }

    async::task<result<opened>> open_direct(std::string a, std::string b, std::string id, timestamp) override
    {
        ++opens;
        if (b == "nobody")
            return answer<opened>(errc::not_found);
        for (const auto& [key, row] : rows)
            if (has(row, a) && has(row, b))
                return answer<opened>(opened{row, false});
        add_direct(id, a, b);
        return answer<opened>(opened{rows[id], true});
    }
    async::task<result<page<conversation>>> list(std::string, page_request) override
    {
        return answer<page<conversation>>(page<conversation>{});
    }
    async::task<result<conversation>> find(std::string id, std::string user_id) override
    {
        if (!rows.contains(id))
            return answer<conversation>(errc::not_found);
        return has(rows[id], user_id) ? answer<conversation>(rows[id])
                                      : answer<conversation>(errc::forbidden);
    }
    async::task<result<membership>> members(std::string id) override
    {
        ++member_loads;
        if (!rows.contains(id))
            return answer<membership>(errc::not_found);
        membership m;
        for (const auto& p : rows[id].participants)
            m.member_ids.push_back(p.user.id);
        return answer<membership>(m);
    }
    async::task<result<std::vector<std::string>>> contacts(std::string user_id, std::int64_t) override
    {
        return answer<std::vector<std::string>>(contact_lists[user_id]);
    }

  private:
    static bool has(const conversation& c, const std::string& user_id)
    {
        return std::any_of(c.participants.begin(), c.participants.end(),
                           [&](const participant& p) { return p.user.id == user_id; });
    }
};

class messages final : public message_store {
  public:
    std::vector<message> rows;

    async::task<result<appended>> append(message_draft d) override
    {
        for (const auto& m : rows)
            if (d.client_message_id && m.client_message_id == d.client_message_id &&
                m.sender.id == d.sender_id) {
                if (m.content != d.content || m.conversation_id != d.conversation_id)
                    return answer<appended>(errc::conflict);
                return answer<appended>(appended{m, true});
            }
        message m;
        m.id = d.id;
        m.conversation_id = d.conversation_id;
        m.seq = static_cast<std::int64_t>(rows.size()) + 1;
        m.sender.id = d.sender_id;
        m.content = d.content;
        m.type = d.type;
        m.client_message_id = d.client_message_id;
        m.created_at = d.created_at;
        rows.push_back(m);
        return answer<appended>(appended{m, false});
    }
    async::task<result<message>> find(std::string id, std::string) override
    {
        for (const auto& m : rows)
            if (m.id == id)
                return answer<message>(m);
        return answer<message>(errc::not_found);
    }
    async::task<result<page<message>>> list(std::string, std::string, page_request) override
    {
        return answer<page<message>>(page<message>{rows, {}});
    }
};

class reads final : public read_store {
  public:
    read_change next;

    async::task<result<read_change>> mark_message(std::string, std::string, timestamp) override
    {
        return answer<read_change>(next);
    }
    async::task<result<read_change>> unmark_message(std::string, std::string, timestamp) override
    {
        return answer<read_change>(next);
    }
    async::task<result<read_change>> mark_up_to(std::string, std::string, std::optional<std::string>,
                                                timestamp) override
    {
        return answer<read_change>(next);
    }
};

class search final : public search_store {
  public:
    int searches = 0;

    async::task<result<page<search_hit>>> find(std::string, search_query) override
    {
        ++searches;
        return answer<page<search_hit>>(page<search_hit>{});
    }
    async::task<result<std::vector<std::string>>> suggest(std::string, std::string prefix,
                                                          std::int64_t) override
    {
        return answer<std::vector<std::string>>(std::vector<std::string>{prefix});
    }
    async::task<result<stats>> count(std::string) override { return answer<stats>(stats{}); }
};

/// Counts sockets; goes offline when told to, not by time.
class online final : public chat::presence {
  public:
    std::map<std::string, int, std::less<>> sockets;

    void connected(std::string_view id) override
    {
        if (sockets[std::string(id)]++ == 0)
            tell(id, true);
    }
    bool disconnected(std::string_view id) override { return --sockets[std::string(id)] == 0; }
    void linger_over(const std::string& id)
    {
        sockets.erase(id);
        tell(id, false);
    }
    [[nodiscard]] bool is_online(std::string_view id) const override
    {
        return sockets.find(id) != sockets.end();
    }
    [[nodiscard]] std::int64_t online_count() const override
    {
        return static_cast<std::int64_t>(sockets.size());
    }
    [[nodiscard]] std::vector<std::string> online_ids(std::size_t limit) const override
    {
        std::vector<std::string> ids;
        for (const auto& [id, n] : sockets)
            if (ids.size() < limit)
                ids.push_back(id);
        return ids;
    }
    void on_change(std::function<void(const std::string&, bool)> f) override { changed_ = std::move(f); }

  private:
    void tell(std::string_view id, bool is)
    {
        if (changed_)
            changed_(std::string(id), is);
    }
    std::function<void(const std::string&, bool)> changed_;
};

} // namespace chatd::chat::fakes
