#pragma once

#include <chatd/engineio/server.hpp>
#include <chatd/http/exchange.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::engineio::testing {

/// A request without a network: keeps its answer, and can be dropped by the client.
class fake_exchange final : public http::exchange {
  public:
    fake_exchange(http::method m, std::string_view query, std::string body)
    {
        request_.verb = m;
        request_.target = "/socket.io/?" + std::string(query);
        request_.path = std::string_view(request_.target).substr(0, 11);
        request_.query = std::string_view(request_.target).substr(12);
        request_.client = request_.peer = "192.0.2.7";
        request_.body = std::move(body);
    }

    void add_header(std::string name, std::string value)
    {
        request_.headers.emplace_back(std::move(name), std::move(value));
    }

    [[nodiscard]] const http::request& req() const noexcept override { return request_; }
    [[nodiscard]] std::string take_body() noexcept override { return std::move(request_.body); }
    void respond(http::response r) override { answer = std::move(r); }
    void on_abort(std::function<void()> gone) override { gone_ = std::move(gone); }
    [[nodiscard]] bool wants_websocket() const noexcept override { return false; }
    [[nodiscard]] std::unique_ptr<http::stream> release_stream(std::string&) override;
    void abort() noexcept override { cut = true; }

    /// The client goes away while it waits.
    void drop()
    {
        if (const auto gone = std::exchange(gone_, nullptr))
            gone();
    }

    std::optional<http::response> answer;
    bool cut = false;

  private:
    http::request request_;
    std::function<void()> gone_;
};

/// A client on long-polling that lives in the test's own thread.
class polling_peer {
  public:
    polling_peer(server& s, async::loop& l, std::string query = "EIO=4&transport=polling")
        : server_(s), loop_(l), query_(std::move(query))
    {
    }

    std::shared_ptr<fake_exchange> request(http::method m, std::string body = {})
    {
        auto e = std::make_shared<fake_exchange>(m, query_, std::move(body));
        for (const auto& [name, value] : headers)
            e->add_header(name, value);
        server_.handle(e);
        loop_.io().poll();
        loop_.io().restart();
        return e;
    }

    /// The status of the handshake; later requests carry its session id.
    int open()
    {
        const auto e = request(http::method::get);
        auto body = e->answer->body;
        std::erase(body, '\\'); // JSONP
        if (const auto at = body.find("\"sid\":\""); at != std::string::npos) {
            sid = body.substr(at + 7, 20);
            query_ += "&sid=" + sid;
        }
        return e->answer->status;
    }

    int post(std::string body) { return request(http::method::post, std::move(body))->answer->status; }

    /// What waits for the client: the body of one poll's answer; empty when the session is over, or when
    /// the poll has to wait (it is then kept in `waiting`).
    std::string poll()
    {
        waiting = request(http::method::get);
        if (!waiting->answer)
            return {};
        const auto answered = std::exchange(waiting, nullptr);
        return answered->answer->status == 200 ? answered->answer->body : std::string{};
    }

    std::string sid;
    std::vector<std::pair<std::string, std::string>> headers;
    std::shared_ptr<fake_exchange> waiting;

  private:
    server& server_;
    async::loop& loop_;
    std::string query_;
};

} // namespace chatd::engineio::testing
