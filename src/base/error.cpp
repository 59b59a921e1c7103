#include <chatd/base/error.hpp>

#include <utility>

namespace chatd {

std::string_view to_string(errc code) noexcept
{
    switch (code) {
    case errc::invalid:
        return "VALIDATION_ERROR";
    case errc::unauthorized:
        return "UNAUTHORIZED";
    case errc::forbidden:
        return "FORBIDDEN";
    case errc::not_found:
        return "NOT_FOUND";
    case errc::method_not_allowed:
        return "METHOD_NOT_ALLOWED";
    case errc::conflict:
        return "CONFLICT";
    case errc::payload_too_large:
        return "PAYLOAD_TOO_LARGE";
    case errc::unsupported_media_type:
        return "UNSUPPORTED_MEDIA_TYPE";
    case errc::rate_limited:
        return "RATE_LIMITED";
    case errc::unavailable:
        return "UNAVAILABLE";
    case errc::internal:
        break;
    }
    return "INTERNAL_ERROR";
}

error invalid_field(std::string field, std::string message)
{
    return {errc::invalid, "Validation failed", {{std::move(field), std::move(message)}}};
}

} // namespace chatd
