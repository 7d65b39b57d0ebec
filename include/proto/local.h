// Files that need no network: data: URIs (RFC 2397) and file: URIs (RFC 8089).
#pragma once

#include "base/unique.h"
#include "proto/transfer.h"
#include "proto/uri.h"

namespace kedge::proto {

/// Where file: URIs lead: the medium that we came from.
class FileSource {
  public:
    /// Gives the whole file to the sink. `path` is decoded and begins with a slash.
    /// Error::not_found, Error::not_supported where there is no medium, or any of the sink's.
    virtual Result<void> read(StrView path, BodySink& sink) = 0;

  protected:
    ~FileSource() = default;
};

/// A transfer that is over when it is made, for better or worse. Error::no_memory.
Result<Unique<Transfer>> data_get(const Uri& uri, BodySink& sink);
Result<Unique<Transfer>> file_get(FileSource& source, const Uri& uri, BodySink& sink);

/// The bytes that a data: URI holds; a media type is passed over. Error::bad_format.
Result<String> decode_data_uri(const Uri& uri);

}  // namespace kedge::proto
