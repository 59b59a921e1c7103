#pragma once

#include <chatd/async/timer_wheel.hpp>
#include <chatd/http/client_address.hpp>
#include <chatd/http/server.hpp>
#include <chatd/http/stream.hpp>

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace chatd::http {

class connection;

struct open_tag;
struct scheduled_tag;
template <class Tag>
using connection_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
template <class Tag>
using connection_list = boost::intrusive::list<connection, boost::intrusive::base_hook<connection_hook<Tag>>,
                                               boost::intrusive::constant_time_size<false>>;

/// What the connections of a server share; owns them.
class server_context {
  public:
    server_context(async::loop& l, server_options o, handler h);
    ~server_context();
    server_context(const server_context&) = delete;
    server_context& operator=(const server_context&) = delete;

    void open(std::unique_ptr<stream> s, const std::string& peer, std::uint16_t local_port);
    /// `c` has no socket any more: it is freed on the next turn.
    void closed(connection& c);
    /// Calls proceed() of a connection, or frees it when it has ended, on the next turn of the loop.
    void schedule(connection& c);
    /// Ends the idle connections; the others end with their answers.
    void stop_accepting() noexcept;
    void end_all() noexcept;

    /// Status line and headers of an answer, in a buffer that the next call reuses.
    [[nodiscard]] std::string_view write_head(const response& r, bool keep_alive, bool is_http10);
    [[nodiscard]] std::span<char> scratch() noexcept { return {scratch_.get(), scratch_size}; }

    async::loop& loop;
    const server_options options;
    const handler handle;
    network_list trusted;
    async::timer_wheel wheel;
    server_stats stats;
    bool stopping = false;

  private:
    static constexpr std::size_t scratch_size = 64 << 10;

    void run_scheduled();
    [[nodiscard]] std::string_view date();

    connection_list<open_tag> open_;
    connection_list<scheduled_tag> scheduled_;
    std::unique_ptr<char[]> scratch_;
    std::string head_;
    std::string date_;
    std::int64_t date_second_ = 0;
    bool turn_posted_ = false;
    std::shared_ptr<server_context*> self_; // null inside once the context has gone, for what was posted
};

} // namespace chatd::http
