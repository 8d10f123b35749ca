#include "postgres/internal/target.hpp"

#include "postgres/startup_error.hpp"

#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace hubbub::postgres::internal {

namespace {

std::vector<std::string> split_list(const std::string* list) {
    std::vector<std::string> items;
    if (list != nullptr) boost::algorithm::split(items, *list, [](char c) { return c == ','; });
    return items;
}

std::string at_or_last(const std::vector<std::string>& items, std::size_t i) {
    return items.empty() ? std::string{} : items[std::min(i, items.size() - 1)];
}

bool needs_lookup(const std::string& name, const std::string& address) {
    return address.empty() && !name.empty() && name.front() != '/' && name.front() != '@';
}

} // namespace

Target::Target(const std::string& conninfo, const std::vector<std::string>& settings) {
    char* message = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options{
        PQconninfoParse(conninfo.c_str(), &message), &PQconninfoFree};
    const std::unique_ptr<char, decltype(&PQfreemem)> free_message{message, &PQfreemem};
    if (!options) throw StartupError{std::string{"the database address cannot be read: "} + message};
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) settings_.emplace_back(option->keyword, option->val);
    }
    set_default("application_name", "hubbub");
    set_default("client_encoding", "UTF8");
    // Looking for a Kerberos ticket can block on the network.
    set_default("gssencmode", "disable");
    set_default("options", "");
    std::string& session_options = *find("options");
    for (const std::string& setting : settings) session_options += " -c " + setting;

    const auto names = split_list(find("host"));
    const auto addresses = split_list(find("hostaddr"));
    const auto ports = split_list(find("port"));
    for (std::size_t i = 0; i < std::max(names.size(), addresses.size()); ++i) {
        hosts_.push_back(
            {i < names.size() ? names[i] : "", i < addresses.size() ? addresses[i] : "", at_or_last(ports, i)});
    }
}

std::string* Target::find(const std::string& keyword) {
    const auto found =
        std::find_if(settings_.begin(), settings_.end(), [&](const auto& setting) { return setting.first == keyword; });
    return found == settings_.end() ? nullptr : &found->second;
}

void Target::set_default(const std::string& keyword, const std::string& value) {
    if (find(keyword) == nullptr) settings_.emplace_back(keyword, value);
}

void Target::set_hosts() {
    std::vector<std::string> names, addresses, ports;
    for (const Host& host : hosts_) {
        names.push_back(host.name);
        addresses.push_back(host.address);
        ports.push_back(host.port);
    }
    const auto set = [this](const char* keyword, const std::vector<std::string>& items) {
        set_default(keyword, "");
        *find(keyword) = boost::algorithm::join(items, ",");
    };
    set("host", names);
    set("hostaddr", addresses);
    set("port", ports);
}

/// Goes through the hosts one after the other; owns itself through its handlers.
struct Target::Resolution : std::enable_shared_from_this<Resolution> {
    Resolution(boost::asio::io_context& io, Target unresolved, Callback<void(Result<Target>)> on_done)
        : resolver{io}, target{std::move(unresolved)}, done{std::move(on_done)} {}

    void next(std::size_t i) {
        while (i < target.hosts_.size() && !needs_lookup(target.hosts_[i].name, target.hosts_[i].address)) ++i;
        if (i == target.hosts_.size()) {
            if (i > 0) target.set_hosts();
            return done(std::move(target));
        }
        resolver.async_resolve(target.hosts_[i].name, "", [self = shared_from_this(), i](error_code error, auto found) {
            if (error) return self->done(error);
            auto& hosts = self->target.hosts_;
            const Host host = hosts[i];
            hosts.erase(hosts.begin() + static_cast<std::ptrdiff_t>(i));
            std::size_t at = i;
            for (const auto& entry : found) {
                hosts.insert(hosts.begin() + static_cast<std::ptrdiff_t>(at++),
                             Host{host.name, entry.endpoint().address().to_string(), host.port});
            }
            self->next(at);
        });
    }

    boost::asio::ip::tcp::resolver resolver;
    Target target;
    Callback<void(Result<Target>)> done;
};

void Target::resolve(boost::asio::io_context& io, Target target, Callback<void(Result<Target>)> done) {
    std::make_shared<Resolution>(io, std::move(target), std::move(done))->next(0);
}

std::vector<const char*> Target::keywords() const {
    std::vector<const char*> all;
    for (const auto& setting : settings_) all.push_back(setting.first.c_str());
    all.push_back(nullptr);
    return all;
}

std::vector<const char*> Target::values() const {
    std::vector<const char*> all;
    for (const auto& setting : settings_) all.push_back(setting.second.c_str());
    all.push_back(nullptr);
    return all;
}

} // namespace hubbub::postgres::internal
