#include "assets.hpp"
#include "backend.hpp"
#include "health.hpp"
#include "metrics.hpp"
#include "wire_options.hpp"

#include <chatd/api/messaging.hpp>
#include <chatd/api/openapi.hpp>
#include <chatd/api/rest.hpp>
#include <chatd/api/socket_gateway.hpp>
#include <chatd/app/application.hpp>
#include <chatd/base/log.hpp>
#include <chatd/engineio/server.hpp>
#include <chatd/http/server.hpp>
#include <chatd/socketio/server.hpp>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <string_view>

namespace chatd::app {
namespace {

/// Stopping takes at most this long; what is left is cut.
constexpr std::chrono::seconds stop_deadline{8};
/// For the last frames and answers to leave.
constexpr std::chrono::milliseconds flush_time{150};

bool is_socketio_path(std::string_view path) noexcept
{
    return path.starts_with("/socket.io/") || path == "/socket.io";
}

} // namespace

struct application::parts {
    config::settings settings;
    config::sources sources;
    app::backend backend;
    app::health health;
    metrics_access metrics;
    api::route_table routes;
    api::event_table events;
    // The engine asks rest for the allowed origins, and rest needs the complete table: both come after the
    // routes.
    std::unique_ptr<api::rest> rest;
    std::unique_ptr<engineio::server> engine;
    std::unique_ptr<socketio::server> sockets;
    std::unique_ptr<api::socket_gateway> gateway;
    std::unique_ptr<http::server> http;
    boost::asio::signal_set signals;
    boost::asio::steady_timer deadline;
    bool stopping = false;
    bool finished = false;

    parts(config::settings s, config::sources from, const std::string& data_dir)
        : settings(std::move(s)), sources(std::move(from)), backend(settings, data_dir),
          health(backend.database, settings.server.environment), metrics(settings),
          signals(backend.loop.io(), SIGTERM, SIGINT, SIGHUP), deadline(backend.loop.io())
    {
        fill_tables();
        rest = std::make_unique<api::rest>(backend.core, routes, rest_options(settings));
        engine = std::make_unique<engineio::server>(backend.loop, backend.wheel,
                                                    engine_options(settings, rest->cross_origin()));
        sockets = std::make_unique<socketio::server>(*engine, socket_options(settings, backend.core));
        auto& ns = sockets->of("/");
        gateway = std::make_unique<api::socket_gateway>(ns, backend.core, events, gateway_options(settings));
        api::notify_messaging(backend.core, ns);
        http = std::make_unique<http::server>(backend.loop, http_options(settings, *rest),
                                              [this](http::exchange_ptr e) { dispatch(std::move(e)); });
    }

    void fill_tables();
    void dispatch(http::exchange_ptr e);
    api::prepared metrics_page(const api::incoming& call);
    result<void> prepare_accounts();
    void wait_for_signal();
    void reload();
    void stop();
    void finish();
};

void application::parts::fill_tables()
{
    api::add_messaging(backend.core, routes, events);
    health.add_routes(routes);
    routes.component("MetricsText", R"({"type": "string"})");
    routes.add(http::method::get, "/metrics", "Operations", "Metrics in Prometheus text format")
        .open_to(api::access::anyone)
        .counted_as(api::limit::none)
        .answers(200, "MetricsText")
        .answers(403, "Error")
        .answers_as("text/plain")
        .run([this](api::incoming& call) { return metrics_page(call); });
}

api::prepared application::parts::metrics_page(const api::incoming& call)
{
    if (!metrics.allows(*call.request))
        return errc::forbidden;
    api::reply page;
    page.bare = render_metrics({*http, *engine, *sockets, sockets->of("/"), routes, *rest, *gateway,
                                backend.core, backend.hashing, backend.database});
    page.bare_type = "text/plain; version=0.0.4; charset=utf-8";
    return api::answer_now(std::move(page));
}

void application::parts::dispatch(http::exchange_ptr e)
{
    if (serve_asset(*e))
        return;
    if (is_socketio_path(e->req().path))
        engine->handle(e);
    else
        rest->handle(std::move(e));
}

/// Runs before anything listens, so the loop serves nobody else meanwhile.
result<void> application::parts::prepare_accounts()
{
    if (settings.admin.email.empty())
        return {};
    result<void> outcome;
    async::gate once;
    auto work = [](parts& p, result<void>& into) -> async::task<void> {
        into =
            co_await p.backend.core.accounts.ensure_admin(p.settings.admin.email, p.settings.admin.password);
        p.backend.loop.stop();
    };
    async::spawn(once, "first admin", work(*this, outcome));
    if (once.inside() != 0)
        run_until_stopped(backend.loop);
    if (!outcome)
        return error{outcome.error().code, "first admin (admin.email): " + outcome.error().detail};
    return {};
}

void application::parts::wait_for_signal()
{
    signals.async_wait([this](const boost::system::error_code& failed, int number) {
        if (failed)
            return;
        if (number == SIGHUP)
            reload();
        else
            stop();
        wait_for_signal();
    });
}

/// Log level and TLS files only: everything else needs a restart.
void application::parts::reload()
{
    auto fresh = config::load(sources);
    if (!fresh)
        return log::error("app", "reload refused", {{"reason", fresh.error().detail}});
    log::set_threshold(fresh->values.log.level);
    auto tls = http->reload_tls();
    if (!tls)
        return log::error("app", "TLS files not reloaded", {{"reason", tls.error().detail}});
    log::info("app", "reloaded");
}

void application::parts::stop()
{
    if (stopping)
        return;
    stopping = true;
    log::info("app", "stopping");
    health.set_stopping();
    http->stop_accepting();
    engine->stop_accepting();
    deadline.expires_after(stop_deadline);
    deadline.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled)
            finish();
    });
    rest->close([this] {
        gateway->close([this] {
            sockets->close();
            backend.core.stop([this] { finish(); });
        });
    });
}

void application::parts::finish()
{
    if (finished)
        return;
    finished = true;
    backend.database.stop();
    deadline.expires_after(flush_time);
    deadline.async_wait([this](const boost::system::error_code&) {
        http->close_all();
        backend.loop.stop();
    });
}

application::application(config::settings s, config::sources sources, std::string data_dir)
    : parts_(std::make_unique<parts>(std::move(s), std::move(sources), data_dir))
{
}

application::~application() = default;

result<void> application::start()
{
    auto opened = parts_->backend.database.start();
    if (!opened)
        return opened.error();
    auto accounts = parts_->prepare_accounts();
    if (!accounts) {
        parts_->backend.database.stop();
        return accounts;
    }
    auto listening = parts_->http->listen();
    if (!listening)
        parts_->backend.database.stop();
    return listening;
}

std::vector<std::string> application::urls() const
{
    const auto& s = parts_->settings;
    const bool any = s.http.host == "0.0.0.0" || s.http.host == "::" || s.http.host.empty();
    std::vector<std::string> all;
    for (const auto& l : listeners(s))
        all.push_back((l.tls_certificate.empty() ? "http://" : "https://") +
                      (any ? "localhost" : s.http.host) + ':' + std::to_string(l.port));
    return all;
}

void application::run()
{
    parts_->wait_for_signal();
    parts_->backend.loop.run();
    parts_->backend.hashing.stop();
}

std::string print_openapi()
{
    config::settings s;
    s.auth.jwt_secret = s.auth.jwt_refresh_secret = std::string(32, '-');
    backend unopened(s, ".");
    api::route_table routes;
    api::event_table events;
    api::add_messaging(unopened.core, routes, events);
    health(unopened.database, "").add_routes(routes);
    return api::openapi_document(routes);
}

} // namespace chatd::app
