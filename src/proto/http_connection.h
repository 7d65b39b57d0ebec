// One stream that several HTTP transfers use in turn.
#pragma once

#include "base/unique.h"
#include "net/transport.h"

namespace kedge::proto {

/// Passes events on to its user of the moment. Without one it only remembers that the stream is of
/// no use any more.
class HttpConnection final : public net::StreamSink {
  public:
    enum class State : u8 { in_use, idle, closing };

    HttpConnection(net::Endpoint remote, net::StreamSink& user) : remote_(remote), user_(&user) {}

    Result<void> open(net::Connector& connector, Instant now) {
        stream_ = TRY(connector.connect(remote_, *this, now));
        return {};
    }

    net::Stream& stream() { return *stream_; }
    net::Endpoint remote() const { return remote_; }
    bool connected() const { return connected_; }
    /// It had served another transfer before this one.
    bool reused() const { return reused_; }
    /// The stream has ended, or brought bytes that nobody asked for.
    bool spoiled() const { return closed_ || spoiled_; }
    bool closed() const { return closed_; }

    State state() const { return state_; }
    /// Idle or closing: how long still.
    Instant until() const { return until_; }
    void park(State state, Instant until) {
        user_ = nullptr;
        state_ = state;
        until_ = until;
    }
    void use(net::StreamSink& user) {
        user_ = &user;
        state_ = State::in_use;
        reused_ = true;
    }

    void on_connected() override {
        connected_ = true;
        if (user_ != nullptr) user_->on_connected();
    }
    void on_data(const Parts& data) override {
        if (user_ == nullptr) {
            spoiled_ = true;
            return;
        }
        user_->on_data(data);
    }
    void on_closed(Error why) override {
        closed_ = true;
        if (user_ != nullptr) user_->on_closed(why);
    }

  private:
    net::Endpoint remote_;
    net::StreamSink* user_;
    State state_ = State::in_use;
    Instant until_;
    bool connected_ = false;
    bool reused_ = false;
    bool closed_ = false;
    bool spoiled_ = false;
    Unique<net::Stream> stream_;  // last: it goes first, while its sink is still whole
};

}  // namespace kedge::proto
