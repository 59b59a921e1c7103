#include "product.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>

#include <memory>
#include <utility>

namespace chatd::api::messaging {

namespace {

constexpr std::size_t max_payload = 64 * 1024;

struct call_input {
    std::string conversation_id, call_id;
};

schema::object<call_input> call_shape()
{
    schema::object<call_input> shape;
    shape.required("conversationId", &call_input::conversation_id, schema::id{}).or_named("roomId");
    shape.required("callId", &call_input::call_id, schema::id{});
    return shape;
}

/// The payload as it came, with `from` said by us. Requires: a well-formed object.
std::string with_caller(std::string_view payload, std::string_view user_id)
{
    json_reader in(payload);
    json_writer out;
    out.reserve(payload.size() + user_id.size() + 16);
    out.begin_object();
    std::string_view raw;
    if (in.enter_object())
        for (std::string_view key; in.next_member(key);) {
            const std::string name(key);
            if (in.skip(raw) && name != "from")
                out.raw_field(name, raw);
        }
    return std::move(out.field("from", user_id).end_object()).take();
}

outcome relay(chat::core& core, chat::call_signalled signal)
{
    auto done = co_await core.conversations.signal_call(std::move(signal));
    if (!done)
        co_return done.error();
    co_return reply();
}

} // namespace

void add_calls(chat::core& core, event_table& events)
{
    const auto shape = std::make_shared<const schema::object<call_input>>(call_shape());
    for (const std::string kind : {"offer", "answer", "candidate", "hangup"}) {
        auto start = [&core, shape, kind](incoming& i) -> prepared {
            if (i.input.size() > max_payload)
                return error(errc::payload_too_large, "A call event must not be larger than 64 KiB");
            auto in = shape->parse(i.input.empty() ? "{}" : i.input);
            if (!in)
                return std::move(in).error();
            chat::call_signalled signal;
            signal.kind = kind;
            signal.conversation_id = std::move(in->conversation_id);
            signal.payload = with_caller(i.input, i.by.who.user_id);
            signal.origin_socket = std::move(i.by.socket_id);
            signal.from = std::move(i.by.who);
            return relay(core, std::move(signal));
        };
        events.add_raw("call:" + kind, "Relayed to the other members and the sender's other sockets",
                       std::move(start));
    }
}

} // namespace chatd::api::messaging
