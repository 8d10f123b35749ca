#include "gateway/rest/static_files.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace hubbub::gateway {
namespace {

using testing::HasSubstr;

class StaticFilesTest : public testing::Test {
  protected:
    StaticFilesTest() {
        std::filesystem::create_directories(directory_ / "assets");
        put("index.html", "<!doctype html><title>Hubbub</title>");
        put("assets/app-1a2b3c.js", "let x = 0;\n" + std::string(5000, ' '));
        put("favicon.svg", "<svg/>");
        put("sound.mp3", std::string(5000, '\0'));
        files_ = StaticFiles{directory_};
    }
    ~StaticFilesTest() override { std::filesystem::remove_all(directory_); }

    void put(const std::string& name, const std::string& content) const {
        std::ofstream{directory_ / name, std::ios::binary} << content;
    }

    net::http::Response get(std::string path, std::initializer_list<net::http::Fields::Field> headers = {},
                            std::string method = "GET") const {
        net::http::Request request;
        request.method = std::move(method);
        request.path = std::move(path);
        for (const auto& [name, value] : headers) request.headers.add(name, value);
        return files_.respond(request);
    }

    const std::filesystem::path directory_ =
        std::filesystem::temp_directory_path() / ("hubbub-static-" + std::to_string(::getpid()));
    StaticFiles files_;
};

TEST_F(StaticFilesTest, ServesFilesWithTheirTypes) {
    EXPECT_EQ(get("/assets/app-1a2b3c.js").headers.get("Content-Type"), "text/javascript; charset=utf-8");
    EXPECT_EQ(get("/favicon.svg").headers.get("Content-Type"), "image/svg+xml");
    EXPECT_EQ(get("/sound.mp3").headers.get("Content-Type"), "audio/mpeg");
    EXPECT_EQ(get("/favicon.svg").body, "<svg/>");
}

TEST_F(StaticFilesTest, GivesTheIndexToNavigation) {
    const auto index = get("/");
    EXPECT_EQ(index.status, 200);
    EXPECT_THAT(index.body, HasSubstr("<title>Hubbub"));
    EXPECT_EQ(index.headers.get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(get("/channels/42", {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}).body, index.body);
}

TEST_F(StaticFilesTest, DoesNotPassHtmlOffAsAnythingElse) {
    for (const auto& [path, accept] :
         {std::pair{"/assets/gone.js", "text/html,*/*"}, std::pair{"/gone.png", "image/*"},
          std::pair{"/channels/42", "application/json"}, std::pair{"/x", "*/*"},
          std::pair{"/channels/42", "text/html;q=0.0, */*"}, std::pair{"/channels/42", "text/html ; q=0"},
          std::pair{"/../index.html", "*/*"}, std::pair{"/assets/", "*/*"}}) {
        const auto response = get(path, {{"Accept", accept}});
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_THAT(response.body, HasSubstr("http.not_found"));
    }
}

TEST_F(StaticFilesTest, SendsAStrictPolicy) {
    const auto response = get("/");
    EXPECT_THAT(std::string{response.headers.get("Content-Security-Policy")},
                testing::AllOf(HasSubstr("default-src 'self'"), HasSubstr("script-src 'self';"),
                               HasSubstr("connect-src 'self';"), HasSubstr("frame-ancestors 'none'")));
    EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(response.headers.get("Referrer-Policy"), "no-referrer");
}

TEST_F(StaticFilesTest, TellsBrowsersToKeepToTlsOverTlsAlone) {
    const std::string field = "Strict-Transport-Security";
    const std::string etag{get("/").headers.get("ETag")};
    EXPECT_FALSE(get("/").headers.contains(field));
    files_ = StaticFiles{directory_, StaticFiles::Over::tls};
    EXPECT_EQ(get("/").headers.get(field), "max-age=31536000");
    EXPECT_TRUE(get("/", {{"If-None-Match", etag}}).headers.contains(field));
}

TEST_F(StaticFilesTest, CachesHashedAssetsForGoodAndTheRestNever) {
    EXPECT_THAT(std::string{get("/assets/app-1a2b3c.js").headers.get("Cache-Control")}, HasSubstr("immutable"));
    EXPECT_EQ(get("/").headers.get("Cache-Control"), "no-cache");
}

TEST_F(StaticFilesTest, AnswersAKnownETagWithNothing) {
    const std::string etag{get("/").headers.get("ETag")};
    const auto again = get("/", {{"If-None-Match", "\"other\", " + etag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(get("/", {{"If-None-Match", "\"other\""}}).status, 200);
    EXPECT_NE(get("/favicon.svg").headers.get("ETag"), etag);
}

TEST_F(StaticFilesTest, CompressesTextForThoseWhoTakeIt) {
    const auto plain = get("/assets/app-1a2b3c.js");
    const auto packed = get("/assets/app-1a2b3c.js", {{"Accept-Encoding", "deflate, gzip;q=0.8"}});
    EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
    EXPECT_TRUE(packed.body.starts_with("\x1f\x8b"));
    EXPECT_LT(packed.body.size(), plain.body.size());
    EXPECT_NE(packed.headers.get("ETag"), plain.headers.get("ETag"));
    EXPECT_FALSE(get("/assets/app-1a2b3c.js", {{"Accept-Encoding", "gzip;q=0"}}).headers.contains("Content-Encoding"));
    EXPECT_FALSE(get("/sound.mp3", {{"Accept-Encoding", "gzip"}}).headers.contains("Content-Encoding"));
}

TEST_F(StaticFilesTest, KnowsGetAndHeadOnly) {
    EXPECT_EQ(get("/", {}, "HEAD").status, 200);
    const auto refused = get("/", {}, "POST");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.get("Allow"), "GET, HEAD");
}

TEST_F(StaticFilesTest, NeedsAnIndex) {
    std::filesystem::remove(directory_ / "index.html");
    EXPECT_THROW(StaticFiles{directory_}, std::runtime_error);
    EXPECT_THROW(StaticFiles{directory_ / "nowhere"}, std::runtime_error);
}

} // namespace
} // namespace hubbub::gateway
