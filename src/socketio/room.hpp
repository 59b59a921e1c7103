#pragma once

#include <chatd/socketio/socket.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace chatd::socketio {

/// A named set of sockets. Most rooms have one member, so name and first member lie in the room's own block
/// (about 80 bytes in all). Each member knows its place here and the room its place there: leaving is O(1).
class room {
  public:
    struct member {
        socket* who;
        std::uint32_t position; ///< of this room among the socket's rooms
    };

    [[nodiscard]] static room* make(std::string_view name);
    static void destroy(room* r) noexcept;

    [[nodiscard]] std::string_view name() const noexcept;
    [[nodiscard]] std::span<member> members() noexcept { return {data(), size_}; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Requires: `s` is not a member.
    void add(socket& s);
    /// Takes out `s` by its `position`-th room. Requires: that one is this room.
    void remove(socket& s, std::size_t position) noexcept;

  private:
    explicit room(std::size_t name_size) noexcept : name_size_(static_cast<std::uint32_t>(name_size)) {}
    ~room();
    [[nodiscard]] member* data() noexcept { return capacity_ == 1 ? &one_ : many_; }
    void grow();

    union {
        member one_{};
        member* many_;
    };
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 1;
    std::uint32_t name_size_;
};

/// All rooms of a namespace by name; empty rooms vanish.
class room_index {
  public:
    room_index() = default;
    room_index(const room_index&) = delete;
    room_index& operator=(const room_index&) = delete;
    ~room_index();

    [[nodiscard]] room* find(std::string_view name) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }
    void join(socket& s, std::string_view name);
    void leave(socket& s, std::string_view name) noexcept;
    void leave_all(socket& s) noexcept;
    [[nodiscard]] bool contains(const socket& s, std::string_view name) const noexcept;

  private:
    struct key {
        using is_transparent = void;
        std::size_t operator()(const room* r) const noexcept { return (*this)(r->name()); }
        std::size_t operator()(std::string_view name) const noexcept
        {
            return std::hash<std::string_view>{}(name);
        }
        bool operator()(const room* a, const room* b) const noexcept { return a == b; }
        bool operator()(const room* a, std::string_view b) const noexcept { return a->name() == b; }
        bool operator()(std::string_view a, const room* b) const noexcept { return b->name() == a; }
    };

    void leave_at(socket& s, std::size_t position) noexcept;

    boost::unordered_flat_set<room*, key, key> rooms_;
};

} // namespace chatd::socketio
