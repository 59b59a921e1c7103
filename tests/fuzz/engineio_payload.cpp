#include "fuzz.hpp"
#include "payload.hpp"

#include <chatd/base/text.hpp>

#include <string>
#include <vector>

using namespace chatd::engineio;
using chatd::websocket::frame;
using chatd::websocket::frame_ptr;
using chatd::websocket::opcode;

/// What is read from a body can be written and is then read again as the same. The first byte of the input
/// chooses the dialect.
FUZZ_TARGET(input)
{
    if (input.empty())
        return;
    const auto choice = static_cast<unsigned char>(input.front()) % 4;
    const dialect d{choice == 0 ? 4 : 3, choice == 1};
    const bool binary_framing = choice == 3;
    const std::string body(input.substr(1)); // a block of its own shows reads beyond it
    if (!binary_framing && !chatd::text::is_utf8(body))
        return;
    std::vector<frame_ptr> messages;
    payload_reader reader(d, body, binary_framing);
    while (const auto p = reader.next()) {
        FUZZ_CHECK(p->data.size() <= body.size());
        if (p->is_text)
            messages.push_back(frame::make(opcode::text, std::to_string(static_cast<int>(p->type)), p->data));
        else
            messages.push_back(frame::make(opcode::binary, {}, p->data));
    }
    const auto written = encode_payload(d, messages);
    payload_reader again(d, written.body, written.binary);
    for (const auto& m : messages) {
        const auto p = again.next();
        FUZZ_CHECK(p && p->is_text == m->is_text());
        FUZZ_CHECK(p->data == (p->is_text ? m->payload().substr(1) : m->payload()));
    }
    FUZZ_CHECK(messages.empty() || (!again.next() && !again.failed()));
}
