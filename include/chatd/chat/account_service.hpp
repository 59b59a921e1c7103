#pragma once

#include <chatd/async/thread_pool.hpp>
#include <chatd/chat/auth_service.hpp>
#include <chatd/security/password.hpp>

#include <optional>
#include <string>

namespace chatd::chat {

struct registration {
    std::string username, email, password;
    std::optional<std::string> full_name, first_name, last_name, phone, whatsapp_number;
};

struct profile_changes {
    std::optional<std::string> username, email, avatar, full_name, first_name, last_name, phone;
    std::optional<std::string> current_password, new_password;
};

/// Accounts and passwords (contract section 2). Passwords are hashed and compared on the pool; when its queue
/// is full the answer is unavailable. I/O thread.
class account_service {
  public:
    account_service(auth_service& auth, user_service& users, user_store& rows, async::thread_pool& hashing,
                    const clock& time, const options& o);

    /// conflict (field named), invalid, forbidden when registration is closed.
    async::task<result<signed_in>> sign_up(registration r, device from);
    /// `name` is an e-mail, user name or phone. unauthorized `Invalid credentials` in the same time for an
    /// unknown user; forbidden `Account is inactive` after the right password only.
    async::task<result<signed_in>> login(std::string name, std::string password, device from);
    /// Answers the changed user. A new password needs the current one (invalid otherwise) and revokes every
    /// other session.
    async::task<result<user_ptr>> change_profile(principal who, profile_changes c);

    /// Makes an account without signing it in: command line, first admin. Errors as sign_up().
    async::task<result<user_ptr>> create(registration r, role as);
    /// When there is no admin yet, creates this one; conflict when the address belongs to a user already.
    async::task<result<void>> ensure_admin(std::string email, std::string password);

  private:
    async::task<result<std::string>> hash(std::string password);
    async::task<result<bool>> matches(std::optional<std::string> stored, std::string password);
    async::task<void> renew_hash(user u, std::string password);
    async::task<result<user_changes>> changes_of(const user& before, profile_changes c);

    auth_service& auth_;
    user_service& users_;
    user_store& rows_;
    async::thread_pool& hashing_;
    const clock& clock_;
    const options& options_;
    security::password_hasher hasher_;
};

} // namespace chatd::chat
