#pragma once
#include "net/testing/client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hubbub::net::loopback {

/// A self-signed certificate and its key, made by the `openssl` program in a directory that goes with the object.
class Certificate {
  public:
    explicit Certificate(const std::string& name) {
        std::string path = (std::filesystem::temp_directory_path() / "hubbub-tls-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error{"no directory for a certificate"};
        directory_ = path;
        const std::string command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
                                    "-subj /CN=" +
                                    name + " -keyout " + key().string() + " -out " + file().string() + " 2>/dev/null";
        if (std::system(command.c_str()) != 0) throw std::runtime_error{"openssl makes no certificate"};
    }
    Certificate(const Certificate&) = delete;
    ~Certificate() { std::filesystem::remove_all(directory_); }

    std::filesystem::path file() const { return directory_ / "certificate.pem"; }
    std::filesystem::path key() const { return directory_ / "key.pem"; }

  private:
    std::filesystem::path directory_;
};

/// TLS over a blocking client's socket.
class TlsClient {
  public:
    explicit TlsClient(Client client, int max_version = 0)
        : client_{std::move(client)}, context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free} {
        if (max_version != 0) {
            SSL_CTX_set_security_level(context_.get(), 0);
            SSL_CTX_set_min_proto_version(context_.get(), 0);
            SSL_CTX_set_max_proto_version(context_.get(), max_version);
        }
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), client_.descriptor());
    }

    void offer_protocols(std::string_view wire) {
        SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
    }
    bool handshake() {
        ERR_clear_error();
        return SSL_connect(ssl_.get()) == 1;
    }
    void send(std::string_view bytes) {
        if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
            throw std::runtime_error{"send failed"};
    }
    /// Empty at the end of the stream.
    std::string read_some() {
        std::string buffer(64 * 1024, '\0');
        ERR_clear_error();
        const int got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
        buffer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return buffer;
    }
    std::string read(std::size_t size) {
        while (received_.size() < size) {
            const std::string more = read_some();
            if (more.empty()) throw std::runtime_error{"the server ended the stream"};
            received_ += more;
        }
        std::string taken = received_.substr(0, size);
        received_.erase(0, size);
        return taken;
    }
    /// The body of a GET's answer.
    std::string get(std::string_view target, std::string_view fields = {}) {
        send("GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n");
        return body();
    }
    std::string body() {
        std::string head;
        while (!head.ends_with("\r\n\r\n")) head += read(1);
        const std::string_view name = "Content-Length: ";
        return read(std::stoul(head.substr(head.find(name) + name.size())));
    }

    /// Whether the server has said goodbye (close_notify).
    bool ended_in_order() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
    std::string version() const { return SSL_get_version(ssl_.get()); }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return {name, name + size};
    }
    std::string common_name() const {
        const std::unique_ptr<X509, void (*)(X509*)> certificate{SSL_get1_peer_certificate(ssl_.get()), X509_free};
        char name[64] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
        return name;
    }
    Client& plain() { return client_; }
    SSL* native() { return ssl_.get(); }

  private:
    Client client_;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::unique_ptr<SSL, void (*)(SSL*)> ssl_{nullptr, SSL_free};
    std::string received_;
};

} // namespace hubbub::net::loopback
