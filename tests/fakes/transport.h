// The other side of net/transport.h: tests read what a client sent and say what arrives.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "net/transport.h"

namespace kedge::fakes {

inline Bytes as_bytes(const std::string& text) {
    return {reinterpret_cast<const u8*>(text.data()), text.size()};
}

inline std::string as_text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

inline std::string as_text(const Parts& parts) {
    std::string out;
    parts.for_each([&](Bytes piece) { out += as_text(piece); });
    return out;
}

/// Keeps what is sent until the test takes it.
class DatagramPort final : public net::DatagramPort {
  public:
    struct Datagram {
        net::Endpoint to;
        std::string payload;
    };

    u16 local_port() const override { return 50000; }
    Result<void> send_to(net::Endpoint to, Bytes payload) override {
        if (failure != Error::none) return failure;
        sent.push_back({to, as_text(payload)});
        return {};
    }

    /// The oldest datagram not yet taken; an empty one to port 0 if there is none.
    Datagram take() {
        if (sent.empty()) return {};
        Datagram first = sent.front();
        sent.pop_front();
        return first;
    }

    std::deque<Datagram> sent;
    Error failure = Error::none;  // of every send_to() until changed
};

/// Hands out streams whose far end is the test.
class Connector final : public net::Connector {
  public:
    struct Connection {
        net::Endpoint remote;
        net::StreamSink* sink = nullptr;  // null once the client destroyed the stream
        std::string sent;
        size_t room = 65536;
        bool connected = false;
        bool closed = false;   // the client called close()
        bool aborted = false;  // or abort(), or destroyed an open stream
        bool ended = false;    // on_closed() was given

        void accept() {
            connected = true;
            sink->on_connected();
        }
        void receive(const std::string& data) { sink->on_data(Parts(as_bytes(data))); }
        void end(Error why = Error::none) {
            ended = true;
            sink->on_closed(why);
        }
        /// What the client sent since the last call.
        std::string take() { return std::exchange(sent, {}); }
    };

    Result<Unique<net::Stream>> connect(net::Endpoint remote, net::StreamSink& sink,
                                        Instant /*now*/) override {
        if (failure != Error::none) return failure;
        connections.push_back(std::make_unique<Connection>());
        Connection& connection = *connections.back();
        connection.remote = remote;
        connection.sink = &sink;
        return Unique<net::Stream>(new FakeStream(connection));
    }

    /// The newest one.
    Connection& last() { return *connections.at(connections.size() - 1); }

    std::vector<std::unique_ptr<Connection>> connections;
    Error failure = Error::none;

  private:
    class FakeStream final : public net::Stream {
      public:
        explicit FakeStream(Connection& connection) : connection_(connection) {}
        ~FakeStream() override {
            if (!connection_.closed && !connection_.ended) connection_.aborted = true;
            connection_.sink = nullptr;
        }
        Result<void> send(Bytes data) override {
            if (!connection_.connected || connection_.closed || connection_.ended) {
                return Error::not_connected;
            }
            if (data.size() > connection_.room) return Error::busy;
            connection_.room -= data.size();
            connection_.sent += as_text(data);
            return {};
        }
        size_t send_room() const override { return connection_.room; }
        void close() override { connection_.closed = true; }
        void abort() override { connection_.aborted = true; }
        net::Endpoint remote() const override { return connection_.remote; }

      private:
        Connection& connection_;
    };
};

}  // namespace kedge::fakes
