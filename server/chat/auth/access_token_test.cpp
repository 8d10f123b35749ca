#include "chat/auth/access_token.hpp"
#include "chat/errc.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <sodium.h>

#include <array>
#include <cstdio>

namespace hubbub::chat {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";
const Timestamp kNow{std::chrono::seconds{1'790'000'000}};
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kClaims =
    R"({"sub":"12","sid":"34","iat":1790000000,"exp":1790000900,"iss":"hubbub","aud":"hubbub","typ":"access"})";

std::string base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    text.pop_back();
    return text;
}

/// HS256 by another library than the one under test.
std::string sign(std::string_view header, std::string_view claims, std::string_view secret = kSecret) {
    const std::string input = base64url(header) + "." + base64url(claims);
    crypto_auth_hmacsha256_state state;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(input.data()), input.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return input + "." + base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

/// The good claims with `from` replaced by `to`.
std::string with(std::string_view from, std::string_view to) {
    std::string claims{kClaims};
    claims.replace(claims.find(from), from.size(), to);
    return claims;
}

const AccessTokens& tokens() {
    static const AccessTokens instance{kSecret};
    return instance;
}

TEST(AccessTokens, VerifiesWhatItIssues) {
    const auto token = tokens().issue({UserId{12}, SessionId{34}, kNow + 15min}, kNow);
    const auto claims = tokens().verify(token, kNow);
    ASSERT_TRUE(claims) << claims.error();
    EXPECT_EQ(claims->user, UserId{12});
    EXPECT_EQ(claims->session, SessionId{34});
    EXPECT_EQ(claims->expires_at, kNow + 15min);
}

TEST(AccessTokens, TakesTokensMadeElsewhereWithItsSecret) {
    for (const std::string& claims :
         {std::string{kClaims}, with(R"("iat":1790000000,)", ""), with(R"("iat":1790000000)", R"("iat":1790000050)"),
          with(R"("iat":1790000000)", R"("nbf":1790000060)"), with("{", R"({"other":[1,2],)")}) {
        EXPECT_TRUE(tokens().verify(sign(kHeader, claims), kNow)) << claims;
    }
    EXPECT_TRUE(tokens().verify(sign(R"({"kid":"1","alg":"HS256"})", kClaims), kNow));
}

TEST(AccessTokens, SaysWhenATokenIsOver) {
    const auto token = sign(kHeader, kClaims);
    EXPECT_TRUE(tokens().verify(token, kNow + 15min - 1ms));
    EXPECT_EQ(tokens().verify(token, kNow + 15min).error(), Errc::token_expired);
    EXPECT_EQ(tokens().verify(sign(kHeader, kClaims, "another secret"), kNow + 1h).error(), Errc::token_invalid);
}

TEST(AccessTokens, RefusesOtherHeaders) {
    for (const std::string_view header : {R"({"alg":"none"})",
                                          R"({"alg":"None"})",
                                          R"({"alg":"NONE"})",
                                          R"({"alg":"nOnE"})",
                                          R"({"alg":""})",
                                          R"({"alg":"hs256"})",
                                          R"({"alg":"HS384"})",
                                          R"({"alg":"HS512"})",
                                          R"({"alg":"RS256"})",
                                          R"({"alg":"ES256"})",
                                          R"({"alg":"EdDSA"})",
                                          R"({"alg":null})",
                                          R"({"alg":["HS256"]})",
                                          R"({"alg":1})",
                                          R"({"typ":"JWT"})",
                                          R"({})",
                                          R"("HS256")",
                                          R"([])",
                                          R"(null)",
                                          "",
                                          "nonsense",
                                          "{\"alg\":\"HS256\"",
                                          R"({"alg":"HS256","crit":["exp"]})",
                                          R"({"alg":"HS256","crit":[]})",
                                          R"({"alg":"HS256","b64":false,"crit":["b64"]})",
                                          R"({"alg":"HS256","jku":"http://127.0.0.1:1/keys"})",
                                          R"({"alg":"HS256","x5u":"http://127.0.0.1:1/cert"})",
                                          R"({"alg":"HS256","jwk":{"kty":"oct","k":"bXkgb3duIGtleQ"}})",
                                          R"({"alg":"dir","enc":"A128GCM"})"}) {
        EXPECT_EQ(tokens().verify(sign(header, kClaims), kNow).error(), Errc::token_invalid) << header;
        EXPECT_EQ(tokens().verify(sign(header, kClaims, "my own key"), kNow).error(), Errc::token_invalid) << header;
        EXPECT_EQ(tokens().verify(sign(header, kClaims, ""), kNow).error(), Errc::token_invalid) << header;
    }
}

TEST(AccessTokens, RefusesOtherClaims) {
    const std::string refused[] = {
        with(R"("exp":1790000900,)", ""),
        with("1790000900", R"("1790000900")"),
        with("1790000900", "1790000900.5"),
        with("1790000900", "null"),
        with("1790000900", "-1"),
        with("1790000900", "1e400"),
        with("1790000900", "9223372036854775807"),
        with("1790000900", "99999999999999999999"),
        with(R"("iat":1790000000)", R"("iat":4102444800)"),
        with(R"("iat":1790000000)", R"("iat":1790000061)"),
        with(R"("iat":1790000000)", R"("iat":"now")"),
        with(R"("iat":1790000000)", R"("nbf":1790003600)"),
        with(R"("iat":1790000000)", R"("nbf":true)"),
        with(R"("iss":"hubbub")", R"("iss":"Hubbub")"),
        with(R"("iss":"hubbub",)", ""),
        with(R"("aud":"hubbub")", R"("aud":"hubbub.example")"),
        with(R"("aud":"hubbub")", R"("aud":["elsewhere","hubbub"])"),
        with(R"("aud":"hubbub",)", ""),
        with(R"("typ":"access")", R"("typ":"refresh")"),
        with(R"(,"typ":"access")", ""),
        with(R"("sub":"12")", R"("sub":12)"),
        with(R"("sub":"12")", R"("sub":"012")"),
        with(R"("sub":"12")", R"("sub":"+12")"),
        with(R"("sub":"12")", R"("sub":" 12")"),
        with(R"("sub":"12")", R"("sub":"12 OR 1=1")"),
        with(R"("sub":"12")", R"("sub":"-1")"),
        with(R"("sub":"12")", R"("sub":"0")"),
        with(R"("sub":"12")", R"("sub":"")"),
        with(R"("sub":"12")", R"("sub":"9007199254740992")"),
        with(R"("sub":"12",)", ""),
        with(R"("sid":"34")", R"("sid":"x")"),
        with(R"("sid":"34",)", ""),
        "[]",
        "null",
        "",
        "nonsense",
        std::string(1000, '['),
    };
    for (const std::string& claims : refused)
        EXPECT_EQ(tokens().verify(sign(kHeader, claims), kNow).error(), Errc::token_invalid) << claims;
}

TEST(AccessTokens, RefusesBrokenForms) {
    const std::string good = sign(kHeader, kClaims);
    const std::string body = good.substr(0, good.rfind('.'));
    for (const std::string& token :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"a.b"}, body, body + ".", good + ".",
          "." + good, good + ".e30", good + "=", good + " ", " " + good, good.substr(0, good.size() - 4), good + "AAAA",
          good + std::string(1, '\0'), std::string{kClaims}, std::string(5000, 'a'),
          base64url(kHeader) + "." + base64url(kClaims) + "." + good.substr(good.rfind('.') + 1, 42),
          std::string{"{\"payload\":\"e30\"}"}}) {
        EXPECT_EQ(tokens().verify(token, kNow).error(), Errc::token_invalid) << token;
    }
}

TEST(AccessTokens, ReadsEveryBitOfTheSignature) {
    const std::string good = sign(kHeader, kClaims);
    for (std::size_t at = good.rfind('.') + 1; at < good.size(); ++at) {
        std::string changed = good;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(tokens().verify(changed, kNow)) << at;
    }
}

TEST(AccessTokens, CostsMicroseconds) {
    constexpr int kRounds = 2000;
    const auto token = sign(kHeader, kClaims);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) ASSERT_TRUE(tokens().verify(token, kNow));
    const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
    std::printf("             %.1f us a verification\n", spent.count() / kRounds); // measured, not asserted
}

} // namespace
} // namespace hubbub::chat
