#pragma once

#include <array>
#include <cstddef>

namespace chatd::engineio {

/// An id of 120 random bits in base64url.
using random_id = std::array<char, 20>;

/// Makes ids from the kernel's generator, asking it once for many. I/O thread only.
class id_source {
  public:
    [[nodiscard]] random_id next();

  private:
    static constexpr std::size_t bytes_per_id = 15;

    std::array<unsigned char, 128 * bytes_per_id> pool_{};
    std::size_t used_ = pool_.size();
};

} // namespace chatd::engineio
