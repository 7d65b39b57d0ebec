#include "proto/failure.h"

namespace kedge::proto {

void format_to(TextSink& sink, const Failure& failure) {
    bool first = true;
    for (StrView part : {failure.stage.view(), failure.peer.view(), failure.cause.view()}) {
        if (part.empty()) continue;
        if (!first) sink.put(": ");
        sink.put(part);
        first = false;
    }
    if (failure.hint.empty()) return;
    format(sink, first ? "{}" : " ({})", failure.hint.view());
}

}  // namespace kedge::proto
