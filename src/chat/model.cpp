#include <chatd/base/text.hpp>
#include <chatd/chat/model.hpp>

#include <array>

namespace chatd::chat {

namespace {

constexpr std::array<std::string_view, 3> role_names{"USER", "MANAGER", "ADMIN"};
constexpr std::array<std::string_view, 6> kind_names{"direct",  "group",   "offer",
                                                     "vehicle", "support", "customer"};
constexpr std::array<std::string_view, 8> type_names{"text",  "auto",  "file",   "image",
                                                     "audio", "video", "system", "offer_update"};

template <class Enum, std::size_t N>
std::string_view name_of(const std::array<std::string_view, N>& names, Enum e) noexcept
{
    return names[static_cast<std::size_t>(e)];
}

} // namespace

std::string_view to_string(role r) noexcept
{
    return name_of(role_names, r);
}

std::optional<role> parse_role(std::string_view s) noexcept
{
    for (std::size_t i = 0; i < role_names.size(); ++i)
        if (text::iequals_ascii(role_names[i], s))
            return static_cast<role>(i);
    return std::nullopt;
}

std::string_view to_string(conversation_kind k) noexcept
{
    return name_of(kind_names, k);
}

std::string_view to_string(message_type t) noexcept
{
    return name_of(type_names, t);
}

std::optional<message_type> parse_message_type(std::string_view s) noexcept
{
    if (s == "manual")
        return message_type::text;
    if (s == "automatic")
        return message_type::auto_;
    for (std::size_t i = 0; i < type_names.size(); ++i)
        if (type_names[i] == s)
            return static_cast<message_type>(i);
    return std::nullopt;
}

} // namespace chatd::chat
