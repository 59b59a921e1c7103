#pragma once

#include "fakes.hpp"

#include <chatd/chat/core.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace chatd::chat {

/// A core over fakes, a clock that stands still, and everything that it has announced.
struct world {
    explicit world(options o = quick()) : core(loop, time, hashing, wheel, stores(), std::move(o))
    {
        record<message_posted>(posts);
        record<message_delivered>(deliveries);
        record<read_changed>(reads);
        record<typing_changed>(typing);
        record<presence_changed>(presence);
        record<conversation_opened>(opened);
        record<call_signalled>(calls);
        record<session_revoked>(revoked);
        record<user_signed_out>(signed_out);
        record<user_updated>(updated);
        for (const auto* name : {"ada", "bob", "eve"})
            user_rows.add(fakes::make_user(name, name));
        conversation_rows.add_direct("c1", "ada", "bob");
    }
    ~world() { hashing.stop(); }

    static options quick()
    {
        options o;
        o.auth.access_secret = "access-secret-access-secret-access";
        o.auth.refresh_secret = "refresh-secret-refresh-secret-refr";
        o.auth.argon2_memory_kib = 64;
        o.auth.argon2_iterations = 1;
        return o;
    }

    [[nodiscard]] static principal as(const std::string& name, std::string session = "s")
    {
        return {name, std::move(session), name, name + "@example.com", role::user};
    }

    /// Runs the loop until `work` is done.
    template <class T>
    T run(async::task<T> work)
    {
        std::optional<T> out;
        async::spawn(gate, "test", store(std::move(work), out));
        while (!out)
            loop.io().run_one();
        return std::move(*out);
    }

    ports stores()
    {
        return {user_rows, session_rows, conversation_rows, message_rows,
                read_rows, search_rows,  online_rows};
    }

    async::loop loop;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{loop.io().get_executor()};
    manual_clock time{from_millis(1'700'000'000'000)};
    async::thread_pool hashing{loop, {.name = "hash", .threads = 1, .max_queued = 2}};
    async::timer_wheel wheel{loop};
    async::gate gate;
    fakes::users user_rows;
    fakes::sessions session_rows;
    fakes::conversations conversation_rows;
    fakes::messages message_rows;
    fakes::reads read_rows;
    fakes::search search_rows;
    fakes::online online_rows;

    std::vector<message_posted> posts;
    std::vector<message_delivered> deliveries;
    std::vector<read_changed> reads;
    std::vector<typing_changed> typing;
    std::vector<presence_changed> presence;
    std::vector<conversation_opened> opened;
    std::vector<call_signalled> calls;
    std::vector<session_revoked> revoked;
    std::vector<user_signed_out> signed_out;
    std::vector<user_updated> updated;
    chat::core core;

  private:
    template <class T>
    static async::task<void> store(async::task<T> work, std::optional<T>& out)
    {
        out.emplace(co_await std::move(work));
    }
    template <class Event>
    void record(std::vector<Event>& into)
    {
        core.events.subscribe<Event>([&into](const Event& e) { into.push_back(e); });
    }
};

} // namespace chatd::chat
