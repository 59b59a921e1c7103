#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatd::socketio {

class socket;
void intrusive_ptr_add_ref(const socket* s) noexcept;
void intrusive_ptr_release(const socket* s) noexcept;

/// The way to answer one event, at most once; may outlive the socket. Destroying it unanswered sends nothing.
class ack {
  public:
    ack() = default;
    ack(boost::intrusive_ptr<socket> to, std::uint64_t id) noexcept : to_(std::move(to)), id_(id) {}

    /// Did the client ask for an answer (and has not got it yet)?
    [[nodiscard]] bool wanted() const noexcept { return to_ != nullptr; }
    /// Sends the answer: JSON values separated by commas, may be empty. Nothing happens when not wanted or
    /// when the socket is gone.
    void operator()(std::string_view args_json, std::span<const std::string_view> attachments = {});

    ack(ack&&) noexcept = default;
    ack& operator=(ack&&) noexcept = default;

  private:
    boost::intrusive_ptr<socket> to_;
    std::uint64_t id_ = 0;
};

/// One event of a client. Everything but `reply` dies when the handler returns.
struct event {
    std::string_view name;                         ///< decoded
    std::span<const std::string_view> args;        ///< JSON text of each argument after the name
    std::string_view args_json;                    ///< the same as one text, ready to be emitted again
    std::span<const std::string_view> attachments; ///< binary, in the order of the placeholders' `num`
    ack reply;
};

/// A client's answer to emit_with_ack().
struct answer {
    std::string args_json; ///< JSON values separated by commas
    std::vector<std::string> attachments;
};

} // namespace chatd::socketio
