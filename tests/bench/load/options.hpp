#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace load {

/// The `--name value` pairs behind a mode. Every lookup names its default; what nobody looked up is an error.
class options {
  public:
    /// Throws std::runtime_error on an argument that is no pair.
    options(int argc, char** argv);

    std::int64_t number(std::string_view name, std::int64_t otherwise);
    double real(std::string_view name, double otherwise);
    std::string text(std::string_view name, std::string_view otherwise);

    /// Throws std::runtime_error when an option was given that the mode does not know.
    void expect_all_used() const;

  private:
    const std::string* find(std::string_view name);

    std::map<std::string, std::string, std::less<>> given_;
    std::set<std::string, std::less<>> used_;
};

} // namespace load
