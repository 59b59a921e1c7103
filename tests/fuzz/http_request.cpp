#include "fuzz.hpp"
#include "request_parser.hpp"

#include <algorithm>
#include <string>

namespace {

using chatd::http::request;
using chatd::http::request_parser;

constexpr request_parser::limits small{400, 100, 200};

/// The first request of `bytes` as text, or the status that refuses it, or nothing while it is incomplete.
std::string parse(std::string_view bytes, std::size_t piece)
{
    request r;
    request_parser parser(small, r);
    std::string rest;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        rest += bytes.substr(0, piece);
        for (bool goes_on = true; goes_on && !rest.empty();) {
            const auto [what, used] = parser.put(rest);
            FUZZ_CHECK(used <= rest.size());
            rest.erase(0, used);
            if (what == request_parser::status::failed) {
                FUZZ_CHECK(parser.failure() >= 400 && parser.failure() < 600);
                return "refused";
            }
            if (what == request_parser::status::done) {
                FUZZ_CHECK(r.body.size() <= small.max_body && r.target.size() <= small.max_target);
                std::string out = r.verb_text + ' ' + r.target + '\n';
                for (const auto& [name, value] : r.headers)
                    out += name + ':' + value + '\n';
                return out + r.body;
            }
            goes_on = what == request_parser::status::header_done;
        }
    }
    return {};
}

} // namespace

/// However the bytes are cut, the same request comes out. The first byte of the input says how they are cut.
FUZZ_TARGET(input)
{
    if (input.empty())
        return;
    const auto piece = static_cast<std::size_t>(static_cast<unsigned char>(input.front())) % 32 + 1;
    input.remove_prefix(1);
    const auto whole = parse(input, input.size() + 1);
    const auto cut = parse(input, piece);
    // A limit may be noticed earlier or later, depending on how much is there at once.
    if (whole != "refused" && cut != "refused" && !whole.empty() && !cut.empty())
        FUZZ_CHECK(whole == cut);
}
