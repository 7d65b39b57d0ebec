// HTTP/1.1 responses, read incrementally: RFC 9110 (semantics), 9112 (messages).
#pragma once

#include "base/format.h"
#include "base/str.h"

namespace kedge::net::wire {

inline constexpr u16 kHttpPort = 80;

/// RFC 9110 section 14.4. The range is not empty and lies inside of `total`, where that is known.
struct HttpContentRange {
    u64 first = 0;
    u64 last = 0;
    std::optional<u64> total;

    /// "bytes 5-9/10" or "bytes 5-9/*"; nothing for anything else.
    static std::optional<HttpContentRange> parse(StrView text);
};

/// Reads a response from a stream cut anywhere. It keeps what a client needs of the head and
/// consumes all framing, but never sees the body: where body bytes come next it says how many, and
/// the caller passes them on without a copy.
///
///     while (!data.empty()) {
///         if (parser.body_run() != 0) {
///             n = min(parser.body_run(), data.size()); ...; parser.skip_body(n);
///         } else {
///             n = parser.feed(data.front());   // 0 once the state is complete or failed
///         }
///         data.skip(n);
///     }
class HttpResponseParser {
  public:
    /// Bytes of all lines (status, headers, trailers; 1xx answers included), and of one line as far
    /// as it is kept: headers may be longer if they are none of those below.
    static constexpr size_t kLargestHead = 16384;
    static constexpr size_t kLargestLine = 4096;
    static constexpr size_t kLargestChallenge = 1024;
    /// Who names a day instead of a number is asked again after this many seconds.
    static constexpr u32 kRetryDefault = 5;

    enum class State : u8 {
        head,      // status line and headers
        body,      // body bytes come next: body_run() is not zero
        framing,   // between chunks, or in the trailers
        complete,  // whatever follows does not belong to this response
        failed,
    };

    /// Ready for the next response. One to HEAD has no body, whatever its headers say.
    void reset(bool to_head = false);

    /// Takes bytes of head or framing; returns how many it consumed. It stops where the body
    /// begins, where the response ends, and at an error.
    size_t feed(Bytes data);
    /// The number of body bytes that come next without framing in between: UINT64_MAX if the end
    /// of the stream ends the body.
    u64 body_run() const { return state_ == State::body ? run_ : 0; }
    /// `count` (at most body_run()) of them have passed.
    void skip_body(u64 count);
    /// The stream has ended in order: state() becomes complete if the response may end here,
    /// otherwise it stays as it is.
    void end_of_stream();

    State state() const { return state_; }
    /// True from the end of the head on.
    bool has_head() const { return head_done_; }
    /// Nothing of a response has been seen, not even a part.
    bool untouched() const { return untouched_; }
    /// Once failed: a few words.
    StrView problem() const { return problem_; }

    // After the head.
    u16 status() const { return status_; }
    StrView reason() const { return reason_; }  // as received, cut
    /// Of the body, if the head tells.
    std::optional<u64> size() const;
    bool keep_alive() const { return keep_alive_ && !close_seen_ && !until_close_; }
    StrView location() const { return {location_.data(), location_size_}; }
    /// Of the body if it is not identity; else empty.
    StrView content_encoding() const { return content_encoding_; }
    /// What tells this state of the file from every other, for If-Range: a strong ETag, or a
    /// Last-Modified that is older than the answer (RFC 9110 sections 8.8.1 and 8.8.2.2). Empty:
    /// nothing does.
    StrView validator() const;
    /// Of a 206: which bytes these are.
    const std::optional<HttpContentRange>& content_range() const { return content_range_; }
    /// Seconds; kRetryDefault for a date.
    std::optional<u32> retry_after() const { return retry_after_; }
    /// All challenges, joined by commas; cut after kLargestChallenge.
    StrView www_authenticate() const { return www_authenticate_; }

  private:
    enum class Line : u8 { status, header, chunk_size, chunk_end, trailer };

    void fail(StrView problem);
    void take_byte(char byte);
    void append(char byte);
    void end_line();
    void on_status_line(StrView line);
    void on_header(StrView line);
    void on_location(StrView value);
    void on_retry_after(StrView value);
    void on_authenticate(StrView value);
    void on_content_length(StrView value);
    void on_transfer_encoding(StrView value);
    void on_connection(StrView value);
    void on_head_end();
    void on_chunk_size(StrView line);
    void start_over();

    State state_ = State::head;
    Line line_kind_ = Line::status;
    StrView problem_;
    u64 run_ = 0;
    size_t head_bytes_ = 0;  // of the lines that kLargestHead counts
    size_t line_size_ = 0;
    bool line_cut_ = false;      // it was longer than kLargestLine
    bool line_pending_ = false;  // complete, unless the next byte folds another to it

    u16 status_ = 0;
    Text<48> reason_;
    Text<24> content_encoding_;
    u64 content_length_ = 0;
    size_t location_size_ = 0;
    bool has_content_length_ = false;
    bool chunked_ = false;
    bool keep_alive_ = false;
    bool close_seen_ = false;
    bool until_close_ = false;
    bool head_done_ = false;
    bool untouched_ = true;
    bool to_head_ = false;
    std::optional<HttpContentRange> content_range_;
    std::optional<u32> retry_after_;
    Text<128> etag_;
    Text<32> last_modified_;
    Text<32> date_;
    Text<kLargestChallenge> www_authenticate_;

    std::array<char, kLargestLine> line_;
    std::array<char, kLargestLine> location_;
};

}  // namespace kedge::net::wire
