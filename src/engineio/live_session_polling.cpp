// The requests of a session on long-polling.
#include "live_session.hpp"

#include <chatd/base/text.hpp>

#include <utility>

namespace chatd::engineio {
namespace {

http::response ok_response()
{
    http::response r;
    // Not text/plain: some browsers would offer it as a download.
    r.set("Content-Type", "text/html");
    r.set("Cache-Control", "no-store");
    r.body = "ok";
    return r;
}

} // namespace

void live_session::open_polling(const http::exchange_ptr& e, std::string jsonp)
{
    polling_ = std::make_unique<polling_transport>(dialect_, std::move(jsonp));
    ++server_.stats.polling;
    const websocket::frame_ptr first[] = {open_packet()};
    e->respond(poll_response(encode_payload(dialect_, first), polling_->jsonp()));
    start(e->req());
}

/// One answer for everything that this turn of the loop has to say; what exceeds the budget ends the session
/// there too, because the caller may be in the middle of a broadcast.
void live_session::flush_later()
{
    if (std::exchange(flush_due_, true))
        return;
    server_.loop.post([self = weak_from_this()] {
        if (const auto s = std::static_pointer_cast<live_session>(self.lock()))
            s->flush();
    });
}

void live_session::flush()
{
    flush_due_ = false;
    if (life_ == life::closed || !polling_)
        return;
    if (polling_->is_waiting() && !polling_->is_empty()) {
        polling_->answer();
    } else if (polling_->queued_bytes() > server_.options.send_budget) {
        ++server_.stats.over_budget;
        polling_->drop_queue();
        finish(close_reason::transport_error);
    }
}

void live_session::poll(const http::exchange_ptr& e)
{
    if (polling_->is_waiting()) {
        server_.refuse(*e, refusal::bad_request);
        finish(close_reason::transport_error);
        return;
    }
    polling_->wait(e);
    if (life_ == life::lingering && polling_->is_empty()) {
        polling_->answer(server_.control.close);
        forget();
    } else if (state_.is_probed() && polling_->is_empty()) {
        polling_->answer(server_.control.noop);
    } else if (!polling_->is_empty()) {
        polling_->answer();
    } else {
        e->on_abort([self = weak_from_this()] {
            const auto s = std::static_pointer_cast<live_session>(self.lock());
            if (!s || !s->polling_)
                return;
            s->polling_->forget_poll();
            s->finish(close_reason::transport_closed);
        });
    }
}

void live_session::post(const http::exchange_ptr& e)
{
    std::string body = e->take_body();
    if (body.size() > server_.options.max_payload) {
        e->respond(http::text_response(413, "Payload Too Large"));
        return;
    }
    const bool binary =
        dialect_.version == 3 && e->req().header("content-type") == "application/octet-stream";
    if (!polling_->jsonp().empty() && !binary)
        body = jsonp_body(body);
    payload_reader reader(dialect_, body, binary);
    bool broken = !binary && !text::is_utf8(body);
    while (!broken && life_ == life::open) {
        const auto p = reader.next();
        if (!p)
            break;
        feed(*p);
    }
    if (broken || reader.failed()) {
        server_.refuse(*e, refusal::bad_request);
        finish(close_reason::transport_error);
        return;
    }
    e->respond(ok_response());
}

} // namespace chatd::engineio
