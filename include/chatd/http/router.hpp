#pragma once

#include <chatd/http/request.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatd::http {

/// Finds the route of a path in O(path segments): literal segments win over `:parameters`. Routes are numbers
/// that the caller gave; what they mean is its business.
class router {
  public:
    router();
    ~router();
    router(router&&) noexcept;

    /// `pattern` like "/api/messages/:id/read". Requires: the pair of method and pattern is new.
    void add(method m, std::string_view pattern, std::size_t route);

    struct match {
        std::optional<std::size_t> route; ///< empty: no such path, or not with this method
        std::vector<std::pair<std::string_view, std::string>>
            params;        ///< decoded; names live as long as the router
        std::string allow; ///< "GET, POST" when only the method is wrong
    };
    /// A trailing slash is ignored. HEAD finds GET's route. A parameter that cannot be decoded matches as it
    /// is.
    [[nodiscard]] match find(method m, std::string_view path) const;

  private:
    struct node;
    [[nodiscard]] static std::string allowed(const node& n);
    std::unique_ptr<node> root_;
};

} // namespace chatd::http
