#include "secrets.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/security/hash.hpp>
#include <chatd/security/random.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

namespace chatd::app {
namespace {

constexpr std::size_t secret_bytes = 48;

error io_error(const std::string& path)
{
    return {errc::unavailable, path + ": " + std::strerror(errno)};
}

/// Written to a file of its own and renamed, so that a kill in between leaves no half secret.
result<void> write_private(const std::string& path, const std::string& text)
{
    const auto fresh = path + ".new";
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return io_error(fresh);
    const bool written =
        ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
    ::close(fd);
    if (!written || std::rename(fresh.c_str(), path.c_str()) != 0)
        return io_error(path);
    return {};
}

result<std::string> generated_secret(const std::string& data_dir)
{
    const auto path = data_dir + "/jwt.secret";
    std::string secret;
    if (std::ifstream file(path); file && std::getline(file, secret) && secret.size() >= 32)
        return secret;
    secret = encoding::to_base64url(security::random_bytes(secret_bytes));
    auto stored = write_private(path, secret + "\n");
    if (!stored)
        return stored.error();
    return secret;
}

} // namespace

result<void> complete_secrets(config::settings& s, const std::string& data_dir)
{
    if (s.auth.jwt_secret.empty()) {
        auto secret = generated_secret(data_dir);
        if (!secret)
            return secret.error();
        s.auth.jwt_secret = std::move(*secret);
    }
    if (s.auth.jwt_refresh_secret.empty())
        s.auth.jwt_refresh_secret = security::hkdf_sha256(s.auth.jwt_secret, "refresh");
    return {};
}

} // namespace chatd::app
