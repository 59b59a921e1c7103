#include <chatd/api/event_table.hpp>
#include <chatd/api/route_table.hpp>

namespace chatd::api {

void route_builder::to(chat::core& core, outcome (*handler)(chat::core&, call<nothing>))
{
    route_.start = [&core, handler](incoming& i) -> prepared {
        return handler(core, call<nothing>{std::move(i.by), {}, std::move(i.params)});
    };
}

route_builder route_table::add(http::method verb, std::string pattern, std::string_view tag,
                               std::string_view summary)
{
    auto& row = rows_.emplace_back();
    row.verb = verb;
    row.pattern = std::move(pattern);
    row.tag = tag;
    row.summary = summary;
    return route_builder(row);
}

event_row& event_table::add_raw(std::string name, std::string_view summary,
                                std::function<prepared(incoming&)> start)
{
    auto& row = rows_[name];
    row.name = std::move(name);
    row.summary = summary;
    row.start = std::move(start);
    return row;
}

const event_row* event_table::find(std::string_view name) const noexcept
{
    const auto found = rows_.find(name);
    return found == rows_.end() ? nullptr : &found->second;
}

} // namespace chatd::api
