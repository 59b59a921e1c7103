#include "sodium.hpp"

#include <chatd/base/encoding.hpp>
#include <chatd/security/random.hpp>

namespace chatd::security {

std::string random_bytes(std::size_t count)
{
    ready_sodium();
    std::string out(count, '\0');
    randombytes_buf(out.data(), out.size());
    return out;
}

std::string random_token(std::size_t bytes)
{
    return encoding::to_base64url(random_bytes(bytes));
}

} // namespace chatd::security
