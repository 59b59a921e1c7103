#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace chatd {

/// Why an operation failed, free of any transport. Each border maps it once (HTTP status, socket error, log).
enum class errc {
    invalid,                ///< input that breaks a rule; `fields` says which
    unauthorized,           ///< no credentials, or dead ones
    forbidden,              ///< known caller without the right
    not_found,              ///< no such resource, or none that the caller may know of
    method_not_allowed,     ///< the path exists, not with this method
    conflict,               ///< the state of the resource forbids it (duplicate, reused id)
    payload_too_large,      ///< a body or field above its limit
    unsupported_media_type, ///< a body in a format that nobody reads
    rate_limited,           ///< too many requests; see `retry_after`
    unavailable,            ///< a required back end is down or its queue is full; see `retry_after`
    internal,               ///< a bug or exhaustion; the detail goes to the log only
};

/// The contract's spelling (section 1), e.g. "VALIDATION_ERROR".
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// One broken rule of one input field.
struct field_error {
    std::string field;
    std::string message;
};

/// A failure: the code decides what the client sees, the rest says why.
struct error {
    errc code = errc::internal;
    /// For the client (for `internal` and `unavailable`: for the log only); empty: the code's standard text.
    std::string detail;
    std::vector<field_error> fields{};
    /// Operation that failed, for the log.
    std::string where{};
    /// When it makes sense to try again; zero: unknown.
    std::chrono::seconds retry_after{0};

    error(errc c) : code(c) {} // NOLINT(google-explicit-constructor): `return errc::forbidden;` reads well
    error(errc c, std::string why) : code(c), detail(std::move(why)) {}
    error(errc c, std::string why, std::vector<field_error> broken)
        : code(c), detail(std::move(why)), fields(std::move(broken))
    {
    }
};

/// `Validation failed` with one broken field.
[[nodiscard]] error invalid_field(std::string field, std::string message);

} // namespace chatd
