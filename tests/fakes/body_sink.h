// A BodySink that keeps everything, and refuses when told to.
#pragma once

#include <optional>
#include <string>

#include "fakes/transport.h"
#include "proto/transfer.h"

namespace kedge::fakes {

class BodySink final : public proto::BodySink {
  public:
    Result<void> on_size(u64 total) override {
        ++size_calls;
        size_after_data = size_after_data || data_calls > 0;
        size = total;
        if (total > largest) return Error::no_memory;
        return {};
    }
    Result<void> on_data(const Parts& data) override {
        ++data_calls;
        body += as_text(data);
        if (body.size() > largest) return Error::no_memory;
        return {};
    }

    Result<void> restart() override {
        ++restarts;
        body.clear();
        size.reset();
        size_calls = data_calls = 0;
        return {};
    }

    std::optional<u64> size;
    std::string body;
    u64 largest = UINT64_MAX;
    int size_calls = 0;
    int data_calls = 0;
    int restarts = 0;
    bool size_after_data = false;
};

inline std::string sentence(const proto::Failure& failure) {
    Text<512> text;
    format_to(text, failure);
    return {text.view().data(), text.size()};
}

}  // namespace kedge::fakes
