// A fetcher whose servers are a table in the test.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "boot/fetch.h"

namespace kedge::fakes {

/// What a URI yields.
struct RemoteFile {
    std::string body;
    size_t chunk = 1000;          // bytes per poll
    bool announce = true;         // tell the size first
    bool stall = false;           // never ends
    Error failure = Error::none;  // instead of the end
    std::string cause = "404 Not Found";
    std::string final_uri;  // after redirects; empty: the one asked for
};

class Transfer final : public proto::Transfer {
  public:
    Transfer(std::string uri, const RemoteFile& file, proto::BodySink& sink, bool& cancelled)
        : uri_(file.final_uri.empty() ? std::move(uri) : file.final_uri),
          file_(file),
          sink_(sink),
          cancelled_(cancelled) {}

    void poll(Instant) override {
        if (state_ != State::running) return;
        if (!sized_ && file_.announce) {
            sized_ = true;
            if (const Result<void> taken = sink_.on_size(file_.body.size()); !taken.ok()) {
                return fail(taken.error(), "the file cannot be taken");
            }
        }
        if (at_ < file_.body.size()) {
            const StrView part =
                StrView(file_.body.data(), file_.body.size()).substr(at_, file_.chunk);
            at_ += part.size();
            if (const Result<void> taken = sink_.on_data(Parts(part.bytes())); !taken.ok()) {
                return fail(taken.error(), "the file cannot be taken");
            }
        }
        if (at_ < file_.body.size() || file_.stall) return;
        if (file_.failure != Error::none) return fail(file_.failure, file_.cause);
        state_ = State::done;
    }
    Instant poll_at() const override { return {}; }
    State state() const override { return state_; }
    const proto::Failure& failure() const override { return failure_; }
    StrView final_uri() const override { return {uri_.data(), uri_.size()}; }
    void cancel() override { cancelled_ = true; }

  private:
    void fail(Error error, const std::string& cause) {
        state_ = State::failed;
        failure_.error = error;
        failure_.stage.put("GET ");
        failure_.stage.put(final_uri());
        failure_.cause.put({cause.data(), cause.size()});
    }

    std::string uri_;
    const RemoteFile& file_;
    proto::BodySink& sink_;
    bool& cancelled_;
    State state_ = State::running;
    proto::Failure failure_;
    size_t at_ = 0;
    bool sized_ = false;
};

/// A copy of what went with a request.
struct Extras {
    Extras() = default;
    explicit Extras(const proto::RequestExtras& of)
        : method(of.method.data(), of.method.size()),
          headers(of.headers.data(), of.headers.size()),
          form(of.form.data(), of.form.size()),
          user(of.user.data(), of.user.size()),
          password(of.password.data(), of.password.size()),
          has_form(of.has_form) {
        for (const proto::Uri& mirror : of.mirrors) {
            mirrors.emplace_back(mirror.text().data(), mirror.text().size());
        }
    }
    std::string method, headers, form, user, password;
    bool has_form = false;
    std::vector<std::string> mirrors;
};

class Fetcher final : public boot::Fetcher {
  public:
    Result<Unique<proto::Transfer>> fetch(const proto::Uri& uri, const proto::RequestExtras& extras,
                                          proto::BodySink& sink, Instant) override {
        const std::string text(uri.text().data(), uri.text().size());
        requests.push_back(text);
        last_extras = Extras(extras);
        if (uri.scheme() != "http" && uri.scheme() != "tftp") return Error::not_supported;
        auto found = files.find(text);
        if (found == files.end()) found = files.insert({text, missing_}).first;
        return Unique<proto::Transfer>(
            TRY(kedge::make_unique<Transfer>(text, found->second, sink, cancelled)));
    }
    StrView schemes() const override { return "http, tftp"; }

    std::map<std::string, RemoteFile> files;
    std::vector<std::string> requests;
    Extras last_extras;
    bool cancelled = false;

  private:
    const RemoteFile missing_{.body = "", .announce = false, .failure = Error::not_found};
};

}  // namespace kedge::fakes
