#include "net/wire/http.h"

namespace kedge::net::wire {

void HttpResponseParser::reset(bool to_head) {
    to_head_ = to_head;
    untouched_ = true;
    problem_ = {};
    head_bytes_ = 0;
    start_over();
}

void HttpResponseParser::start_over() {
    state_ = State::head;
    line_kind_ = Line::status;
    run_ = 0;
    line_size_ = 0;
    line_cut_ = line_pending_ = false;
    status_ = 0;
    reason_.clear();
    for (Text<32>* text : {&last_modified_, &date_}) text->clear();
    content_encoding_.clear();
    etag_.clear();
    www_authenticate_.clear();
    content_range_.reset();
    retry_after_.reset();
    content_length_ = 0;
    location_size_ = 0;
    has_content_length_ = chunked_ = keep_alive_ = close_seen_ = until_close_ = head_done_ = false;
}

void HttpResponseParser::fail(StrView problem) {
    state_ = State::failed;
    problem_ = problem;
}

size_t HttpResponseParser::feed(Bytes data) {
    size_t used = 0;
    while (used < data.size() && (state_ == State::head || state_ == State::framing)) {
        untouched_ = false;
        if (++head_bytes_ > kLargestHead) {
            fail("its headers are larger than 16 KiB");
            break;
        }
        take_byte(static_cast<char>(data[used++]));
    }
    return used;
}

void HttpResponseParser::append(char byte) {
    if (line_size_ < line_.size()) {
        line_[line_size_++] = byte;
    } else {
        line_cut_ = true;
    }
}

void HttpResponseParser::take_byte(char byte) {
    if (byte == '\0') return fail("there is a NUL in its headers");
    if (line_pending_) {
        line_pending_ = false;
        // RFC 9112 section 5.2: a folded line belongs to the one before.
        if (byte == ' ' || byte == '\t') return append(' ');
        end_line();
        if (state_ == State::failed) return;
    }
    if (byte != '\n') return append(byte);
    while (line_size_ > 0 && line_[line_size_ - 1] == '\r') --line_size_;
    const bool may_be_folded = line_kind_ == Line::header || line_kind_ == Line::trailer;
    if (may_be_folded && line_size_ > 0) {
        line_pending_ = true;
    } else {
        end_line();
    }
}

void HttpResponseParser::end_line() {
    const StrView line{line_.data(), line_size_};
    switch (line_kind_) {
        case Line::status:
            // Stray line ends in front of it are what is left of an earlier body.
            if (!line.empty()) on_status_line(line);
            break;
        case Line::header:
            if (line.empty()) {
                on_head_end();
            } else {
                on_header(line);
            }
            break;
        case Line::chunk_size:
            on_chunk_size(line);
            break;
        case Line::chunk_end:
            if (!line.empty()) return fail("a chunk is longer than its size");
            line_kind_ = Line::chunk_size;
            head_bytes_ = 0;
            break;
        case Line::trailer:
            if (line.empty()) state_ = State::complete;
            break;
    }
    line_size_ = 0;
    line_cut_ = false;
}

void HttpResponseParser::on_status_line(StrView line) {
    // "HTTP/1.x NNN reason", where reason and even its space may be missing
    if (!line.first(7).equals_ignoring_case("HTTP/1.") || line.size() < 12 || !is_digit(line[7]) ||
        line[8] != ' ') {
        return fail("it does not begin like HTTP");
    }
    const StrView rest = line.substr(9).trimmed();
    const std::optional<u64> status = parse_number(rest.first(3));
    if (rest.size() < 3 || !status || *status < 100 || *status > 599 ||
        (rest.size() > 3 && rest[3] != ' ')) {
        return fail("its status is no number from 100 to 599");
    }
    status_ = static_cast<u16>(*status);
    reason_.put(rest.substr(3).trimmed());
    keep_alive_ = line[7] != '0';
    line_kind_ = Line::header;
}

void HttpResponseParser::on_head_end() {
    if (status_ == 101) return fail("it switches to another protocol");
    if (status_ < 200) return start_over();
    head_done_ = true;
    if (status_ == 204 || status_ == 304 || to_head_) {
        state_ = State::complete;
    } else if (chunked_) {
        // Who sends both lengths cannot be trusted with a second response: RFC 9112 section 6.3.
        if (has_content_length_) close_seen_ = true;
        state_ = State::framing;
        line_kind_ = Line::chunk_size;
        head_bytes_ = 0;
    } else if (has_content_length_) {
        run_ = content_length_;
        state_ = run_ == 0 ? State::complete : State::body;
    } else {
        until_close_ = true;
        run_ = UINT64_MAX;
        state_ = State::body;
    }
}

void HttpResponseParser::on_chunk_size(StrView line) {
    if (line_cut_) return fail("the line of a chunk is longer than 4 KiB");
    const StrView digits = line.first(line.find(';')).trimmed();  // extensions mean nothing to us
    u64 size = 0;
    for (char c : digits) {
        const std::optional<u8> digit = hex_digit(c);
        if (!digit || size >> 60 != 0) return fail("the size of a chunk is no number that fits");
        size = size << 4 | *digit;
    }
    if (digits.empty()) return fail("a chunk has no size");
    if (size == 0) {
        line_kind_ = Line::trailer;
        return;
    }
    run_ = size;
    state_ = State::body;
}

void HttpResponseParser::skip_body(u64 count) {
    ASSERT(count <= body_run());
    if (until_close_) return;
    run_ -= count;
    if (run_ != 0) return;
    if (chunked_) {
        state_ = State::framing;
        line_kind_ = Line::chunk_end;
    } else {
        state_ = State::complete;
    }
}

void HttpResponseParser::end_of_stream() {
    const bool until_close = state_ == State::body && until_close_;
    // After the last chunk only trailers can be missing.
    const bool in_trailers = state_ == State::framing && line_kind_ == Line::trailer;
    if (until_close || in_trailers) state_ = State::complete;
}

std::optional<u64> HttpResponseParser::size() const {
    if (status_ == 204 || status_ == 304) return 0;
    if (chunked_ || !has_content_length_) return std::nullopt;
    return content_length_;
}

}  // namespace kedge::net::wire
