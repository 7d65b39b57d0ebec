// TFTP packets: RFC 1350 (protocol), 2347 (options), 2348 (blksize), 2349 (tsize, timeout), 7440
// (windowsize).
#pragma once

#include "base/parts.h"
#include "base/reader.h"
#include "base/result.h"
#include "base/str.h"

namespace kedge::net::wire {

inline constexpr u16 kTftpPort = 69;
inline constexpr size_t kTftpHeaderSize = 4;
inline constexpr u16 kTftpDefaultBlockSize = 512;
inline constexpr u16 kTftpSmallestBlockSize = 8;     // RFC 2348
inline constexpr u16 kTftpLargestBlockSize = 65464;  // RFC 2348
inline constexpr size_t kTftpLargestRequest = 512;   // RFC 2347

enum class TftpOpcode : u16 {
    read_request = 1,
    write_request = 2,
    data = 3,
    ack = 4,
    error = 5,
    option_ack = 6,
};

/// RFC 1350 section 5, RFC 2347.
enum class TftpErrorCode : u16 {
    other = 0,
    not_found = 1,
    access_violation = 2,
    disk_full = 3,
    illegal_operation = 4,
    unknown_transfer_id = 5,
    file_exists = 6,
    no_such_user = 7,
    option_refused = 8,
};

/// A received packet. `number` is the block of DATA and ACK, or the code of ERROR, else 0; `body`
/// is what follows: file data, the message of ERROR, the options of OACK. Borrowed.
struct TftpPacket {
    TftpOpcode opcode = TftpOpcode::error;
    u16 number = 0;
    Parts body;

    /// Error::bad_format if it is too short or its opcode is none a client may receive.
    static Result<TftpPacket> parse(const Parts& datagram);
};

/// Goes through NUL-ended pairs of name and value. A pair that is cut short ends them: some servers
/// leave garbage behind the last.
class TftpOptionReader {
  public:
    explicit TftpOptionReader(Bytes options) : rest_(options) {}
    bool next(StrView& name, StrView& value);

  private:
    std::optional<StrView> string();
    Bytes rest_;
};

struct TftpOption {
    StrView name;
    u64 value = 0;
};

/// RRQ in octet mode. Error::invalid_argument for an empty path or one with a NUL,
/// Error::too_large beyond what RFC 2347 allows.
Result<Bytes> emit_tftp_read_request(MutableBytes out, StrView path,
                                     std::span<const TftpOption> options);
std::array<u8, kTftpHeaderSize> emit_tftp_ack(u16 block);
/// A message that does not fit into `out` is cut.
Bytes emit_tftp_error(MutableBytes out, TftpErrorCode code, StrView message);

}  // namespace kedge::net::wire
