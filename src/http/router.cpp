#include <chatd/base/text.hpp>
#include <chatd/http/router.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

namespace chatd::http {

namespace {

constexpr std::size_t method_count = static_cast<std::size_t>(method::other) + 1;
constexpr std::size_t no_route = std::numeric_limits<std::size_t>::max();

// Takes the first segment off `path` ("a/b" → "a", leaving "b").
std::string_view next_segment(std::string_view& path) noexcept
{
    const auto slash = path.find('/');
    const auto segment = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    return segment;
}

std::string_view without_outer_slashes(std::string_view path) noexcept
{
    if (path.starts_with('/'))
        path.remove_prefix(1);
    if (path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

} // namespace

struct router::node {
    struct child {
        std::string text;
        std::unique_ptr<node> next;
    };

    struct endpoint {
        std::size_t route = no_route;
        std::vector<std::string> names; // of the parameters on the way
    };

    std::vector<child> literals; // sorted by text
    std::unique_ptr<node> parameter;
    std::array<endpoint, method_count> ends; // by method

    [[nodiscard]] bool is_end() const noexcept
    {
        return std::any_of(ends.begin(), ends.end(), [](const endpoint& e) { return e.route != no_route; });
    }
    [[nodiscard]] const endpoint& end_of(method m) const noexcept
    {
        return ends[static_cast<std::size_t>(m)];
    }
    [[nodiscard]] endpoint& end_of(method m) noexcept { return ends[static_cast<std::size_t>(m)]; }
    [[nodiscard]] auto position(std::string_view text) const noexcept
    {
        return std::lower_bound(literals.begin(), literals.end(), text,
                                [](const child& c, std::string_view t) { return c.text < t; });
    }
    [[nodiscard]] const node* literal(std::string_view text) const noexcept
    {
        const auto at = position(text);
        return at != literals.end() && at->text == text ? at->next.get() : nullptr;
    }
    node& make_literal(std::string_view text)
    {
        const auto at = position(text);
        if (at != literals.end() && at->text == text)
            return *at->next;
        return *literals.insert(at, child{std::string(text), std::make_unique<node>()})->next;
    }
    node& make_parameter()
    {
        if (!parameter)
            parameter = std::make_unique<node>();
        return *parameter;
    }

    // The end of `path` below this node; what parameters matched is collected in `values`. A literal is tried
    // first and given up when it leads nowhere.
    [[nodiscard]] const node* descend(std::string_view path, std::vector<std::string_view>& values) const
    {
        if (path.empty())
            return is_end() ? this : nullptr;
        const auto segment = next_segment(path);
        if (const auto* next = literal(segment)) {
            if (const auto* end = next->descend(path, values))
                return end;
        }
        if (!parameter || segment.empty())
            return nullptr;
        values.push_back(segment);
        if (const auto* end = parameter->descend(path, values))
            return end;
        values.pop_back();
        return nullptr;
    }
};

router::router() : root_(std::make_unique<node>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;

void router::add(method m, std::string_view pattern, std::size_t route)
{
    auto* at = root_.get();
    std::vector<std::string> names;
    for (auto rest = without_outer_slashes(pattern); !rest.empty();) {
        const auto segment = next_segment(rest);
        if (segment.starts_with(':')) {
            names.emplace_back(segment.substr(1));
            at = &at->make_parameter();
        } else {
            at = &at->make_literal(segment);
        }
    }
    auto& end = at->end_of(m);
    assert(end.route == no_route);
    end = {route, std::move(names)};
}

router::match router::find(method m, std::string_view path) const
{
    match found;
    std::vector<std::string_view> values;
    const auto* place = root_->descend(without_outer_slashes(path), values);
    if (place == nullptr)
        return found;
    const auto* end = &place->end_of(m);
    if (end->route == no_route && m == method::head)
        end = &place->end_of(method::get);
    if (end->route == no_route) {
        found.allow = allowed(*place);
        return found;
    }
    found.route = end->route;
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto decoded = text::percent_decode(values[i], false);
        found.params.emplace_back(end->names[i], decoded ? std::move(*decoded) : std::string(values[i]));
    }
    return found;
}

std::string router::allowed(const node& n)
{
    std::string list;
    for (std::size_t i = 0; i < method_count; ++i) {
        const auto m = static_cast<method>(i);
        const bool is_implied = m == method::head && n.end_of(method::get).route != no_route;
        if (n.end_of(m).route == no_route && !is_implied)
            continue;
        if (!list.empty())
            list += ", ";
        list += to_string(m);
    }
    return list;
}

} // namespace chatd::http
