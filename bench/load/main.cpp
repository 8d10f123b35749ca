// The load generator: one thread, so that one core holds it. Prints one JSON object on its standard output.
#include "modes.hpp"

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>

using namespace hubbub;

namespace {

std::vector<std::string> words_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istream_iterator<std::string>(file), {}};
}

void allow_many_sockets() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace

int main(int argc, char** argv) {
    load::Load load;
    load::Fanout fanout;
    std::size_t at_once = 100;
    std::string token_file;
    std::int64_t duration_s = 5;
    std::int64_t warm_up_ms = 1000;

    CLI::App arguments{"Socket.IO clients by the thousand, on WebSockets to 127.0.0.1"};
    arguments.add_option("--port", load.target.port, "The server's port")->required();
    arguments.add_option("--path", load.target.path, "Its Engine.IO path")->capture_default_str();
    arguments.add_option("--pid", load.server, "Its process, to measure")->required();
    arguments.add_option("--clients", load.clients, "Sockets")->capture_default_str();
    arguments.add_option("--tokens", token_file, "A file of access tokens; the clients take them in turn")
        ->check(CLI::ExistingFile);
    arguments.add_option("--seconds", duration_s, "How long to measure")->capture_default_str();
    arguments.require_subcommand(1);

    CLI::App* fanout_mode = arguments.add_subcommand("fanout", "All in one room; publishers keep messages in flight");
    fanout_mode->add_option("--publishers", fanout.publishers)->capture_default_str();
    fanout_mode->add_option("--in-flight", fanout.in_flight, "Messages of each publisher")->capture_default_str();
    fanout_mode->add_option("--warm-up-ms", warm_up_ms)->capture_default_str();
    const std::map<std::string, load::Until> turns{{"broadcast", load::Until::broadcast}, {"ack", load::Until::ack}};
    fanout_mode->add_option("--until", fanout.until, "A message is in flight until its own broadcast or its ack")
        ->transform(CLI::CheckedTransformer(turns));
    CLI::App* idle_mode = arguments.add_subcommand("idle", "Memory and CPU of sockets that do nothing");
    CLI::App* connect_mode = arguments.add_subcommand("connect", "Rate and CPU of connecting");
    connect_mode->add_option("--at-once", at_once, "Connections under way at a time")->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);

    load.duration = std::chrono::seconds(duration_s);
    fanout.warm_up = std::chrono::milliseconds(warm_up_ms);
    if (!token_file.empty()) load.tokens = words_of(token_file);
    allow_many_sockets();
    try {
        if (*fanout_mode) run_fanout(load, fanout);
        if (*idle_mode) run_idle(load);
        if (*connect_mode) run_connect(load, at_once);
    } catch (const std::exception& error) {
        std::cerr << "hubbub_load: " << error.what() << '\n';
        return 1;
    }
}
