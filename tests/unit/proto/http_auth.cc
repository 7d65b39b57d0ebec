// HTTP: servers that want to know who asks.
#include "src/proto/http_auth.h"
#include "http_dialogue.h"

using namespace kedge;
using namespace kedge::proto;
using namespace kedge::proto::test;

namespace {

std::string answer(const char* challenge, HttpIdentity who) {
    const HttpChallenge chosen = HttpChallenge::choose(challenge);
    if (chosen.strength() == 0) return "none";
    const Result<String> value = answer_challenge(chosen, who);
    REQUIRE(value.ok());
    return {value->view().data(), value->size()};
}

std::string field(const std::string& text, const std::string& name) {
    const size_t at = text.find(name + "=");
    if (at == std::string::npos) return "none";
    std::string value = text.substr(at + name.size() + 1);
    value = value.substr(0, value.find(", "));
    return value;
}

std::string denied(const std::string& challenge) {
    return response("401 Unauthorized", "WWW-Authenticate: " + challenge + "\r\n", "who are you?");
}

}  // namespace

TEST_CASE("HTTP: Digest as in RFC 7616 section 3.9.1") {
    const HttpIdentity mufasa{.user = "Mufasa",
                              .password = "Circle of Life",
                              .method = "GET",
                              .target = "/dir/index.html",
                              .client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"};
    const std::string rest = R"(realm="http-auth@example.org", qop="auth, auth-int", )"
                             R"(nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", )"
                             R"(opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")";
    const std::string md5 = answer(("Digest algorithm=MD5, " + rest).c_str(), mufasa);
    CHECK(field(md5, "response") == "\"8ca523f5e9506fed4657c9700eebdbec\"");
    CHECK(field(md5, "algorithm") == "MD5");
    CHECK(field(md5, "qop") == "auth");
    CHECK(field(md5, "nc") == "00000001");
    CHECK(field(md5, "opaque") == "\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
    // The stronger one is taken, whatever the order.
    const std::string both = answer(
        ("Digest algorithm=SHA-256, " + rest + ", Digest algorithm=MD5, " + rest).c_str(), mufasa);
    CHECK(field(both, "response") ==
          "\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"");
    CHECK(answer(("Basic realm=x, Digest " + rest + ", algorithm=SHA-256").c_str(), mufasa) ==
          both);
}

TEST_CASE("HTTP: Digest in its other forms") {
    // Computed with Python's hashlib by the formulas of RFC 2069 and RFC 7616 section 3.4.2.
    const HttpIdentity who{.user = "u\"x",
                           .password = "p",
                           .method = "GET",
                           .target = "/k?a=b",
                           .client_nonce = "0001"};
    const std::string plain = answer(R"(Digest realm="a\"b", nonce="n")", who);
    CHECK(plain.starts_with(R"(Digest username="u\"x", realm="a\"b", nonce="n", uri="/k?a=b", )"));
    CHECK(field(plain, "response") == "\"9a08e483eb523447fb48bb19880e822f\"");
    CHECK(field(plain, "qop") == "none");
    CHECK(field(plain, "cnonce") == "none");
    const std::string session =
        answer(R"(Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess)", who);
    CHECK(field(session, "response") == "\"b86c14668f94bb405da5d4115275e3bf\"");
    CHECK(field(session, "cnonce") == "\"0001\"");
}

TEST_CASE("HTTP: challenges that cannot be answered, and nonsense") {
    for (const char* header :
         {"", "Negotiate", "Negotiate YII==", "Digest realm=x", "Digest nonce=x, algorithm=MD4",
          "Digest nonce=x, qop=\"auth-int\"", "Digest nonce=\"x", "=\"", ",,,===", "Bearer a=b",
          "NTLM TlRM", "Digest nonce=\"\\", "\\\\ \t ="}) {
        CAPTURE(header);
        const HttpChallenge chosen = HttpChallenge::choose(header);
        CHECK((chosen.strength() == 0 || chosen.nonce == "x" || chosen.nonce == "\\"));
    }
    CHECK(HttpChallenge::choose("negotiate, BASIC realm=\"a, Digest nonce=b\"").strength() == 1);
    CHECK(HttpChallenge::choose("Negotiate abc=, Basic").strength() == 1);
}

TEST_CASE("HTTP: user and password are given to a server that asks") {
    HttpDialogue d;
    d.get("http://me:p%40ss@10.0.0.1/k");
    CHECK(d.accept() == request("/k"));
    Connection& server = d.server();
    server.receive(denied("Basic realm=\"x\""));
    CHECK(d.transfer->poll_at() <= at_ms(0));
    d.poll(1);
    CHECK(d.connections() == 1);
    CHECK(server.take() == request("/k", "10.0.0.1", "Authorization: Basic bWU6cEBzcw==\r\n"));
    SECTION("who lets us in") {
        server.receive(response("200 OK", "", "file"));
        CHECK(d.transfer->state() == State::done);
        CHECK(d.sink.body == "file");
    }
    SECTION("who does not") {
        server.receive(denied("Basic realm=\"x\""));
        CHECK(d.failure(Error::access_denied) ==
              "HTTP GET http://10.0.0.1/k: 10.0.0.1:80: 401 Unauthorized (the server does not "
              "accept user and password)");
    }
}

TEST_CASE("HTTP: a nonce may be stale once") {
    HttpDialogue d;
    d.get("http://me:x@10.0.0.1/k");
    d.accept();
    d.server().receive(denied("Digest realm=\"x\", nonce=\"1\", qop=\"auth\""));
    d.poll(1);
    const std::string first = d.server().take();
    CHECK(first.find("nonce=\"1\"") != std::string::npos);
    d.server().receive(denied("Digest realm=\"x\", nonce=\"2\", qop=\"auth\", stale=true"));
    d.poll(2);
    const std::string second = d.server().take();
    CHECK(second.find("nonce=\"2\"") != std::string::npos);
    CHECK(field(first, "cnonce") != field(second, "cnonce"));
    d.server().receive(denied("Digest realm=\"x\", nonce=\"3\", qop=\"auth\", stale=true"));
    d.failure(Error::access_denied);
}

TEST_CASE("HTTP: the settings' user is for the first server only") {
    HttpDialogue d;
    d.get("http://10.0.0.1/k", 0, {.user = "abc", .password = ""});
    d.accept();
    SECTION("which asks") {
        d.server().receive(denied("Basic"));
        d.poll(1);
        CHECK(d.server().take() == request("/k", "10.0.0.1", "Authorization: Basic YWJjOg==\r\n"));
    }
    SECTION("not for one that it redirects to") {
        d.server().receive(redirect("http://10.0.0.2/k"));
        d.poll(1);
        d.accept();
        d.server().receive(denied("Basic"));
        d.failure(Error::access_denied);
    }
    SECTION("but for another file of it") {
        d.server().receive(redirect("/x"));
        d.poll(1);
        d.server().receive(denied("Basic"));
        d.poll(2);
        CHECK(d.server().take().find("Authorization: Basic YWJjOg==\r\n") != std::string::npos);
    }
}

TEST_CASE("HTTP: what would break a line is no user") {
    HttpDialogue d;
    for (const char* uri :
         {"http://a%0d%0aX:1@10.0.0.1/", "http://a:%00@10.0.0.1/", "http://%4@10.0.0.1/"}) {
        d.get(uri);
        CHECK(d.failure(Error::bad_format).find("not well formed") != std::string::npos);
    }
    CHECK(d.connections() == 0);
    d.get("http://10.0.0.1/");
    d.accept();
    d.server().receive(redirect("http://a%0aX@10.0.0.1/"));
    d.poll(1);
    d.failure(Error::bad_format);
}
