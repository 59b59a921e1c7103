#include "fuzz.hpp"

#include <chatd/websocket/codec.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace chatd::websocket;

constexpr std::size_t limit = 300;

/// Everything that comes out of `bytes` when they arrive in pieces of the given size.
std::string decode(std::string_view bytes, std::size_t piece)
{
    codec decoder(limit);
    std::string out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        std::vector<char> part(bytes.begin(),
                               bytes.begin() + static_cast<std::ptrdiff_t>(std::min(piece, bytes.size())));
        decoder.feed(part);
        for (auto e = decoder.next(); e.what != event::kind::none; e = decoder.next()) {
            FUZZ_CHECK(e.payload.size() <= limit);
            if (e.what == event::kind::close)
                FUZZ_CHECK(e.code == close_code::none || is_valid_close_code(e.code));
            out += static_cast<char>('0' + static_cast<int>(e.what));
            out += std::to_string(e.code) + ':' + std::string(e.payload) + ';';
        }
    }
    return out;
}

} // namespace

/// However the bytes are cut, the same messages come out, and none exceeds the limit. The first byte of the
/// input says how they are cut.
FUZZ_TARGET(input)
{
    if (input.empty())
        return;
    const auto piece = static_cast<std::size_t>(static_cast<unsigned char>(input.front())) % 32 + 1;
    input.remove_prefix(1);
    const auto whole = decode(input, input.size() + 1);
    FUZZ_CHECK(decode(input, piece) == whole);
    FUZZ_CHECK(decode(input, 1) == whole);
}
