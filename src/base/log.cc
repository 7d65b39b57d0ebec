#include "base/log.h"

namespace kedge::log {

namespace {
constinit TextSink* current_sink = nullptr;
}

void set_sink(TextSink* new_sink) { current_sink = new_sink; }
TextSink* sink() { return current_sink; }

}  // namespace kedge::log
