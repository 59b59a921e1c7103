#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace load {

/// An account that the mode `setup` made. Every password is bench_password.
struct user {
    std::string token;
    std::string id;
    std::string email;
    std::vector<std::string> conversations;
};

inline constexpr const char* bench_password = "bench-password-1";

/// One line per user, fields separated by tabs. Throws std::runtime_error when the file cannot be read.
std::vector<user> read_users(const std::string& path);

void write_users(const std::string& path, const std::vector<user>& users);

/// The first `count` tokens of the file, or made-up ones when there is no file (the relays take any).
std::vector<std::string> tokens_for(const std::string& path, std::size_t count);

} // namespace load
