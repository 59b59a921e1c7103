#include "http_fixture.hpp"
#include "support/certificate.hpp"

#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>

namespace chatd::http {
namespace {

class https_server : public http_server {
  protected:
    https_server()
    {
        auto& listener = options.listeners.front();
        const auto folder = std::filesystem::path(::testing::TempDir());
        listener.tls_certificate = folder / "chatd-http-test-certificate.pem";
        listener.tls_key = folder / "chatd-http-test-key.pem";
        testing::write_certificate("first", listener.tls_certificate, listener.tls_key);
    }

    /// Name in the certificate that a new connection is shown, and what a request over it is answered.
    std::pair<std::string, std::string> ask(const std::string& request)
    {
        const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                        SSL_CTX_free);
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()),
                                                                BIO_free_all);
        BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
        if (BIO_do_connect(bio.get()) != 1)
            return {};
        SSL* ssl = nullptr;
        BIO_get_ssl(bio.get(), &ssl);
        char name[64] = {};
        const std::unique_ptr<X509, decltype(&X509_free)> shown(SSL_get1_peer_certificate(ssl), X509_free);
        X509_NAME_get_text_by_NID(X509_get_subject_name(shown.get()), NID_commonName, name, sizeof name);
        BIO_write(bio.get(), request.data(), static_cast<int>(request.size()));
        std::string answer;
        char buffer[4096];
        for (int n = 0; (n = BIO_read(bio.get(), buffer, sizeof buffer)) > 0;)
            answer.append(buffer, static_cast<std::size_t>(n));
        return {name, answer};
    }
};

const std::string get = "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST_F(https_server, serves_requests)
{
    start();
    const auto [name, answer] = ask(get);
    EXPECT_EQ(name, "first");
    EXPECT_NE(answer.find(" 127.0.0.1 https "), std::string::npos) << answer;
}

TEST_F(https_server, sends_answers_larger_than_every_buffer)
{
    start();
    const auto [name, answer] = ask("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.ends_with(large)) << answer.size();
}

TEST_F(https_server, shows_a_new_certificate_after_reload_and_keeps_the_old_one_when_that_fails)
{
    start();
    const auto& listener = options.listeners.front();
    testing::write_certificate("second", listener.tls_certificate, listener.tls_key);
    EXPECT_EQ(ask(get).first, "first");
    home.call([&] { EXPECT_TRUE(server_->reload_tls()); });
    EXPECT_EQ(ask(get).first, "second");
    std::ofstream(listener.tls_certificate) << "no certificate";
    home.call([&] {
        const auto reloaded = server_->reload_tls();
        ASSERT_FALSE(reloaded);
        EXPECT_NE(reloaded.error().detail.find(listener.tls_certificate), std::string::npos);
    });
    EXPECT_EQ(ask(get).first, "second");
}

TEST_F(https_server, does_not_start_without_its_files)
{
    options.listeners.front().tls_key = "/nonexistent/key.pem";
    home.call([&] {
        server broken(home.loop, options, [](const exchange_ptr&) {});
        const auto opened = broken.listen();
        ASSERT_FALSE(opened);
        EXPECT_NE(opened.error().detail.find("/nonexistent/key.pem"), std::string::npos);
    });
}

TEST_F(https_server, times_silent_handshakes_out)
{
    options.header_timeout = 100ms;
    start();
    raw_client silent(port);
    EXPECT_TRUE(silent.sees_end());
    await_connections(0);
}

} // namespace
} // namespace chatd::http
