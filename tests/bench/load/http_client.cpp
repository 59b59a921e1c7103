#include "http_client.hpp"

#include "scan.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <strings.h>
#include <vector>

namespace load {

namespace {

constexpr std::string_view length_header = "Content-Length:";

/// Length of the body that follows `head`; nothing when the head does not say.
std::optional<std::size_t> body_length(int status, std::string_view head)
{
    if (status == 204 || status == 304)
        return 0;
    for (std::size_t line = head.find("\r\n"); line != std::string_view::npos;
         line = head.find("\r\n", line)) {
        line += 2;
        if (strncasecmp(head.data() + line, length_header.data(), length_header.size()) != 0)
            continue;
        auto value = head.substr(line + length_header.size());
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        const auto length = leading_number(value);
        return length && *length >= 0 ? std::optional(static_cast<std::size_t>(*length)) : std::nullopt;
    }
    return std::nullopt;
}

class batch_connection : public http_client {
  public:
    batch_connection(event_loop& loop, target to, const http_batch& batch, std::size_t& next,
                     std::size_t& done)
        : http_client(loop, to), batch_(batch), next_(next), done_(done)
    {
    }

    void send_next()
    {
        if (next_ == batch_.count)
            return;
        current_ = next_++;
        write(batch_.request(current_));
        flush();
    }

  private:
    void on_answer(int status, std::string_view body) override
    {
        batch_.answer(current_, status, body);
        ++done_;
        send_next();
    }

    void on_failure(std::string_view reason) override { throw std::runtime_error(std::string(reason)); }

    const http_batch& batch_;
    std::size_t& next_;
    std::size_t& done_;
    std::size_t current_ = 0;
};

} // namespace

std::string http_request(std::string_view method, std::string_view path, std::string_view token,
                         std::string_view body)
{
    std::string text;
    text.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    if (!token.empty())
        text.append("Authorization: Bearer ").append(token).append("\r\n");
    if (!body.empty())
        text.append("Content-Type: application/json\r\nContent-Length: ")
            .append(std::to_string(body.size()))
            .append("\r\n");
    return text.append("\r\n").append(body);
}

std::size_t http_client::on_bytes(std::string_view bytes)
{
    const auto end = find_text(bytes, "\r\n\r\n");
    if (end == std::string_view::npos)
        return 0;
    const auto head = bytes.substr(0, end);
    const auto status = bytes.starts_with("HTTP/1.1 ") ? leading_number(bytes.substr(9)) : std::nullopt;
    const auto length = status ? body_length(static_cast<int>(*status), head) : std::nullopt;
    if (!length) {
        reset();
        on_failure("unreadable HTTP answer");
        return 0;
    }
    const std::size_t size = end + 4 + *length;
    if (bytes.size() < size)
        return 0;
    on_answer(static_cast<int>(*status), bytes.substr(end + 4, *length));
    return size;
}

void run_batch(event_loop& loop, target to, const http_batch& batch)
{
    std::size_t next = 0;
    std::size_t done = 0;
    std::vector<std::unique_ptr<batch_connection>> connections;
    for (std::size_t i = 0; i < std::min(batch.connections, batch.count); ++i) {
        connections.push_back(std::make_unique<batch_connection>(loop, to, batch, next, done));
        connections.back()->start();
        connections.back()->send_next();
    }
    const bool finished =
        loop.run_until(now() + std::chrono::minutes(15), [&] { return done == batch.count; });
    if (!finished)
        throw std::runtime_error("HTTP requests were not answered in time");
}

} // namespace load
