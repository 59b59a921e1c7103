#pragma once

#include <chatd/async/loop.hpp>
#include <chatd/http/exchange.hpp>

#include <functional>
#include <memory>
#include <string>

namespace chatd::http {

class connection;

/// The server's exchange: a request and the connection that its answer goes to.
class pending_exchange final : public exchange {
  public:
    explicit pending_exchange(async::loop& l) : loop_(l) {}
    ~pending_exchange() override;

    [[nodiscard]] const request& req() const noexcept override { return request_; }
    [[nodiscard]] std::string take_body() noexcept override { return std::move(request_.body); }
    void respond(response r) override;
    void on_abort(std::function<void()> gone) override;
    [[nodiscard]] bool wants_websocket() const noexcept override;
    [[nodiscard]] std::unique_ptr<stream> release_stream(std::string& early) override;
    void abort() noexcept override;

    [[nodiscard]] bool has_abort_handler() const noexcept { return static_cast<bool>(gone_); }
    /// The connection has gone before the answer.
    void lose();

  private:
    friend class connection;

    async::loop& loop_;
    request request_;
    std::function<void()> gone_;
    connection* home_ = nullptr; // set as long as an answer is due
    bool is_http10_ = false;
    bool is_lost_ = false;
};

} // namespace chatd::http
