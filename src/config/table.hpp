#pragma once

#include <chatd/config/settings.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::config {

/// One setting, declared once: parsing, environment, --check-config and the reference come from it.
struct setting {
    std::string_view path;
    std::vector<std::string_view> variables; ///< environment names, the first one set counts
    bool united = false;                     ///< all of them count, as one comma list
    bool secret = false;
    std::string_view type;
    unsigned forms = 0; ///< json_form
    std::string bounds;
    std::string_view help;
    /// Reads text into the member; what is wrong with it, or empty.
    std::function<std::string(settings&, std::string_view)> read;
    std::function<std::string(const settings&)> print;
};

/// All settings in the order of the reference; those of one section stand together.
[[nodiscard]] const std::vector<setting>& table();

/// Variables of older deployments that this version does not read, with the reason.
struct unused_variable {
    std::string name;
    std::string_view reason;
};
[[nodiscard]] const std::vector<unused_variable>& unused_variables();

} // namespace chatd::config
