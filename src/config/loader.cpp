#include "json_file.hpp"
#include "kinds.hpp"
#include "table.hpp"

#include <chatd/config/loader.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace chatd::config {
namespace {

constexpr std::size_t shortest_secret = 32;
constexpr std::string_view mask = "***";

const setting* find_setting(std::string_view path)
{
    const auto& rows = table();
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const setting& row) { return row.path == path; });
    return found == rows.end() ? nullptr : &*found;
}

/// Applies the sources one after the other and remembers where each value came from.
class loading {
  public:
    loading() : origins_(table().size(), "default") {}

    void apply_file(const std::string& name);
    void apply_variables(const environment& variables);
    void apply_sets(const std::vector<std::string>& sets);
    void check();

    [[nodiscard]] result<loaded> finish();

  private:
    void set(const setting& row, std::string_view text, const std::string& origin);
    void widen_authenticated_limit();
    void check_secret(std::string_view path, const std::string& secret);
    void refuse_or_warn(std::string text);
    [[nodiscard]] std::string& origin_of(const setting& row)
    {
        return origins_[static_cast<std::size_t>(&row - table().data())];
    }

    loaded out_;
    std::vector<std::string> origins_;
    std::string problems_;
};

void loading::set(const setting& row, std::string_view text, const std::string& origin)
{
    const auto wrong = row.read(out_.values, text);
    if (wrong.empty())
        origin_of(row) = origin;
    else
        problems_ += origin + ": " + std::string(row.path) + ' ' + wrong + '\n';
}

void loading::apply_file(const std::string& name)
{
    const auto entries = read_json_file(name);
    if (!entries) {
        problems_ += name + ": " + entries.error().detail + '\n';
        return;
    }
    for (const auto& entry : *entries) {
        const setting* const row = find_setting(entry.path);
        if (row == nullptr)
            problems_ += name + ": " + entry.path + " is not a setting\n";
        else if ((entry.form & row->forms) == 0)
            problems_ += name + ": " + entry.path + " must be a " + std::string(row->type) + '\n';
        else
            set(*row, entry.text, "file " + name);
    }
}

void loading::apply_variables(const environment& variables)
{
    const auto value_of = [&](std::string_view name) {
        const auto value = variables(std::string(name));
        return value.value_or("");
    };
    for (const auto& row : table()) {
        std::string text, origin;
        for (const auto name : row.variables) {
            const auto value = value_of(name);
            // An empty variable is how compose files and shells spell "not set".
            if (value.empty() || (!row.united && !origin.empty()))
                continue;
            text += (text.empty() ? "" : ",") + value;
            origin += (origin.empty() ? "environment " : ", ") + std::string(name);
        }
        if (!origin.empty())
            set(row, text, origin);
    }
    for (const auto& unused : unused_variables())
        if (!value_of(unused.name).empty())
            out_.warnings.push_back(unused.name + " is set but not used: " + std::string(unused.reason));
    widen_authenticated_limit();
}

/// One old variable sets both maxima (contract section 1).
void loading::widen_authenticated_limit()
{
    auto& limits = out_.values.limits;
    const auto& origin = origin_of(*find_setting("limits.anonymous"));
    if (!origin.starts_with("environment") || limits.anonymous <= limits.authenticated)
        return;
    limits.authenticated = limits.anonymous;
    origin_of(*find_setting("limits.authenticated")) = origin;
}

void loading::apply_sets(const std::vector<std::string>& sets)
{
    for (const auto& each : sets) {
        const auto equals = each.find('=');
        const auto path = each.substr(0, equals);
        const setting* const row = find_setting(path);
        if (equals == std::string::npos)
            problems_ += "command line: --set takes path=value, not " + each + '\n';
        else if (row == nullptr)
            problems_ += "command line: " + path + " is not a setting\n";
        else
            set(*row, std::string_view(each).substr(equals + 1), "command line");
    }
}

void loading::refuse_or_warn(std::string text)
{
    if (out_.values.in_production())
        problems_ += text + '\n';
    else
        out_.warnings.push_back(std::move(text));
}

void loading::check_secret(std::string_view path, const std::string& secret)
{
    constexpr std::array<std::string_view, 2> samples{"your-super-secret-jwt-key",
                                                      "your-super-secret-refresh-key"};
    if (secret.empty())
        return;
    if (std::find(samples.begin(), samples.end(), secret) != samples.end())
        refuse_or_warn(std::string(path) + " is a sample from the documentation that everybody knows");
    else if (secret.size() < shortest_secret)
        refuse_or_warn(std::string(path) + " is shorter than 32 bytes");
}

void loading::check()
{
    const auto& v = out_.values;
    check_secret("auth.jwt_secret", v.auth.jwt_secret);
    check_secret("auth.jwt_refresh_secret", v.auth.jwt_refresh_secret);
    if (v.auth.jwt_secret.empty() && v.in_production())
        problems_ += "auth.jwt_secret (JWT_SECRET) must be set when NODE_ENV is production\n";
    if (v.tls.certificate.empty() != v.tls.key.empty())
        problems_ += "tls.certificate and tls.key must be set together\n";
    if (v.tls.port != 0 && v.tls.certificate.empty())
        problems_ += "tls.port needs tls.certificate and tls.key\n";
    if (v.admin.email.empty() != v.admin.password.empty())
        problems_ += "admin.email and admin.password must be set together\n";
}

result<loaded> loading::finish()
{
    if (!problems_.empty()) {
        problems_.pop_back();
        return error(errc::invalid, std::move(problems_));
    }
    for (const auto& row : table()) {
        auto value = row.print(out_.values);
        if (row.secret && !value.empty())
            value = mask;
        out_.report.push_back({row.path, std::move(value), std::move(origin_of(row))});
    }
    return std::move(out_);
}

} // namespace

environment process_environment()
{
    return [](const std::string& name) -> std::optional<std::string> {
        const char* const value = std::getenv(name.c_str());
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
}

result<loaded> load(const sources& from)
{
    loading work;
    if (from.file)
        work.apply_file(*from.file);
    work.apply_variables(from.variables);
    work.apply_sets(from.sets);
    work.check();
    return work.finish();
}

} // namespace chatd::config
