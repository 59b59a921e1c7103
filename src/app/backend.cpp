#include "backend.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <string_view>
#include <thread>

namespace chatd::app {
namespace {

/// `sqlite:chatd.db` lies in the data folder, `sqlite:/srv/chatd.db` where it says.
std::string database_path(const std::string& url, const std::string& data_dir)
{
    constexpr std::string_view scheme = "sqlite:";
    auto path = url.starts_with(scheme) ? url.substr(scheme.size()) : url;
    return path.starts_with('/') ? path : data_dir + '/' + path;
}

sql::sqlite_options database_options(const config::settings& s, const std::string& data_dir)
{
    sql::sqlite_options o;
    o.path = database_path(s.database.url, data_dir);
    o.readers = s.database.readers;
    o.max_queued = s.database.queue;
    o.prepare = storage::migrate;
    return o;
}

/// One core stays with the I/O thread; hashing yields to it.
async::thread_pool::options hashing_options(const config::settings& s)
{
    const auto cores = std::max(2U, std::thread::hardware_concurrency());
    return {.name = "hash", .threads = cores - 1, .max_queued = s.auth.hash_queue, .nice = 10};
}

chat::rate_rule per_window(std::uint32_t max, std::chrono::milliseconds window)
{
    return {max, window};
}

chat::options::auth_options auth_options(const config::settings& s)
{
    chat::options::auth_options o;
    o.access_secret = s.auth.jwt_secret;
    o.refresh_secret = s.auth.jwt_refresh_secret;
    o.access_ttl = std::chrono::floor<std::chrono::seconds>(s.auth.access_token_ttl);
    o.refresh_ttl = std::chrono::floor<std::chrono::seconds>(s.auth.refresh_token_ttl);
    o.refresh_grace = s.auth.refresh_grace;
    o.registration_open = s.auth.registration == config::registration::open;
    o.accept_legacy = s.auth.accept_legacy;
    o.expired_token_opens_socket = s.auth.socket_token_grace == config::token_grace::session;
    o.argon2_memory_kib = static_cast<std::uint32_t>(s.auth.argon2_memory_kib);
    o.argon2_iterations = s.auth.argon2_iterations;
    return o;
}

chat::presence_audience audience_of(config::audience a)
{
    switch (a) {
    case config::audience::all:
        return chat::presence_audience::all;
    case config::audience::contacts:
        return chat::presence_audience::contacts;
    case config::audience::automatic:
        break;
    }
    return chat::presence_audience::automatic;
}

chat::options core_options(const config::settings& s)
{
    chat::options o;
    o.auth = auth_options(s);
    o.limits.enabled = s.limits.enabled;
    o.limits.anonymous = per_window(s.limits.anonymous, s.limits.window);
    o.limits.authenticated = per_window(s.limits.authenticated, s.limits.window);
    o.limits.failed_logins.max = s.limits.login;
    o.limits.messages.max = s.limits.messages;
    o.audience = audience_of(s.presence.audience);
    o.max_content = s.chat.max_content;
    return o;
}

} // namespace

backend::backend(const config::settings& s, const std::string& data_dir)
    : wheel(loop), hashing(loop, hashing_options(s)), database(loop, database_options(s, data_dir)),
      stores(database), online(wheel, s.presence.linger),
      core(loop, time, hashing, wheel,
           chat::ports{stores.users(), stores.sessions(), stores.conversations(), stores.messages(),
                       stores.reads(), stores.search(), online},
           core_options(s))
{
}

void run_until_stopped(async::loop& l)
{
    {
        const auto alive = boost::asio::make_work_guard(l.io());
        l.run();
    } // a guard that goes last stops the loop
    l.io().restart();
}

} // namespace chatd::app
