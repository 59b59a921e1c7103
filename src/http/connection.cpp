#include "connection.hpp"

#include <chatd/base/ids.hpp>
#include <chatd/base/log.hpp>
#include <chatd/base/text.hpp>
#include <chatd/http/upgrade.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace chatd::http {

namespace {

// Pipelined requests that wait for the answer before them; above it reading pauses.
constexpr std::size_t max_waiting_input = 64 << 10;
constexpr std::size_t max_request_id = 128;
// A refused upload is read past so far, so that the client finds the answer before it finds a reset.
constexpr std::size_t max_lingered_bytes = 16 << 20;

bool is_sane_id(std::string_view id) noexcept
{
    return !id.empty() && id.size() <= max_request_id && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
               c == '_' || c == '-';
    });
}

// All lines of a list header in one (RFC 9110 section 5.3).
std::string joined(const request& r, std::string_view name)
{
    std::string out;
    for (const auto& [key, value] : r.headers) {
        if (key != name)
            continue;
        if (!out.empty())
            out += ',';
        out += value;
    }
    return out;
}

} // namespace

connection::connection(server_context& c, std::unique_ptr<stream> s, std::string peer,
                       std::uint16_t local_port)
    : context_(c), stream_(std::move(s)), peer_(std::move(peer)), local_port_(local_port)
{
    stream_->attach(*this);
    set_deadline(deadline_kind::header, context_.options.header_timeout);
}

connection::~connection()
{
    if (waiting_ != nullptr)
        waiting_->lose();
}

void connection::on_readable() noexcept
{
    do {
        const auto [what, bytes] = stream_->read(context_.scratch());
        switch (what) {
        case stream::status::done:
            take({context_.scratch().data(), bytes});
            break;
        case stream::status::again:
            return;
        case stream::status::end:
            peer_ended_ = true;
            stream_->want_read(false);
            settle();
            return;
        case stream::status::failed:
            end();
            return;
        }
    } while (stream_ != nullptr && stream_->has_buffered());
}

void connection::on_hangup() noexcept
{
    end();
}

void connection::proceed() noexcept
{
    take({});
}

void connection::take(std::string_view bytes)
{
    context_.stats.bytes_in += bytes.size();
    if (lingering_) {
        lingered_ += bytes.size();
        return settle();
    }
    if (input_.empty()) {
        unparsed_ = bytes;
    } else {
        input_ += bytes;
        unparsed_ = input_;
    }
    in_turn_ = true;
    parse();
    keep_rest();
    in_turn_ = false;
    flush();
    settle();
}

void connection::parse()
{
    while (!unparsed_.empty() && can_parse()) {
        if (!reading_) {
            // Empty lines before a request are ignored (RFC 9112 section 2.2).
            if (unparsed_.starts_with("\r\n")) {
                unparsed_.remove_prefix(2);
                continue;
            }
            if (unparsed_ == "\r")
                return;
            begin_request();
        }
        const auto [what, used] = parser_->put(unparsed_);
        unparsed_.remove_prefix(used);
        switch (what) {
        case request_parser::status::need_more:
            return;
        case request_parser::status::header_done:
            allow_body();
            break;
        case request_parser::status::done:
            dispatch();
            break;
        case request_parser::status::failed:
            refuse(parser_->failure());
            return;
        }
    }
}

void connection::keep_rest()
{
    if (unparsed_.empty())
        std::string().swap(input_);
    else if (input_.empty())
        input_ = unparsed_;
    else
        input_.erase(0, input_.size() - unparsed_.size());
    unparsed_ = {};
}

bool connection::can_parse() const noexcept
{
    return stream_ != nullptr && waiting_ == nullptr && keep_alive_ && !blocked_ && !lingering_;
}

void connection::begin_request()
{
    reading_ = std::make_shared<pending_exchange>(context_.loop);
    const auto& o = context_.options;
    parser_.emplace(request_parser::limits{o.max_header, o.max_target, o.max_body}, reading_->request_);
}

// The header is good; a client that asked first may send the body now (RFC 9110 section 10.1.1).
void connection::allow_body()
{
    if (!parser_->expects_continue() || !unparsed_.empty())
        return;
    response none;
    queue("HTTP/1.1 100 Continue\r\n\r\n", none, {}, 0);
    flush();
}

void connection::complete(request& r) const
{
    r.peer = peer_;
    r.client = peer_;
    r.local_port = local_port_;
    r.secure = stream_->is_tls();
    if (!context_.trusted.empty() && context_.trusted.contains(peer_)) {
        r.client = client_address(context_.trusted, peer_, joined(r, "x-forwarded-for"));
        r.secure = r.secure || text::iequals_ascii(r.header("x-forwarded-proto"), "https");
    }
    const auto id = r.header("x-request-id");
    r.id = is_sane_id(id) ? std::string(id) : make_uuid7(system_clock().now());
}

void connection::dispatch()
{
    auto e = std::move(reading_);
    e->is_http10_ = parser_->is_http10();
    keep_alive_ = parser_->keeps_alive();
    parser_.reset();
    deadline_kind_ = deadline_kind::none;
    complete(e->request_);
    ++context_.stats.requests;
    // A socket that is handed over takes no answers of ours along.
    if (!output_.empty() && e->wants_websocket()) {
        flush();
        if (!output_.empty())
            return end();
    }
    if (stream_ == nullptr)
        return;
    waiting_ = e.get();
    e->home_ = this;
    try {
        context_.handle(std::move(e));
    } catch (const std::exception& failure) {
        log::error("http", "request handler failed", {{"error", failure.what()}});
    }
}

void connection::refuse(std::uint16_t status)
{
    const auto e = std::move(reading_);
    e->is_http10_ = parser_->is_http10();
    parser_.reset();
    complete(e->request_);
    ++context_.stats.requests;
    keep_alive_ = false;
    send(*e, error_page(e->request_, status));
}

response connection::error_page(const request& r, std::uint16_t status) const
{
    if (context_.options.error_page)
        return context_.options.error_page(r, status);
    return text_response(status, std::string(reason_phrase(status)));
}

// Ends every turn: all that could be parsed is. Decides whether to read on, wait, linger or end.
void connection::settle() noexcept
{
    if (stream_ == nullptr || in_turn_)
        return;
    const bool is_quiet = waiting_ == nullptr && output_.empty();
    if (is_quiet && !keep_alive_ && !lingering_)
        begin_linger();
    if (peer_ended_ && (is_quiet || (waiting_ != nullptr && waiting_->has_abort_handler())))
        return end();
    if (lingered_ > max_lingered_bytes)
        return end();
    if (!peer_ended_)
        stream_->want_read(lingering_ || can_parse() || input_.size() < max_waiting_input);
    update_deadline();
}

// After an answer or its rest has left: goes on with what was pipelined behind the request.
void connection::resume() noexcept
{
    if (can_parse() && !input_.empty())
        context_.schedule(*this);
    else
        settle();
}

void connection::abort_wanted()
{
    if (peer_ended_)
        context_.schedule(*this);
}

void connection::cut() noexcept
{
    waiting_ = nullptr;
    if (stream_ != nullptr)
        stream_->reset();
    end();
}

void connection::end() noexcept
{
    if (stream_ == nullptr)
        return;
    stream_.reset();
    disarm();
    context_.closed(*this);
    if (auto* e = std::exchange(waiting_, nullptr))
        e->lose();
}

std::unique_ptr<stream> connection::release(std::string& early)
{
    waiting_ = nullptr;
    if (stream_ == nullptr)
        return nullptr;
    early = in_turn_ ? std::string(unparsed_) : input_;
    unparsed_ = {};
    input_.clear();
    stream_->want_read(true);
    disarm();
    auto handed_over = std::move(stream_);
    context_.closed(*this);
    return handed_over;
}

} // namespace chatd::http
