#include <chatd/websocket/frame.hpp>

#include <cstring>
#include <new>

namespace chatd::websocket {

namespace {

constexpr std::size_t max_header = 10;

// Header of an unmasked final frame in the shortest length form (RFC 6455 section 5.2).
std::uint8_t write_header(char* out, opcode op, std::uint64_t length) noexcept
{
    out[0] = static_cast<char>(0x80U | static_cast<unsigned>(op));
    if (length < 126) {
        out[1] = static_cast<char>(length);
        return 2;
    }
    const unsigned length_bytes = length <= 0xffff ? 2 : 8;
    out[1] = static_cast<char>(length_bytes == 2 ? 126 : 127);
    for (unsigned i = 0; i < length_bytes; ++i)
        out[2 + i] = static_cast<char>(length >> (8 * (length_bytes - 1 - i)));
    return static_cast<std::uint8_t>(2 + length_bytes);
}

} // namespace

frame* frame::allocate(std::size_t size, std::uint8_t header_size)
{
    void* block = ::operator new(sizeof(frame) + size);
    return ::new (block) frame(size, header_size);
}

boost::intrusive_ptr<const frame> frame::make(opcode op, std::string_view prefix, std::string_view payload)
{
    char header[max_header];
    const auto header_size = write_header(header, op, prefix.size() + payload.size());
    auto* made = allocate(header_size + prefix.size() + payload.size(), header_size);
    char* at = made->data();
    std::memcpy(at, header, header_size);
    at += header_size;
    prefix.copy(at, prefix.size());
    payload.copy(at + prefix.size(), payload.size());
    return made;
}

boost::intrusive_ptr<const frame> frame::make_raw(std::string_view bytes)
{
    auto* made = allocate(bytes.size(), 0);
    bytes.copy(made->data(), bytes.size());
    return made;
}

} // namespace chatd::websocket
