#include "proto/http.h"

#include "src/proto/http_connection.h"
#include "src/proto/http_transfer.h"

namespace kedge::proto {

namespace {

constexpr Duration kIdle = Duration::seconds(10);
constexpr Duration kClosing = Duration::seconds(1);

}  // namespace

HttpClient::HttpClient(net::Connector& connector, Resolver& resolver, platform::Entropy& entropy)
    : connector_(connector), resolver_(resolver), entropy_(entropy) {}

HttpClient::~HttpClient() = default;

Result<Unique<Transfer>> HttpClient::get(const Uri& uri, const RequestExtras& extras,
                                         BodySink& sink, Instant now) {
    Vector<Uri> sources;
    TRY(sources.push_back(TRY(uri.clone())));
    for (const Uri& mirror : extras.mirrors) TRY(sources.push_back(TRY(mirror.clone())));
    for (const Uri& source : sources) {
        if (!source.scheme().equals_ignoring_case("http")) return Error::not_supported;
    }
    Unique<HttpTransfer> transfer = TRY(
        make_unique<HttpTransfer>(*this, sink, std::move(sources), TRY(HttpRequest::from(extras))));
    TRY(transfer->start(now));
    return Unique<Transfer>(std::move(transfer));
}

Unique<HttpConnection> HttpClient::take_idle(net::Endpoint remote, Instant now) {
    for (Unique<HttpConnection>& slot : parked_) {
        if (slot.get() == nullptr || slot->state() != HttpConnection::State::idle) continue;
        if (slot->remote() != remote || slot->spoiled() || now >= slot->until()) continue;
        return std::move(slot);
    }
    return {};
}

Result<Unique<HttpConnection>> HttpClient::connect(net::Endpoint remote, net::StreamSink& user,
                                                   Instant now) {
    Unique<HttpConnection> connection = TRY(make_unique<HttpConnection>(remote, user));
    TRY(connection->open(connector_, now));
    return connection;
}

void HttpClient::park(Unique<HttpConnection> connection, bool reusable, Instant now) {
    if (reusable && !connection->spoiled()) {
        connection->park(HttpConnection::State::idle, now + kIdle);
    } else {
        connection->stream().close();
        connection->park(HttpConnection::State::closing, now + kClosing);
    }
    Unique<HttpConnection>* place = &parked_[0];
    for (Unique<HttpConnection>& slot : parked_) {
        if (place->get() == nullptr) break;
        if (slot.get() == nullptr || slot->until() < (*place)->until()) place = &slot;
    }
    *place = std::move(connection);
}

void HttpClient::poll(Instant now) {
    for (Unique<HttpConnection>& slot : parked_) {
        if (slot.get() == nullptr) continue;
        const bool over = now >= slot->until();
        const bool closing = slot->state() == HttpConnection::State::closing;
        if (slot->closed() || (closing && over)) {
            slot.reset();
        } else if (!closing && (over || slot->spoiled())) {
            slot->stream().close();
            slot->park(HttpConnection::State::closing, now + kClosing);
        }
    }
}

Instant HttpClient::poll_at() const {
    Instant at = Instant::never();
    for (const Unique<HttpConnection>& slot : parked_) {
        if (slot.get() != nullptr) at = min(at, slot->until());
    }
    return at;
}

void HttpClient::close_idle(Instant now) {
    for (Unique<HttpConnection>& slot : parked_) {
        if (slot.get() == nullptr || slot->state() != HttpConnection::State::idle) continue;
        slot->stream().close();
        slot->park(HttpConnection::State::closing, now + kClosing);
    }
}

}  // namespace kedge::proto
