#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace hubbub::net {
namespace {

/// TLS 1.2 with forward secrecy and authenticated encryption only; the suites of 1.3 are all so.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kHttp11{"\x08http/1.1", 9}; // as ALPN writes it

/// The oldest reason that OpenSSL has for its last failure.
std::string reason() {
    const unsigned long code = ERR_get_error();
    const char* text = ERR_reason_error_string(code);
    ERR_clear_error();
    return text != nullptr ? text : "unknown error";
}

/// A client that speaks other protocols only, such as HTTP/2, is refused (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
    const auto* ours = reinterpret_cast<const unsigned char*>(kHttp11.data());
    unsigned char* chosen = nullptr;
    const int found =
        SSL_select_next_proto(&chosen, out_size, ours, static_cast<unsigned>(kHttp11.size()), in, in_size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A server has nobody to ask for a passphrase.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

void load_files(SSL_CTX* context, const TlsContext::Files& files) {
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
        throw std::runtime_error{"cannot use the certificate in " + files.certificate.string() + ": " + reason()};
    // A key that is readable but belongs to another certificate fails here too.
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error{"cannot use the key in " + files.key.string() + " with the certificate in " +
                                 files.certificate.string() + ": " + reason()};
}

} // namespace

std::shared_ptr<const TlsContext> TlsContext::load(const Files& files) {
    ERR_clear_error();
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    if (context == nullptr) throw std::runtime_error{"OpenSSL does not start: " + reason()};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context.get(), kCiphers);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // An idle connection gives its buffers back. A record that did not fit is written on from wherever it lies then.
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Resumption is by tickets, which are the clients' to keep.
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    load_files(context.get(), files);
    return std::make_shared<const TlsContext>(std::move(context));
}

} // namespace hubbub::net
