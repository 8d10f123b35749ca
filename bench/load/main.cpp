// The load generator: one thread, so that one core holds it. Prints one JSON object on its standard output.
#include "modes.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
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
    std::size_t warm_up_clients = 0;
    std::string token_file;
    double duration_s = 5;
    std::int64_t warm_up_ms = 1000;

    CLI::App arguments{"Socket.IO clients by the thousand, to 127.0.0.1"};
    arguments.add_option("--port", load.target.port, "The server's port")->required();
    arguments.add_option("--path", load.target.path, "Its Engine.IO path")->capture_default_str();
    arguments.add_option("--pid", load.server, "Its process, to measure")->required();
    arguments.add_option("--database-pid", load.database, "A process whose children's CPU is measured beside it");
    const std::map<std::string, load::Transport> transports{{"websocket", load::Transport::websocket},
                                                            {"polling", load::Transport::polling}};
    arguments.add_option("--transport", load.target.transport, "websocket or polling")
        ->transform(CLI::CheckedTransformer(transports));
    arguments.add_option("--clients", load.clients, "Sockets")->capture_default_str();
    arguments.add_option("--tokens", token_file, "A file of access tokens; the clients take them in turn")
        ->check(CLI::ExistingFile);
    arguments.add_option("--seconds", duration_s, "How long to measure")->capture_default_str();
    arguments.require_subcommand(1);

    CLI::App* fanout_mode = arguments.add_subcommand("fanout", "All in one room; publishers send to it");
    fanout_mode->add_option("--publishers", fanout.publishers)->capture_default_str();
    fanout_mode->add_option("--in-flight", fanout.in_flight, "Closed loop: messages of each publisher under way")
        ->capture_default_str();
    fanout_mode->add_option("--rate", fanout.rate, "Open loop: messages a second in all");
    fanout_mode->add_option("--slow", fanout.slow, "Clients that stop reading")->capture_default_str();
    fanout_mode->add_option("--message-bytes", fanout.message_bytes)->capture_default_str();
    fanout_mode->add_option("--warm-up-ms", warm_up_ms)->capture_default_str();
    fanout_mode->add_flag("--count-syscalls", fanout.count_syscalls, "The server's; slows it");
    CLI::App* idle_mode = arguments.add_subcommand("idle", "Memory and CPU of sockets that do nothing");
    CLI::App* connect_mode = arguments.add_subcommand("connect", "Rate and CPU of connecting");
    connect_mode->add_option("--at-once", at_once, "Connections under way at a time")->capture_default_str();
    connect_mode->add_option("--warm-up", warm_up_clients, "Connections before those that count")
        ->capture_default_str();
    load::Messages messages;
    bool any_order = false;
    CLI::App* messages_mode = arguments.add_subcommand("messages", "A chat: sends that are stored and acknowledged");
    messages_mode->add_option("--senders", messages.senders)->capture_default_str();
    messages_mode->add_option("--in-flight", messages.in_flight, "Of each sender")->capture_default_str();
    messages_mode->add_option("--message-bytes", messages.message_bytes)->capture_default_str();
    messages_mode->add_option("--warm-up-ms", warm_up_ms)->capture_default_str();
    messages_mode->add_flag("--any-order", any_order, "Events need not come in the order of eventSeq");
    std::size_t missed = 2;
    CLI::App* storm_mode = arguments.add_subcommand("storm", "All are dropped, come back at once, and resume");
    storm_mode->add_option("--missed", missed, "Messages in each channel meanwhile")->capture_default_str();
    std::int64_t before_message = 0;
    CLI::App* history_mode = arguments.add_subcommand("history", "One page of a channel, again and again");
    history_mode->add_option("--before", before_message, "A message's id; 0: the newest page")->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);

    load.duration = std::chrono::milliseconds(static_cast<std::int64_t>(duration_s * 1000));
    fanout.warm_up = messages.warm_up = std::chrono::milliseconds(warm_up_ms);
    messages.ordered = !any_order;
    if (!token_file.empty()) load.tokens = words_of(token_file);
    allow_many_sockets();
    try {
        boost::json::object measured;
        if (*fanout_mode) measured = run_fanout(load, fanout);
        if (*idle_mode) measured = run_idle(load);
        if (*connect_mode) measured = run_connect(load, at_once, warm_up_clients);
        if (*messages_mode) measured = run_messages(load, messages);
        if (*storm_mode) measured = run_storm(load, missed);
        if (*history_mode) measured = run_history(load, before_message);
        std::cout << boost::json::serialize(measured) << '\n';
    } catch (const std::exception& error) {
        std::cerr << "hubbub_load: " << error.what() << '\n';
        return 1;
    }
}
