#include "table.hpp"

#include <chatd/config/loader.hpp>

#include <algorithm>

namespace chatd::config {
namespace {

std::string padded(std::string_view text, std::size_t width)
{
    std::string out(text);
    out.append(width > text.size() ? width - text.size() : 0, ' ');
    return out;
}

std::string_view section_of(std::string_view path)
{
    return path.substr(0, path.find('.'));
}

std::string code(std::string_view text)
{
    return text.empty() ? std::string{} : '`' + std::string(text) + '`';
}

std::string variables_of(const setting& row)
{
    std::string out;
    for (const auto name : row.variables)
        out += (out.empty() ? "" : ", ") + code(name);
    return out;
}

std::string type_of(const setting& row)
{
    return std::string(row.type) + (row.bounds.empty() ? "" : ": " + row.bounds);
}

} // namespace

std::string describe_values(const loaded& l)
{
    std::size_t path_width = 0;
    std::size_t value_width = 0;
    for (const auto& each : l.report) {
        path_width = std::max(path_width, each.path.size());
        value_width = std::max(value_width, std::min<std::size_t>(each.value.size(), 40));
    }
    std::string out;
    for (const auto& each : l.report)
        out += padded(each.path, path_width) + "  " +
               padded(each.value.empty() ? "-" : each.value, value_width) + "  " + each.origin + '\n';
    for (const auto& warning : l.warnings)
        out += "warning: " + warning + '\n';
    return out;
}

std::string reference_markdown()
{
    const settings defaults;
    std::string out =
        "# Configuration\n\n"
        "Printed by `chatd --print-config-reference`; a test keeps it current. Order of precedence: command "
        "line (`--set path=value`), environment, file (`--config FILE`, JSON with one object per section), "
        "default. Durations are `300ms`, `15s`, `15m`, `12h`, `7d`, a bare number is milliseconds; sizes are "
        "`64KiB`, `1MiB`, a bare number is bytes; in the environment and on the command line lists are "
        "separated by commas. An unknown or ill-typed key stops the start. `chatd --check-config` prints "
        "every value and where it came from.\n";
    std::string_view section;
    for (const auto& row : table()) {
        if (section_of(row.path) != section) {
            section = section_of(row.path);
            out += "\n## " + std::string(section) +
                   "\n\n| Key | Environment | Type | Default | Meaning |\n|---|---|---|---|---|\n";
        }
        out += "| " + code(row.path) + " | " + variables_of(row) + " | " + type_of(row) + " | " +
               code(row.print(defaults)) + " | " + std::string(row.help) + " |\n";
    }
    out +=
        "\n## Variables that are read but not used\n\n"
        "They belong to older deployments; chatd warns when one is set.\n\n| Variable | Why |\n|---|---|\n";
    for (const auto& unused : unused_variables())
        out += "| " + code(unused.name) + " | " + std::string(unused.reason) + " |\n";
    return out;
}

} // namespace chatd::config
