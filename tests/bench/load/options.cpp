#include "options.hpp"

#include <stdexcept>

namespace load {

options::options(int argc, char** argv)
{
    for (int i = 0; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--") || i + 1 >= argc)
            throw std::runtime_error("expected --name value, got " + std::string(name));
        given_[std::string(name.substr(2))] = argv[i + 1];
    }
}

std::int64_t options::number(std::string_view name, std::int64_t otherwise)
{
    const auto* found = find(name);
    return found ? std::stoll(*found) : otherwise;
}

double options::real(std::string_view name, double otherwise)
{
    const auto* found = find(name);
    return found ? std::stod(*found) : otherwise;
}

std::string options::text(std::string_view name, std::string_view otherwise)
{
    const auto* found = find(name);
    return found ? *found : std::string(otherwise);
}

void options::expect_all_used() const
{
    for (const auto& [name, value] : given_)
        if (!used_.contains(name))
            throw std::runtime_error("this mode has no option --" + name);
}

const std::string* options::find(std::string_view name)
{
    used_.emplace(name);
    const auto found = given_.find(name);
    return found == given_.end() ? nullptr : &found->second;
}

} // namespace load
