#include "src/proto/http_auth.h"

#include "base/digest.h"
#include "src/proto/http_request.h"

namespace kedge::proto {

namespace {

using Scheme = HttpChallenge::Scheme;

/// RFC 9110 section 5.6.2, as far as it matters here: what ends a word of a header.
bool is_separator(char c) { return c == ',' || c == '=' || c == '"' || is_space(c); }

/// Takes the next word, which may be empty, off the front.
StrView take_word(StrView& rest) {
    size_t end = 0;
    while (end < rest.size() && !is_separator(rest[end])) ++end;
    const StrView word = rest.first(end);
    rest = rest.substr(end);
    return word;
}

/// Takes a word or what stands between quotes.
StrView take_value(StrView& rest) {
    if (!rest.starts_with("\"")) return take_word(rest);
    size_t end = 1;
    while (end < rest.size() && rest[end] != '"') end += rest[end] == '\\' ? 2 : 1;
    const StrView value = rest.first(end).substr(1);
    rest = rest.substr(end + 1);
    return value;
}

bool lists_auth(StrView list) {
    while (!list.empty()) {
        const size_t comma = min(list.find(','), list.size());
        if (list.first(comma).trimmed().equals_ignoring_case("auth")) return true;
        list = list.substr(comma + 1);
    }
    return false;
}

void take_parameter(HttpChallenge& challenge, StrView name, StrView value) {
    const auto is = [name](StrView wanted) { return name.equals_ignoring_case(wanted); };
    if (is("realm")) challenge.realm = value;
    if (is("nonce")) challenge.nonce = value;
    if (is("opaque")) challenge.opaque = value;
    if (is("algorithm")) challenge.algorithm = value;
    if (is("stale")) challenge.stale = value.equals_ignoring_case("true");
    if (!is("qop")) return;
    challenge.has_qop = true;
    challenge.auth_offered = lists_auth(value);
}

constexpr StrView kSession = "-sess";

struct Algorithm {
    std::optional<DigestAlgorithm> base;  // nothing: unknown
    bool session = false;
};

Algorithm algorithm_of(StrView name) {
    Algorithm out;
    const size_t tail = name.size() - min(name.size(), kSession.size());
    out.session = name.substr(tail).equals_ignoring_case(kSession);
    if (out.session) name = name.first(tail);
    if (name.empty() || name.equals_ignoring_case("MD5")) out.base = DigestAlgorithm::md5;
    if (name.equals_ignoring_case("SHA-256")) out.base = DigestAlgorithm::sha256;
    return out;
}

/// A digest over parts with colons in between, in hexadecimal.
class ColonDigest {
  public:
    explicit ColonDigest(DigestAlgorithm algorithm) : digest_(algorithm) {}

    ColonDigest& add(StrView part) {
        if (std::exchange(colon_, true)) digest_.update(":");
        digest_.update(part);
        return *this;
    }
    /// A part that stood between quotes, without its escapes.
    ColonDigest& add_quoted(StrView part) {
        add("");
        for (size_t i = 0; i < part.size(); ++i) {
            if (part[i] == '\\' && i + 1 < part.size()) ++i;
            digest_.update(part.substr(i, 1));
        }
        return *this;
    }
    Text<64> hex() { return Text<64>("{}", digest_.finish()); }

  private:
    Digest digest_;
    bool colon_ = false;
};

Result<String> answer_basic(const HttpIdentity& who) {
    const String both = TRY(format_string("{}:{}", who.user, who.password));
    String out;
    TRY(out.append("Basic "));
    TRY(append_base64(out, both.view().bytes()));
    return out;
}

/// RFC 7616 section 3.4.1
Text<64> digest_response(const HttpChallenge& challenge, const HttpIdentity& who, StrView count) {
    const Algorithm algorithm = algorithm_of(challenge.algorithm);
    const auto begin = [&algorithm] { return ColonDigest(*algorithm.base); };
    Text<64> secret = begin().add(who.user).add_quoted(challenge.realm).add(who.password).hex();
    if (algorithm.session) {
        secret = begin().add(secret).add_quoted(challenge.nonce).add(who.client_nonce).hex();
    }
    const Text<64> request = begin().add(who.method).add(who.target).hex();
    ColonDigest response = begin();
    response.add(secret).add_quoted(challenge.nonce);
    if (challenge.has_qop) response.add(count).add(who.client_nonce).add("auth");
    return response.add(request).hex();
}

Result<String> answer_digest(const HttpChallenge& challenge, const HttpIdentity& who) {
    constexpr StrView kCount = "00000001";  // each answer has a client nonce of its own
    String out;
    StringSink sink(out);
    sink.put("Digest username=\"");
    for (const char& c : who.user) {
        if (c == '"' || c == '\\') sink.put("\\");
        sink.put({&c, 1});
    }
    format(sink, "\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\"", challenge.realm,
           challenge.nonce, who.target, digest_response(challenge, who, kCount));
    if (!challenge.algorithm.empty()) format(sink, ", algorithm={}", challenge.algorithm);
    if (!challenge.opaque.empty()) format(sink, ", opaque=\"{}\"", challenge.opaque);
    if (challenge.has_qop || algorithm_of(challenge.algorithm).session) {
        format(sink, ", cnonce=\"{}\"", who.client_nonce);
    }
    if (challenge.has_qop) format(sink, ", qop=auth, nc={}", kCount);
    TRY(sink.status());
    return out;
}

}  // namespace

unsigned HttpChallenge::strength() const {
    if (scheme == Scheme::basic) return 1;
    const Algorithm known = algorithm_of(algorithm);
    if (scheme != Scheme::digest || !known.base || nonce.empty()) return 0;
    if (has_qop && !auth_offered) return 0;
    return *known.base == DigestAlgorithm::sha256 ? 3 : 2;
}

HttpChallenge HttpChallenge::choose(StrView rest) {
    HttpChallenge best;
    HttpChallenge present;
    const auto compare = [&] {
        if (present.strength() > best.strength()) best = present;
    };
    while (true) {
        while (!rest.empty() && is_separator(rest.front())) rest = rest.substr(1);
        if (rest.empty()) break;
        const StrView word = take_word(rest);
        rest = rest.trimmed();
        if (rest.starts_with("=")) {
            rest = rest.substr(1).trimmed();
            take_parameter(present, word, take_value(rest));
            continue;
        }
        compare();
        present = {};
        if (word.equals_ignoring_case("Basic")) present.scheme = Scheme::basic;
        if (word.equals_ignoring_case("Digest")) present.scheme = Scheme::digest;
    }
    compare();
    return best;
}

Result<String> answer_challenge(const HttpChallenge& challenge, const HttpIdentity& who) {
    ASSERT(challenge.strength() != 0);
    return challenge.scheme == Scheme::basic ? answer_basic(who) : answer_digest(challenge, who);
}

}  // namespace kedge::proto
