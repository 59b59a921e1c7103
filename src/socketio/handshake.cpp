#include <chatd/base/text.hpp>
#include <chatd/socketio/handshake.hpp>

#include <algorithm>
#include <array>

namespace chatd::socketio {
namespace {

constexpr std::array<std::string_view, 6> engine_parameters{"EIO", "transport", "sid", "t", "j", "b64"};

/// Calls `f(name, value)` for each parameter of a query until one call answers true.
template <class F>
void for_each_parameter(std::string_view query, F&& f)
{
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        if (f(pair.substr(0, equals), value))
            return;
    }
}

/// python-engineio writes `transport` before `EIO` and, like Dart's client, would pass an offset on to the
/// application (contract section 9).
bool takes_offsets(std::string_view query, std::string_view user_agent)
{
    bool takes = !user_agent.starts_with("Dart/");
    bool transport_first = false;
    bool version_seen = false;
    for_each_parameter(query, [&](std::string_view name, std::string_view value) {
        version_seen = version_seen || name == "EIO";
        transport_first = transport_first || (name == "transport" && !version_seen);
        takes = takes && !(name == "recovery" && value == "0");
        return false;
    });
    return takes && !transport_first;
}

} // namespace

handshake::handshake(const http::request& r) : local_port_(r.local_port), secure_(r.secure)
{
    const auto user_agent = r.header("user-agent");
    std::size_t n = 0;
    const auto add = [&](std::string_view text) {
        texts_ += text;
        ends_[n++] = static_cast<std::uint16_t>(texts_.size());
    };
    // The header block and the target are bound far below 64 KiB by HTTP.
    const auto authorization = r.header("authorization");
    const auto origin = r.header("origin");
    texts_.reserve(r.client.size() + authorization.size() + user_agent.size() + origin.size());
    add(r.client);
    add(authorization);
    add(user_agent);
    add(origin);
    const std::size_t begin = texts_.size();
    for_each_parameter(r.query, [&](std::string_view name, std::string_view value) {
        if (name == "EIO")
            eio_version_ = value == "3" ? 3 : 4;
        if (std::find(engine_parameters.begin(), engine_parameters.end(), name) == engine_parameters.end())
            texts_.append(texts_.size() == begin ? "" : "&").append(name).append("=").append(value);
        return false;
    });
    add({});
    texts_.shrink_to_fit();
    may_recover_ = eio_version_ == 4 && takes_offsets(r.query, user_agent);
}

std::optional<std::string> handshake::query_value(std::string_view name) const
{
    std::optional<std::string> found;
    for_each_parameter(query(), [&](std::string_view key, std::string_view value) {
        if (key != name)
            return false;
        found = text::percent_decode(value, true);
        return true;
    });
    return found;
}

} // namespace chatd::socketio
