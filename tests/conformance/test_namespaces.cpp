#include "test_namespaces.hpp"

#include <chatd/base/json_reader.hpp>
#include <chatd/base/json_writer.hpp>

#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {
namespace {

using chatd::socketio::ack;
using chatd::socketio::answer;
using chatd::socketio::connect_request;
using chatd::socketio::event;
using chatd::socketio::name_space;
using chatd::socketio::socket;

/// Lets everyone in and remembers the auth object for the socket that is made from within accept().
struct gatekeeper {
    std::string accepted;

    void let_in(const std::shared_ptr<connect_request>& r)
    {
        accepted = r->auth();
        r->accept(nullptr);
    }
    void greet(socket& s) const { s.emit("auth", accepted); }
};

std::string to_text(std::string_view json)
{
    std::string out;
    chatd::json_reader(json).read_string(out);
    return out;
}

std::vector<std::string> to_texts(std::string_view json)
{
    std::vector<std::string> out;
    chatd::json_reader r(json);
    if (r.enter_array())
        while (r.next_element() && r.read_string(out.emplace_back())) {
        }
    return out;
}

/// The arguments from the `first` on, as one text.
std::string_view tail(const event& e, std::size_t first)
{
    if (e.args.size() <= first)
        return {};
    return e.args_json.substr(static_cast<std::size_t>(e.args[first].data() - e.args_json.data()));
}

using handler = void (*)(socket&, event&);

void echo(socket& s, event& e)
{
    s.emit("message-back", e.args_json, e.attachments);
}

void acknowledge(socket&, event& e)
{
    e.reply(e.args_json, e.attachments);
}

void join(socket& s, event& e)
{
    if (!e.args.empty())
        s.join(to_text(e.args[0]));
    e.reply("true");
}

void leave(socket& s, event& e)
{
    if (!e.args.empty())
        s.leave(to_text(e.args[0]));
    e.reply("true");
}

void emit_to_rooms(socket& s, event& e, bool is_volatile)
{
    if (e.args.size() < 3)
        return;
    auto out = s.nsp().all();
    for (const auto& room : to_texts(e.args[0]))
        out.to(room);
    for (const auto& room : to_texts(e.args[1]))
        out.except(room);
    if (is_volatile)
        out.volatile_();
    out.emit(to_text(e.args[2]), tail(e, 3), e.attachments);
    e.reply("true");
}

void ask(socket& s, event& e)
{
    int timeout = 0;
    if (!e.args.empty())
        std::from_chars(e.args[0].data(), e.args[0].data() + e.args[0].size(), timeout);
    auto answered = [reply = std::make_shared<ack>(std::move(e.reply))](chatd::result<answer> r) {
        if (!r)
            return (*reply)(R"({"ok":false,"error":"timeout"})");
        const std::vector<std::string_view> attachments(r->attachments.begin(), r->attachments.end());
        (*reply)("{\"ok\":true,\"answer\":[" + r->args_json + "]}", attachments);
    };
    s.emit_with_ack("question", tail(e, 1), std::chrono::milliseconds(timeout), std::move(answered),
                    e.attachments);
}

void kick(socket& s, event& e)
{
    if (e.args.empty())
        return;
    const bool close_transport = e.args.size() > 1 && e.args[1] == "true";
    s.nsp().to(to_text(e.args[0])).disconnect(close_transport);
}

const std::map<std::string_view, handler> handlers{
    {"message", echo},
    {"message-with-ack", acknowledge},
    {"join", join},
    {"leave", leave},
    {"broadcast", [](socket& s, event& e) { emit_to_rooms(s, e, false); }},
    {"volatile", [](socket& s, event& e) { emit_to_rooms(s, e, true); }},
    {"ask", ask},
    {"kick", kick},
};

void let_everyone_in(name_space& n)
{
    const auto gate = std::make_shared<gatekeeper>();
    n.use([gate](const std::shared_ptr<connect_request>& r) { gate->let_in(r); });
    n.on_connect([gate](socket& s) { gate->greet(s); });
}

bool knows_password(std::string_view auth)
{
    chatd::json_reader r(auth);
    std::string_view key;
    std::string_view value;
    bool knows = false;
    if (r.enter_object())
        while (r.next_member(key)) {
            const bool is_token = key == "token";
            if (r.skip(value) && is_token)
                knows = value == "\"let-me-in\"";
        }
    return knows;
}

} // namespace

void set_up_namespaces(chatd::socketio::server& s)
{
    name_space& main = s.of("/");
    let_everyone_in(main);
    main.on_event([](socket& from, event e) {
        if (const auto found = handlers.find(e.name); found != handlers.end())
            found->second(from, e);
    });
    let_everyone_in(s.of("/custom"));
    s.of("/auth").use([](const std::shared_ptr<connect_request>& r) {
        if (knows_password(r->auth()))
            r->accept(nullptr);
        else
            r->refuse("not authorized", R"({"code":"E_AUTH"})");
    });
}

} // namespace conformance
