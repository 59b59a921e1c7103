#pragma once

#include <chatd/base/error.hpp>
#include <chatd/chat/account_service.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chatd::chat {

/// What is wrong with an account's fields (contract section 2); empty: nothing. Holds for every way in: REST,
/// command line, configuration.
[[nodiscard]] std::vector<field_error> broken_rules(const registration& r);
[[nodiscard]] std::vector<field_error> broken_rules(const profile_changes& c);

/// A user name made of an e-mail's local part.
[[nodiscard]] std::string username_from(std::string_view email);

} // namespace chatd::chat
