#pragma once

#include <chatd/schema/rules.hpp>

/// Forms that several inputs share.
namespace chatd::schema::patterns {

/// local@domain with any valid host name, also without a dot or under .local (contract section 2).
extern const pattern email;
/// An absolute http or https URL without spaces or credentials.
extern const pattern http_url;
/// An international phone number: `+` and 7 to 15 digits (ITU-T E.164).
extern const pattern phone;
/// Letters, digits and underscores of ASCII.
extern const pattern word;
/// Printable ASCII without space, quote or backslash: what is_valid_id() takes.
extern const pattern token;

} // namespace chatd::schema::patterns
