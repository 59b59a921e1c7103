#pragma once

#include "stream.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace load {

/// Writes one HTTP/1.1 request with an optional bearer token and JSON body.
std::string http_request(std::string_view method, std::string_view path, std::string_view token = {},
                         std::string_view body = {});

/// A keep-alive HTTP/1.1 connection. Understands answers with Content-Length, which is what both sides send.
class http_client : public stream {
  public:
    http_client(event_loop& loop, target to) : stream(loop), to_(to) {}

    void start() { open(to_); }

  protected:
    virtual void on_answer(int status, std::string_view body) = 0;

    /// The connection broke or the answer could not be read.
    virtual void on_failure(std::string_view reason) = 0;

  private:
    std::size_t on_bytes(std::string_view bytes) final;
    void on_lost() final { on_failure("HTTP connection lost"); }

    target to_;
};

/// Sends requests 0..count−1 over several connections, each waiting for its answer before the next.
struct http_batch {
    std::size_t connections = 16;
    std::size_t count = 0;
    std::function<std::string(std::size_t)> request;
    std::function<void(std::size_t, int status, std::string_view body)> answer;
};

/// Throws std::runtime_error when a connection breaks.
void run_batch(event_loop& loop, target to, const http_batch& batch);

} // namespace load
