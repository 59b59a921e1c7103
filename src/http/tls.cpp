#include "tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>
#include <string>

namespace chatd::http {

namespace {

error tls_error(std::string_view what, const std::string& file)
{
    std::string detail(what);
    detail += ' ';
    detail += file;
    if (const auto code = ERR_get_error(); code != 0) {
        const char* reason = ERR_reason_error_string(code);
        detail += ": ";
        detail += reason != nullptr ? reason : "unknown reason";
    }
    ERR_clear_error();
    return {errc::invalid, std::move(detail)};
}

} // namespace

result<tls_context> tls_context::load(const std::string& certificate, const std::string& key)
{
    // OpenSSL writes without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    ERR_clear_error();
    const std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (!made)
        return tls_error("cannot make a TLS context for", certificate);
    SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                        SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                     SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_chain_file(made.get(), certificate.c_str()) != 1)
        return tls_error("cannot use TLS certificate", certificate);
    if (SSL_CTX_use_PrivateKey_file(made.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
        return tls_error("cannot use TLS key", key);
    if (SSL_CTX_check_private_key(made.get()) != 1)
        return tls_error("TLS key does not belong to", certificate);
    return tls_context(made);
}

ssl_st* tls_context::make() const noexcept
{
    return SSL_new(context_.get());
}

} // namespace chatd::http
