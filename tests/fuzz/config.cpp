#include "fuzz.hpp"
#include "json_file.hpp"

#include <chatd/config/loader.hpp>

#include <string>

/// Whatever stands in a file or behind --set: settings, or a list of complaints.
FUZZ_TARGET(text)
{
    using namespace chatd::config;
    if (const auto entries = read_json_text(std::string(text)); !entries)
        FUZZ_CHECK(!entries.error().detail.empty());

    sources from{.file = {}, .sets = {}, .variables = [](const std::string&) { return std::nullopt; }};
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        from.sets.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (const auto l = load(from))
        (void)describe_values(*l);
    else
        FUZZ_CHECK(!l.error().detail.empty());
}
