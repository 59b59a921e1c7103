#include "pending_exchange.hpp"

#include "connection.hpp"

#include <chatd/http/upgrade.hpp>

#include <utility>

namespace chatd::http {

pending_exchange::~pending_exchange()
{
    if (auto* home = std::exchange(home_, nullptr))
        home->answer_dropped(*this);
}

void pending_exchange::respond(response r)
{
    gone_ = nullptr;
    if (auto* home = std::exchange(home_, nullptr))
        home->answer(*this, std::move(r));
}

void pending_exchange::on_abort(std::function<void()> gone)
{
    if (is_lost_) {
        loop_.post(std::move(gone));
        return;
    }
    if (home_ == nullptr)
        return;
    gone_ = std::move(gone);
    home_->abort_wanted();
}

bool pending_exchange::wants_websocket() const noexcept
{
    return !is_http10_ && is_websocket_upgrade(request_);
}

std::unique_ptr<stream> pending_exchange::release_stream(std::string& early)
{
    gone_ = nullptr;
    auto* home = std::exchange(home_, nullptr);
    return home == nullptr ? nullptr : home->release(early);
}

void pending_exchange::abort() noexcept
{
    gone_ = nullptr;
    if (auto* home = std::exchange(home_, nullptr))
        home->cut();
}

void pending_exchange::lose()
{
    home_ = nullptr;
    is_lost_ = true;
    if (auto gone = std::exchange(gone_, nullptr))
        gone();
}

} // namespace chatd::http
