// Getting files: what a name in a script means, and the transfer with its progress on the console.
#pragma once

#include "proto/uri.h"
#include "src/boot/session.h"

namespace kedge::boot {

struct DownloadOptions {
    StrView name;  // of the image; empty: the last part of the URI's path
    std::optional<Duration> timeout;
    bool quiet = false;
    bool optional = false;             // a file that is not there is not worth a word
    std::span<const StrView> mirrors;  // other places of the file, as names in a script
};

/// Is a problem printed, or left to a later attempt?
enum class Say : u8 { nothing, problems };

/// The URI that `text` of a script means: absolute, or relative to the running script, or else a
/// path on next-server. Characters that a URI cannot hold are percent-encoded.
Result<proto::Uri> resolve_uri(Session& session, StrView text, Say say = Say::problems);

/// The URI that a boot file name of DHCP means: if it is not absolute, a TFTP path on
/// `next_server`, taken literally.
Result<proto::Uri> boot_file_uri(StrView file_name, net::Ipv4Address next_server);

/// Everything that a request says, put together from a script's words and settings.
struct FetchPlan {
    proto::Uri uri;
    Vector<proto::Uri> mirrors;
    Unique<ParameterList> parameters;  // of ##params; null: none
    String user;
    String password;

    static Result<FetchPlan> make(Session& session, StrView text, std::span<const StrView> mirrors,
                                  Say say);
    /// Views into the plan.
    proto::RequestExtras extras() const;
    /// Equal for equal requests; empty for one that must not be shared.
    Result<String> key() const;
};

/// Starts the transfer into an image of its own. Prints nothing.
Result<Unique<Download>> begin_download(Session& session, const FetchPlan& plan);

/// Fetches a new image. Prints progress, the result, or in one sentence why it failed.
Result<Image*> download(Session& session, const FetchPlan& plan, const DownloadOptions& options);
Result<Image*> download(Session& session, const proto::Uri& uri, const DownloadOptions& options);

/// The image of that name if there is one, else a download.
Result<Image*> acquire(Session& session, StrView name_or_uri, const DownloadOptions& options);

}  // namespace kedge::boot
