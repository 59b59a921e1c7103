#pragma once

#include <chatd/api/reply.hpp>
#include <chatd/base/error.hpp>
#include <chatd/http/request.hpp>
#include <chatd/http/response.hpp>

#include <cstdint>
#include <string>

namespace chatd::api {

/// Status of an error code (contract section 1).
[[nodiscard]] std::uint16_t status_of(errc code) noexcept;
/// Text for people: the error's own detail, or the code's standard one; never the detail of an internal
/// fault.
[[nodiscard]] std::string text_of(const error& e);

/// `{success:true, message, data, …extra, pagination?}`, with ETag and 304 for conditional replies.
[[nodiscard]] http::response success_response(const http::request& r, reply&& body);
/// The contract's error body; on `/api/v1` and `/chats` with `error` as an object. Sets Retry-After where
/// known.
[[nodiscard]] http::response error_response(const http::request& r, const error& e, std::uint16_t status);

/// Acknowledgement of a socket event: `{success:true, data?}`.
[[nodiscard]] std::string ack_success(const reply& r);
/// `{success:false, message, code, errors?, retryAfter?}`.
[[nodiscard]] std::string ack_failure(const error& e);
/// Payload of the `error` event of an event without ack: `{message, code, event, errors?, retryAfter?}`.
[[nodiscard]] std::string error_event(const error& e, std::string_view event);

} // namespace chatd::api
