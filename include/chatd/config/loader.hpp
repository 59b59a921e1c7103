#pragma once

#include <chatd/base/result.hpp>
#include <chatd/config/settings.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::config {

using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The variables of this process.
[[nodiscard]] environment process_environment();

/// Where settings come from, the weakest first: defaults, file, environment, command line.
struct sources {
    std::optional<std::string> file; ///< JSON
    std::vector<std::string> sets{}; ///< `path=value`
    environment variables = process_environment();
};

/// One effective value for people: secrets are masked.
struct effective_value {
    std::string_view path;
    std::string value;
    std::string origin; ///< "default", "file config/chatd.json", "environment PORT", "command line"
};

struct loaded {
    settings values;
    std::vector<effective_value> report;
    std::vector<std::string> warnings;
};

/// `invalid`: a line per problem in the detail, each with source, key and reason.
[[nodiscard]] result<loaded> load(const sources& from);

/// What --check-config prints: a line per setting with its value and where it came from, then the warnings.
[[nodiscard]] std::string describe_values(const loaded& l);

/// docs/configuration.md.
[[nodiscard]] std::string reference_markdown();

} // namespace chatd::config
