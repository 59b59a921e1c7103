#pragma once

#include <chatd/base/result.hpp>

#include <string>
#include <vector>

namespace chatd::config {

/// One value of a configuration file: its path with dots, and as text what it says (lists with commas).
struct file_entry {
    std::string path;
    unsigned form = 0; ///< json_form; 0: something that no setting can be
    std::string text;
};

/// The values of a JSON file in its order; null counts as absent. `invalid` with a reason when it cannot be
/// read.
[[nodiscard]] result<std::vector<file_entry>> read_json_file(const std::string& name);
[[nodiscard]] result<std::vector<file_entry>> read_json_text(const std::string& json);

} // namespace chatd::config
