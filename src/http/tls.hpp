#pragma once

#include <chatd/base/result.hpp>

#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace chatd::http {

/// Certificate and key of a listener, TLS 1.2 and 1.3. Connections keep what they were made from.
class tls_context {
  public:
    /// Reads PEM files (the certificate with its chain); `invalid` with file and OpenSSL's reason.
    [[nodiscard]] static result<tls_context> load(const std::string& certificate, const std::string& key);

    /// State of a new connection, to be owned by a stream; null when memory is short.
    [[nodiscard]] ssl_st* make() const noexcept;

  private:
    explicit tls_context(std::shared_ptr<ssl_ctx_st> c) : context_(std::move(c)) {}

    std::shared_ptr<ssl_ctx_st> context_;
};

} // namespace chatd::http
