#include "fuzz.hpp"
#include "packet.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/text.hpp>

#include <string>

using namespace chatd::socketio;

namespace {

/// In the eyes of another parser, which follows less deep.
bool is_json(std::string_view text)
{
    chatd::json_reader r(text);
    std::string_view raw;
    return (r.skip(raw) && r.finish()) || r.why() == chatd::json_reader::failure::too_deep;
}

/// The packet as a server would pass it on.
std::string written(const packet& p)
{
    std::string out = std::to_string(static_cast<int>(p.type));
    if (p.attachments > 0 || p.type >= packet_type::binary_event)
        out += std::to_string(p.attachments) + '-';
    if (p.nsp != "/")
        out.append(p.nsp).append(1, ',');
    if (p.id)
        out += std::to_string(*p.id);
    return out.append(p.data);
}

} // namespace

/// Whatever is taken is well-formed JSON in another parser's eyes too, its arguments make up its text, and it
/// reads the same when it is passed on.
FUZZ_TARGET(input)
{
    const std::string text(input); // a block of its own shows reads beyond it
    if (!chatd::text::is_utf8(text))
        return;
    packet p;
    if (!parse_packet(text, {.protocol = 5, .max_attachments = 4}, p))
        return;
    FUZZ_CHECK(p.data.empty() || is_json(p.data));
    std::string joined;
    for (const auto a : p.args) {
        FUZZ_CHECK(is_json(a));
        joined.append(joined.empty() && a.data() == p.args.front().data() ? "" : ",").append(a);
    }
    FUZZ_CHECK(joined == p.args_json);
    const auto once = written(p);
    packet again;
    FUZZ_CHECK(parse_packet(once, {.protocol = 5, .max_attachments = 4}, again));
    FUZZ_CHECK(again.nsp == p.nsp && again.name == p.name && again.data == p.data && again.id == p.id);
    FUZZ_CHECK(written(again) == once);
}
