// One file by HTTP: with its redirects, from whichever of its sources works, and going on where a
// connection broke off.
#pragma once

#include "base/vector.h"
#include "net/wire/http.h"
#include "proto/http.h"
#include "src/proto/http_connection.h"
#include "src/proto/http_request.h"

namespace kedge::proto {

class HttpTransfer final : public Transfer, public net::StreamSink {
  public:
    /// `sources` are the same file at several places; there is at least one.
    HttpTransfer(HttpClient& client, BodySink& sink, Vector<Uri> sources, HttpRequest request)
        : client_(client),
          sink_(sink),
          sources_(std::move(sources)),
          original_(std::move(request)) {}
    ~HttpTransfer() override;

    /// Error::no_memory; anything else makes it a failed transfer.
    Result<void> start(Instant now);

    // Transfer.
    void poll(Instant now) override;
    Instant poll_at() const override;
    State state() const override { return state_; }
    const Failure& failure() const override { return failure_; }
    const Failure* take_notice() override {
        return std::exchange(has_notice_, false) ? &notice_ : nullptr;
    }
    StrView final_uri() const override { return uri_.text(); }
    void cancel() override;

    // The connection's events. None of them opens, ends or destroys a stream: the stack is in the
    // middle of its work then. What they decide is done by poll().
    void on_connected() override;
    void on_data(const Parts& data) override;
    void on_closed(Error why) override;

  private:
    /// What poll() has to do next.
    enum class Step : u8 {
        begin,     // with the source whose turn it is
        resolve,   // ask for the addresses of uri_'s host
        look_up,   // wait for them
        connect,   // to the address whose turn it is
        exchange,  // watch the clock: the connection's events do the rest
        follow,    // the redirect
        pause,     // until wake_, then begin anew
    };
    /// What the response means, once its head is known.
    enum class Outcome : u8 { file, redirect, challenge, failure };

    // http_attempts.cc: how a server is reached, and what comes after a failed attempt.
    /// Does the steps that can be done now. Error::no_memory.
    Result<void> advance();
    Result<void> begin();
    Result<void> look_up(bool& waiting);
    Result<void> connect();
    Result<void> open();
    Result<void> follow_redirect();
    void watch();
    void send_request();
    void give_back_connection();
    void forget_exchange();
    bool has_alternative() const;
    /// New bytes came: all patience is there again.
    void take_heart();
    /// Plans another attempt, or the transfer has failed with failure_.
    void conclude();
    bool plan_next_attempt();
    bool plan_pause();

    // http_transfer.cc: one exchange. The functions that return bool say false when nothing more of
    // the response is wanted.
    bool on_head();
    bool on_file();
    bool on_part();
    bool on_redirect();
    bool on_challenge();
    bool drop_body(Outcome outcome);
    bool take_body(const Parts& data);
    void on_complete(bool more_follows);
    /// Does what outcome_ says.
    void settle();
    void on_early_end(Error why);
    void explain_status();
    void explain(Error error, StrView cause, StrView hint = {});
    /// The attempt has failed.
    void fail(Error error, StrView cause, StrView hint = {});
    /// The transfer has: no other server could help.
    void abandon(Error error, StrView cause, StrView hint = {});

    HttpClient& client_;
    BodySink& sink_;
    const Vector<Uri> sources_;
    const HttpRequest original_;
    State state_ = State::running;
    Instant now_;  // of the last poll()
    Failure failure_;
    Failure notice_;
    bool has_notice_ = false;

    // The file.
    u64 received_ = 0;  // bytes that the sink has
    std::optional<u64> total_;
    bool sized_ = false;   // the sink knows
    Text<128> validator_;  // of what the sink has; empty: it cannot be continued

    // The attempts.
    Step step_ = Step::begin;
    Uri uri_;
    Uri next_uri_;
    HttpRequest request_;
    String authorization_;
    bool stale_seen_ = false;
    Unique<Lookup> lookup_;
    std::array<net::Ipv4Address, 8> addresses_;
    size_t address_count_ = 0;
    size_t address_ = 0;  // whose turn it is
    size_t source_ = 0;
    size_t passed_over_ = 0;  // sources that failed since the last new byte
    u64 best_ = 0;            // the most that received_ has been
    unsigned attempts_ = 0;
    unsigned fruitless_ = 0;  // answers in a row that brought no new byte
    unsigned pauses_ = 0;     // since the last new byte
    unsigned redirects_ = 0;
    Instant patience_end_;
    Instant wake_;

    // The exchange.
    Outcome outcome_ = Outcome::file;
    Unique<HttpConnection> connection_;
    net::Endpoint remote_;
    String message_;
    size_t sent_ = 0;
    u64 asked_from_ = 0;  // 0: for the whole file
    bool may_reuse_ = true;
    bool head_seen_ = false;
    bool body_seen_ = false;
    bool gained_ = false;    // bytes that no attempt before had brought
    bool misfit_ = false;    // the server cannot go on with what we have
    bool reusable_ = false;  // the response is complete and the connection may serve another
    bool progress_ = false;  // since the last poll()
    Instant deadline_;
    net::wire::HttpResponseParser parser_;
};

}  // namespace kedge::proto
