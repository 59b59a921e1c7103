#include "server_context.hpp"

#include "connection.hpp"

#include <chatd/base/log.hpp>

#include <array>
#include <charconv>
#include <ctime>
#include <utility>

namespace chatd::http {

namespace {

void append_number(std::string& out, std::size_t n)
{
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
    out.append(digits.data(), end);
}

// Handlers may echo what clients sent; a line break there would split the answer.
void append_value(std::string& out, std::string_view value)
{
    if (value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) {
        out += value;
        return;
    }
    for (const char c : value)
        out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

} // namespace

server_context::server_context(async::loop& l, server_options o, handler h)
    : loop(l), options(std::move(o)), handle(std::move(h)), wheel(l),
      scratch_(std::make_unique<char[]>(scratch_size)), self_(std::make_shared<server_context*>(this))
{
    for (const auto& network : options.trusted_proxies) {
        if (!trusted.add(network))
            log::warn("http", "trusted proxy is no address or network", {{"value", network}});
    }
}

server_context::~server_context()
{
    *self_ = nullptr;
    scheduled_.clear();
    open_.clear_and_dispose([](connection* c) {
        c->end();
        delete c;
    });
}

void server_context::open(std::unique_ptr<stream> s, const std::string& peer, std::uint16_t local_port)
{
    ++stats.accepted;
    ++stats.open_connections;
    open_.push_back(*new connection(*this, std::move(s), peer, local_port));
}

void server_context::closed(connection& c)
{
    --stats.open_connections;
    schedule(c);
}

void server_context::schedule(connection& c)
{
    if (static_cast<connection_hook<scheduled_tag>&>(c).is_linked())
        return;
    scheduled_.push_back(c);
    if (std::exchange(turn_posted_, true))
        return;
    loop.post([self = self_] {
        if (*self != nullptr)
            (*self)->run_scheduled();
    });
}

void server_context::run_scheduled()
{
    turn_posted_ = false;
    auto batch = std::move(scheduled_);
    while (!batch.empty()) {
        auto& c = batch.front();
        batch.pop_front();
        if (c.has_ended())
            delete &c;
        else
            c.proceed();
    }
}

void server_context::stop_accepting() noexcept
{
    stopping = true;
    for (auto& c : open_) {
        if (c.is_idle())
            c.end();
    }
}

void server_context::end_all() noexcept
{
    stopping = true;
    for (auto& c : open_)
        c.end();
}

std::string_view server_context::date()
{
    const auto now = std::time(nullptr);
    if (now != date_second_) {
        date_second_ = now;
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        std::array<char, 40> text{};
        // IMF-fixdate (RFC 9110 section 5.6.7); the C locale is in force.
        date_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc));
    }
    return date_;
}

std::string_view server_context::write_head(const response& r, bool keep_alive, bool is_http10)
{
    auto& out = head_;
    out = "HTTP/1.1 ";
    append_number(out, r.status);
    out += ' ';
    out += reason_phrase(r.status);
    out += "\r\nDate: ";
    out += date();
    if (r.status >= 200 && r.status != 204 && r.status != 304) {
        out += "\r\nContent-Length: ";
        append_number(out, r.content().size());
    }
    if (!keep_alive)
        out += "\r\nConnection: close";
    else if (is_http10)
        out += "\r\nConnection: keep-alive";
    for (const auto& [name, value] : r.headers) {
        out += "\r\n";
        out += name;
        out += ": ";
        append_value(out, value);
    }
    out += "\r\n";
    out += r.header_block;
    out += "\r\n";
    return out;
}

} // namespace chatd::http
