#include "src/proto/sentence.h"

namespace kedge::proto {

void tell(Failure& failure, Error error, StrView protocol, StrView what, net::Endpoint peer,
          StrView cause, StrView hint) {
    failure.error = error;
    failure.stage.clear();
    failure.peer.clear();
    failure.cause.clear();
    failure.hint.clear();
    format(failure.stage, "{} {}", protocol, Printable<150>(what).view());
    if (peer.port != 0) format(failure.peer, "{}", peer);
    if (error == Error::network_unreachable) return explain_no_route(failure, peer.address);
    failure.cause.put(cause);
    failure.hint.put(hint);
}

}  // namespace kedge::proto
