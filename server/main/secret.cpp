#include "main/secret.hpp"

#include "chat/auth/jws.hpp"
#include "chat/auth/refresh_token.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace hubbub::program {
namespace {

std::string read_line(const std::filesystem::path& path) {
    std::ifstream in{path};
    std::string line;
    std::getline(in, line);
    return line;
}

/// Complete or not there: written beside its place, then linked to it, unless another process was first.
void make_secret(const std::filesystem::path& path) {
    const std::string text = chat::make_refresh_token() + "\n";
    const std::string draft = path.string() + "." + std::to_string(::getpid());
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written =
        file >= 0 && ::write(file, text.data(), text.size()) == ssize_t(text.size()) && ::fsync(file) == 0;
    const bool placed = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
    const std::string why = std::strerror(errno);
    if (file >= 0) ::close(file);
    ::unlink(draft.c_str());
    if (!placed) throw ConfigError{"cannot make " + path.string() + ": " + why};
}

} // namespace

std::string token_secret(const Config& config) {
    const auto path = config.data_dir / "jwt-secret";
    const bool configured = !config.jwt_secret.empty();
    if (!configured) {
        std::error_code error;
        std::filesystem::create_directories(config.data_dir, error);
        if (error) throw ConfigError{"data_dir " + config.data_dir.string() + ": " + error.message()};
        if (!std::filesystem::exists(path)) make_secret(path);
    }
    const std::string secret = configured ? config.jwt_secret : read_line(path);
    if (secret.size() < chat::JwsKey::kSecretBytesMin)
        throw ConfigError{(configured ? "jwt_secret" : "the secret in " + path.string()) +
                          " is too short: " + std::to_string(chat::JwsKey::kSecretBytesMin) + " bytes are needed"};
    return secret;
}

} // namespace hubbub::program
