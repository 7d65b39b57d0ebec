#include "base/result.h"

namespace kedge {

const char* describe(Error error) {
    switch (error) {
        case Error::none:
            return "success";
        case Error::no_memory:
            return "out of memory";
        case Error::invalid_argument:
            return "invalid argument";
        case Error::not_found:
            return "not found";
        case Error::not_supported:
            return "not supported";
        case Error::timed_out:
            return "timed out";
        case Error::cancelled:
            return "cancelled";
        case Error::io:
            return "input/output error";
        case Error::bad_format:
            return "wrong format";
        case Error::too_large:
            return "too large";
        case Error::busy:
            return "busy";
        case Error::access_denied:
            return "access denied";
        case Error::network_unreachable:
            return "network unreachable";
        case Error::host_unreachable:
            return "host does not answer";
        case Error::connection_refused:
            return "connection refused";
        case Error::connection_reset:
            return "connection reset by the peer";
        case Error::connection_closed:
            return "connection closed too early";
        case Error::protocol:
            return "peer broke the protocol";
        case Error::no_device:
            return "no such device";
        case Error::command_not_found:
            return "command not found";
        case Error::command_failed:
            return "failed";
        case Error::exec_failed:
            return "the started image failed";
        case Error::end_of_script:
            return "end of script";
        case Error::would_block:
            return "not ready yet";
        case Error::not_connected:
            return "not connected";
        case Error::http_client_error:
            return "the server refused the request";
        case Error::http_server_error:
            return "the server failed";
        case Error::unknown_host:
            return "the host has no address that can be found";
        case Error::security:
            return "refused by a security policy";
    }
    return "unknown error";
}

}  // namespace kedge
