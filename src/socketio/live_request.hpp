#pragma once

#include "client.hpp"
#include "packet.hpp"

#include <chatd/socketio/connect_request.hpp>

namespace chatd::socketio {

/// A CONNECT that waits for its answer; knows its client as long as that lives.
class live_request final : public connect_request {
  public:
    live_request(client& c, name_space& n, const packet& p);
    ~live_request() override;

    [[nodiscard]] const handshake& hs() const noexcept override { return handshake_; }
    [[nodiscard]] std::string_view nsp() const noexcept override { return nsp_->name(); }
    [[nodiscard]] std::string_view query() const noexcept override { return query_; }
    [[nodiscard]] std::string_view auth() const noexcept override { return auth_; }
    [[nodiscard]] const std::optional<std::string>& pid() const noexcept override { return pid_; }
    [[nodiscard]] const std::optional<std::string>& offset() const noexcept override { return offset_; }
    void accept(std::shared_ptr<const peer> who, std::optional<std::vector<std::string>> rooms) override;
    void refuse(std::string_view message, std::string_view data_json) override;
    void close_transport() override;
    [[nodiscard]] bool alive() const noexcept override { return client_ != nullptr; }

    /// The client has gone or does not want it any more.
    void drop() noexcept { client_ = nullptr; }

    live_request* next = nullptr; ///< of the same client

  private:
    [[nodiscard]] client* settle() noexcept;

    client* client_;
    name_space* nsp_;
    handshake handshake_;
    std::string query_;
    std::string auth_;
    std::optional<std::string> pid_;
    std::optional<std::string> offset_;
};

} // namespace chatd::socketio
