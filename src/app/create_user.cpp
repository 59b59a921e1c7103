#include "backend.hpp"

#include <chatd/app/application.hpp>
#include <chatd/async/gate.hpp>

#include <iostream>

namespace chatd::app {
namespace {

async::task<void> create(backend& b, new_user who, result<chat::user_ptr>& into)
{
    chat::registration wanted;
    wanted.username = std::move(who.username);
    wanted.email = std::move(who.email);
    wanted.password = std::move(who.password);
    into =
        co_await b.core.accounts.create(std::move(wanted), who.admin ? chat::role::admin : chat::role::user);
    b.loop.stop();
}

int complain(const error& e)
{
    std::cerr << "chatd user create: " << (e.detail.empty() ? std::string(to_string(e.code)) : e.detail)
              << '\n';
    for (const auto& f : e.fields)
        std::cerr << "  " << f.field << ": " << f.message << '\n';
    return 1;
}

} // namespace

int create_user(const config::settings& s, const std::string& data_dir, const new_user& who)
{
    backend b(s, data_dir);
    auto opened = b.database.start();
    if (!opened)
        return complain(opened.error());
    result<chat::user_ptr> made = errc::internal;
    async::gate once;
    async::spawn(once, "create user", create(b, who, made));
    if (once.inside() != 0)
        run_until_stopped(b.loop);
    b.database.stop();
    b.hashing.stop();
    if (!made)
        return complain(made.error());
    std::cout << (*made)->id << '\n';
    return 0;
}

} // namespace chatd::app
