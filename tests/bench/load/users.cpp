#include "users.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace load {

std::vector<user> read_users(const std::string& path)
{
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read the users from " + path);
    std::vector<user> users;
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream fields(line);
        auto& one = users.emplace_back();
        fields >> one.token >> one.id >> one.email;
        for (std::string conversation; fields >> conversation;)
            one.conversations.push_back(conversation);
    }
    return users;
}

void write_users(const std::string& path, const std::vector<user>& users)
{
    std::ofstream file(path);
    for (const auto& one : users) {
        file << one.token << '\t' << one.id << '\t' << one.email;
        for (const auto& conversation : one.conversations)
            file << '\t' << conversation;
        file << '\n';
    }
    if (!file.flush())
        throw std::runtime_error("cannot write the users to " + path);
}

std::vector<std::string> tokens_for(const std::string& path, std::size_t count)
{
    std::vector<std::string> tokens;
    if (path.empty()) {
        for (std::size_t i = 0; i < count; ++i)
            tokens.push_back("token-" + std::to_string(i));
        return tokens;
    }
    for (const auto& one : read_users(path))
        if (tokens.size() < count)
            tokens.push_back(one.token);
    if (tokens.empty())
        throw std::runtime_error("no users in " + path);
    return tokens;
}

} // namespace load
