// One GET with its redirects.
#pragma once

#include "net/wire/http.h"
#include "proto/http.h"
#include "src/proto/http_connection.h"

namespace kedge::proto {

class HttpTransfer final : public Transfer, public net::StreamSink {
  public:
    HttpTransfer(HttpClient& client, Uri uri, BodySink& sink)
        : client_(client), sink_(sink), uri_(std::move(uri)) {}
    ~HttpTransfer() override;

    /// Error::no_memory; anything else makes it a failed transfer.
    Result<void> start(Instant now);

    // Transfer.
    void poll(Instant now) override;
    Instant poll_at() const override;
    State state() const override { return state_; }
    const Failure& failure() const override { return failure_; }
    StrView final_uri() const override { return uri_.text(); }
    void cancel() override;

    // The connection's events. None of them opens, ends or destroys a stream: the stack is in the
    // middle of its work then. What they decide is done by poll().
    void on_connected() override;
    void on_data(const Parts& data) override;
    void on_closed(Error why) override;

  private:
    /// What is left to the next poll().
    enum class Next : u8 { nothing, follow_redirect, connect_anew };
    /// What the response means, once its head is known.
    enum class Outcome : u8 { file, redirect, failure };

    Result<void> open(bool may_reuse, Instant now);
    void send_request();
    void give_back_connection();

    /// These are false when nothing more of the response is wanted.
    bool on_head();
    bool on_redirect();
    bool drop_body(Outcome outcome);
    bool take_body(const Parts& data);
    void on_complete(bool more_follows);
    /// Does what outcome_ says.
    void settle();
    void on_early_end(Error why);

    void explain_status();
    void explain(Error error, StrView cause, StrView hint = {});
    void fail(Error error, StrView cause, StrView hint = {});

    HttpClient& client_;
    BodySink& sink_;
    Uri uri_;
    Uri next_uri_;
    State state_ = State::running;
    Next next_ = Next::nothing;
    Outcome outcome_ = Outcome::file;
    Unique<HttpConnection> connection_;
    net::Endpoint remote_;
    String request_;
    size_t sent_ = 0;
    u64 received_ = 0;
    unsigned redirects_ = 0;
    bool head_seen_ = false;
    bool reusable_ = false;  // the response is complete and the connection may serve another
    bool progress_ = false;  // since the last poll()
    Instant now_;            // of the last poll()
    Instant deadline_;
    Failure failure_;
    net::wire::HttpResponseParser parser_;
};

}  // namespace kedge::proto
