// Getting files: what a name in a script means, and the transfer with its progress on the console.
#pragma once

#include "proto/uri.h"
#include "src/boot/session.h"

namespace kedge::boot {

struct DownloadOptions {
    StrView name;  // of the image; empty: the last part of the URI's path
    std::optional<Duration> timeout;
    bool quiet = false;
    bool optional = false;  // a file that is not there is not worth a word
};

/// The URI that `text` of a script means: absolute, or relative to the running script, or else a
/// path on next-server. Characters that a URI cannot hold are percent-encoded. Prints why not.
Result<proto::Uri> resolve_uri(Session& session, StrView text);

/// The URI that a boot file name of DHCP means: if it is not absolute, a TFTP path on
/// `next_server`, taken literally.
Result<proto::Uri> boot_file_uri(StrView file_name, net::Ipv4Address next_server);

/// Fetches a new image. Prints progress, the result, or in one sentence why it failed.
Result<Image*> download(Session& session, const proto::Uri& uri, const DownloadOptions& options);

/// The image of that name if there is one, else a download.
Result<Image*> acquire(Session& session, StrView name_or_uri, const DownloadOptions& options);

}  // namespace kedge::boot
