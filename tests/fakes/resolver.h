// A resolver whose names are a table in the test. Answers come after a few polls.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "proto/resolver.h"

namespace kedge::fakes {

class Resolver final : public proto::Resolver {
  public:
    std::map<std::string, std::vector<net::Ipv4Address>> hosts;
    std::vector<std::string> asked;
    const proto::DnsConfigSource* source = nullptr;
    int polls = 3;  // until the answer comes

    void set_config_source(const proto::DnsConfigSource* from) override { source = from; }

    Result<Unique<proto::Lookup>> lookup(StrView host, Instant) override {
        const std::string name(host.data(), host.size());
        asked.push_back(name);
        std::vector<net::Ipv4Address> addresses;
        if (const auto address = net::Ipv4Address::parse(host)) addresses = {*address};
        if (const auto found = hosts.find(name); found != hosts.end()) addresses = found->second;
        return Unique<proto::Lookup>(TRY(kedge::make_unique<Answer>(name, addresses, polls)));
    }

    Result<net::Ipv4Address> resolve(StrView host) override {
        const auto address = net::Ipv4Address::parse(host);
        if (!address) return Error::not_supported;
        return *address;
    }

  private:
    class Answer final : public proto::Lookup {
      public:
        Answer(const std::string& name, std::vector<net::Ipv4Address> addresses, int polls)
            : addresses_(std::move(addresses)), polls_(polls) {
            if (net::Ipv4Address::parse({name.data(), name.size()})) polls_ = 0;
            failure_.error = Error::unknown_host;
            failure_.stage.put("DNS ");
            failure_.stage.put({name.data(), name.size()});
            failure_.cause.put("no such name");
        }
        void poll(Instant) override {
            if (polls_ > 0) --polls_;
        }
        Instant poll_at() const override { return {}; }
        State state() const override {
            if (polls_ > 0) return State::running;
            return addresses_.empty() ? State::failed : State::done;
        }
        std::span<const net::Ipv4Address> addresses() const override { return addresses_; }
        const proto::Failure& failure() const override { return failure_; }

      private:
        std::vector<net::Ipv4Address> addresses_;
        int polls_;
        proto::Failure failure_;
    };
};

}  // namespace kedge::fakes
