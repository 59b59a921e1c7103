#include "product.hpp"
#include "views.hpp"

#include <chatd/base/text.hpp>
#include <chatd/schema/patterns.hpp>

#include <utility>

namespace chatd::api::messaging {

namespace {

using schema::unit;
namespace patterns = schema::patterns;

struct login_input {
    std::optional<std::string> email, username, phone;
    std::string password;
};

struct refresh_input {
    std::string refresh_token;
};

constexpr std::size_t max_password = 1024;

chat::device device_of(const caller& by)
{
    return {by.address, by.user_agent};
}

/// The superset that register, login and refresh answer, in the order that clients rely on (section 2).
reply session_reply(std::uint16_t status, std::string_view message, const chat::signed_in& s)
{
    json_writer user;
    write_user(user, *s.who, detail::own);
    const auto& t = s.tokens;
    json_writer w;
    w.reserve(2 * (user.str().size() + t.access.size() + t.refresh.size()) + t.access.size() +
              t.refresh.size() + 256);
    w.begin_object().field("success", true).field("message", message);
    w.field("accessToken", t.access).field("refreshToken", t.refresh).field("expiresIn", t.expires_in);
    w.raw_field("user", user.str()).key("data").begin_object().raw_field("user", user.str());
    w.field("accessToken", t.access).field("refreshToken", t.refresh).field("expiresIn", t.expires_in);
    w.key("tokens")
        .begin_object()
        .field("accessToken", t.access)
        .field("refreshToken", t.refresh)
        .end_object();
    w.end_object().end_object();
    reply r;
    r.status = status;
    r.bare = std::move(w).take();
    return r;
}

/// The own view: `data` = the fields and `data.user`, also top-level `user`.
reply own_reply(std::string_view message, const chat::user& u)
{
    json_writer w;
    write_user(w, u, detail::own);
    reply r(with_itself(w.str(), "user"));
    r.message = message;
    r.extra = "\"user\":" + w.str();
    return r;
}

schema::object<chat::registration> registration_shape()
{
    using in = chat::registration;
    schema::object<in> shape;
    shape.required("username", &in::username, {.min = 3, .max = 30, .form = &patterns::word});
    shape.required("email", &in::email, {.min = 3, .max = 254, .trimmed = true, .form = &patterns::email});
    shape.required("password", &in::password, {.min = 6, .max = max_password, .counted_in = unit::bytes});
    shape.optional("fullName", &in::full_name, {.max = 100, .trimmed = true});
    shape.optional("firstName", &in::first_name, {.max = 100, .trimmed = true});
    shape.optional("lastName", &in::last_name, {.max = 100, .trimmed = true});
    shape.optional("phone", &in::phone, {.form = &patterns::phone});
    shape.optional("whatsappNumber", &in::whatsapp_number, {.form = &patterns::phone});
    return shape;
}

outcome sign_up(chat::core& core, call<chat::registration> c)
{
    auto signed_in = co_await core.accounts.sign_up(std::move(c.in), device_of(c.by));
    if (!signed_in)
        co_return std::move(signed_in).error();
    co_return session_reply(201, "User registered successfully", *signed_in);
}

schema::object<login_input> login_shape()
{
    using in = login_input;
    schema::object<in> shape;
    shape.optional("email", &in::email, {.min = 1, .max = 254, .trimmed = true});
    shape.optional("username", &in::username, {.min = 1, .max = 254, .trimmed = true});
    shape.optional("phone", &in::phone, {.min = 1, .max = 254, .trimmed = true});
    shape.required("password", &in::password, {.min = 1, .max = max_password, .counted_in = unit::bytes});
    shape.condition("email", "email, username or phone is required",
                    [](const in& i) { return i.email || i.username || i.phone; });
    return shape;
}

/// Counts an attempt before the password is looked at, so that parallel guesses count as well; a right
/// password takes it back.
class login_counter {
  public:
    login_counter(chat::core& core, const caller& by, std::string_view account) : core_(core)
    {
        if (core_.settings.limits.enabled)
            key_ = "login/" + by.address + "/" + text::fold(account);
    }
    [[nodiscard]] result<void> count()
    {
        if (key_.empty())
            return {};
        const auto v = core_.limits.hit(key_, core_.settings.limits.failed_logins);
        if (v.allowed)
            return {};
        error refused(errc::rate_limited, "Too many failed logins, please try again later");
        refused.retry_after = v.reset;
        return refused;
    }
    void forgive()
    {
        if (!key_.empty())
            core_.limits.forgive(key_);
    }

  private:
    chat::core& core_;
    std::string key_;
};

outcome login(chat::core& core, call<login_input> c)
{
    auto& in = c.in;
    auto name = std::move(*(in.email ? in.email : in.username ? in.username : in.phone));
    login_counter counter(core, c.by, name);
    if (auto admitted = counter.count(); !admitted)
        co_return admitted.error();
    auto signed_in = co_await core.accounts.login(std::move(name), std::move(in.password), device_of(c.by));
    if (signed_in || signed_in.error().code != errc::unauthorized)
        counter.forgive();
    if (!signed_in)
        co_return std::move(signed_in).error();
    co_return session_reply(200, "User logged in successfully", *signed_in);
}

schema::object<refresh_input> refresh_shape()
{
    schema::object<refresh_input> shape;
    shape.optional("refreshToken", &refresh_input::refresh_token, {.max = 8192})
        .described("When absent, the Authorization header carries the refresh token.");
    return shape;
}

outcome refresh(chat::core& core, call<refresh_input> c)
{
    auto token = c.in.refresh_token.empty() ? std::move(c.by.token) : std::move(c.in.refresh_token);
    if (token.empty())
        co_return error(errc::unauthorized, "Refresh token is required");
    auto signed_in = co_await core.auth.refresh(std::move(token));
    if (!signed_in)
        co_return std::move(signed_in).error();
    co_return session_reply(200, "Token refreshed successfully", *signed_in);
}

outcome me(chat::core& core, call<nothing> c)
{
    auto who = co_await core.users.find(std::move(c.by.who.user_id));
    if (!who)
        co_return std::move(who).error();
    co_return own_reply("User profile", **who);
}

schema::object<chat::profile_changes> profile_shape()
{
    using in = chat::profile_changes;
    schema::object<in> shape;
    shape.optional("username", &in::username, {.min = 3, .max = 30, .form = &patterns::word});
    shape.optional("email", &in::email, {.min = 3, .max = 254, .trimmed = true, .form = &patterns::email});
    shape.optional("avatar", &in::avatar,
                   {.max = 500, .counted_in = unit::bytes, .form = &patterns::http_url});
    shape.optional("fullName", &in::full_name, {.max = 100, .trimmed = true});
    shape.optional("firstName", &in::first_name, {.max = 100, .trimmed = true});
    shape.optional("lastName", &in::last_name, {.max = 100, .trimmed = true});
    shape.optional("phone", &in::phone, {.form = &patterns::phone});
    shape.optional("currentPassword", &in::current_password,
                   {.max = max_password, .counted_in = unit::bytes});
    shape.optional("newPassword", &in::new_password,
                   {.min = 6, .max = max_password, .counted_in = unit::bytes});
    shape.condition("currentPassword", "currentPassword is required for a new password",
                    [](const in& i) { return !i.new_password || i.current_password; });
    return shape;
}

outcome change_profile(chat::core& core, call<chat::profile_changes> c)
{
    auto changed = co_await core.accounts.change_profile(std::move(c.by.who), std::move(c.in));
    if (!changed)
        co_return std::move(changed).error();
    co_return own_reply("Profile updated successfully", **changed);
}

} // namespace

void add_auth(chat::core& core, route_table& routes)
{
    using http::method;
    routes.add(method::post, "/api/auth/register", "auth", "Create an account and sign in")
        .open_to(access::anyone)
        .conflict_is(400)
        .answers(201, "SignedIn")
        .answers(403, "Error")
        .to(core, registration_shape(), sign_up);
    routes.add(method::post, "/api/auth/login", "auth", "Sign in by e-mail, user name or phone")
        .open_to(access::anyone)
        .answers(200, "SignedIn")
        .answers(401, "Error")
        .answers(403, "Error")
        .to(core, login_shape(), login);
    routes
        .add(method::post, "/api/auth/refresh", "auth",
             "A new pair of tokens for a refresh token, which is spent")
        .open_to(access::anyone)
        .body_may_be_absent()
        .answers(200, "SignedIn")
        .answers(401, "Error")
        .to(core, refresh_shape(), refresh);
    routes.add(method::get, "/api/auth/me", "auth", "The own account").answers(200, "Me").to(core, me);
    routes.add(method::put, "/api/auth/profile", "auth", "Change the own account")
        .conflict_is(400)
        .answers(200, "Me")
        .to(core, profile_shape(), change_profile);
}

} // namespace chatd::api::messaging
