// Prepares a server for the other modes through its own REST interface: accounts, conversations, first
// messages.

#include "http_client.hpp"
#include "modes.hpp"
#include "scan.hpp"
#include "users.hpp"

#include <stdexcept>

namespace load {

namespace {

[[noreturn]] void refuse(std::string_view what, int status, std::string_view body)
{
    std::string text(body.substr(0, 200));
    for (auto& letter : text)
        if (letter == '"' || letter == '\\')
            letter = '\'';
    throw std::runtime_error(std::string(what) + " was answered " + std::to_string(status) + ": " + text);
}

std::vector<user> register_users(context& run, std::size_t count)
{
    std::vector<user> users(count);
    http_batch batch;
    batch.count = count;
    batch.request = [](std::size_t i) {
        const auto name = "bench" + std::to_string(i);
        return http_request("POST", "/api/auth/register", {},
                            R"({"username":")" + name + R"(","email":")" + name +
                                R"(@bench.example","password":")" + bench_password + R"("})");
    };
    batch.answer = [&](std::size_t i, int status, std::string_view body) {
        const auto token = text_after(body, R"("accessToken":")");
        const auto id = text_after(body, R"("id":")", find_text(body, R"("user":{)"));
        if (status != 201 || !token || !id)
            refuse("registering", status, body);
        users[i].token = *token;
        users[i].id = *id;
        users[i].email = "bench" + std::to_string(i) + "@bench.example";
    };
    run_batch(run.loop, run.to, batch);
    return users;
}

/// Pairs (0 1) (2 3) … when `partners` is 0; otherwise everyone with the next `partners` in a ring, so that
/// each is in twice as many conversations.
void create_conversations(context& run, std::vector<user>& users, std::size_t partners)
{
    const std::size_t each = partners == 0 ? 1 : partners;
    const auto owner = [&](std::size_t i) { return partners == 0 ? 2 * i : i / each; };
    const auto other = [&](std::size_t i) {
        return partners == 0 ? 2 * i + 1 : (i / each + i % each + 1) % users.size();
    };
    http_batch batch;
    batch.count = partners == 0 ? users.size() / 2 : users.size() * partners;
    batch.connections = 64;
    batch.request = [&](std::size_t i) {
        return http_request("POST", "/api/conversations", users[owner(i)].token,
                            R"({"participantId":")" + users[other(i)].id + R"("})");
    };
    batch.answer = [&](std::size_t i, int status, std::string_view body) {
        const auto id = text_after(body, R"("id":")", find_text(body, R"("data":{)"));
        if ((status != 200 && status != 201) || !id)
            refuse("creating a conversation", status, body);
        users[owner(i)].conversations.emplace_back(*id);
        if (partners == 0)
            users[other(i)].conversations.emplace_back(*id);
    };
    run_batch(run.loop, run.to, batch);
}

/// Messages by both sides of the first conversation.
void send_messages(context& run, const std::vector<user>& users, std::size_t count)
{
    http_batch batch;
    batch.count = count;
    batch.connections = 1; // in order
    batch.request = [&](std::size_t i) {
        return http_request("POST", "/api/messages", users[i % 2].token,
                            R"({"conversationId":")" + users[0].conversations.at(0) +
                                R"(","content":"Message )" + std::to_string(i) +
                                R"(: are you coming to dinner tonight?"})");
    };
    batch.answer = [](std::size_t, int status, std::string_view body) {
        if (status != 201)
            refuse("sending a message", status, body);
    };
    run_batch(run.loop, run.to, batch);
}

} // namespace

report run_setup(context& run)
{
    const auto out_file = run.given.text("out", "users.tsv");
    const auto count = static_cast<std::size_t>(run.given.number("users", 200));
    const auto partners = static_cast<std::size_t>(run.given.number("partners", 0));
    const auto messages = static_cast<std::size_t>(run.given.number("messages", 0));
    run.given.expect_all_used();

    const auto started = now();
    auto users = register_users(run, count);
    const auto registered = now();
    create_conversations(run, users, partners);
    const auto created = now();
    send_messages(run, users, messages);
    write_users(out_file, users);

    report out("setup");
    out.add("users", count);
    out.add("register_seconds", to_seconds(registered - started));
    out.add("create_seconds", to_seconds(created - registered));
    out.add("message_seconds", to_seconds(now() - created));
    return out;
}

} // namespace load
