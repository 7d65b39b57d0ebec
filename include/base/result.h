// Result<T> and TRY: the way every fallible function answers.
//
// An Error is a short code; the sentence a person reads (stage, peer, cause, hint) is built by the
// layer that knows all four, see proto/failure.h.
#pragma once

#include <optional>

#include "base/assert.h"
#include "base/types.h"

namespace kedge {

/// Why something failed. The values are shown in scripts as ${errno}: append, do not renumber.
enum class Error : u16 {
    none = 0,
    no_memory = 1,
    invalid_argument = 2,
    not_found = 3,
    not_supported = 4,
    timed_out = 5,
    cancelled = 6,
    io = 7,          // the device or firmware service failed
    bad_format = 8,  // a file, packet or table is not what it claims to be
    too_large = 9,
    busy = 10,
    access_denied = 11,
    network_unreachable = 12,  // no address, no route or no link
    host_unreachable = 13,     // ARP got no answer
    connection_refused = 14,
    connection_reset = 15,
    connection_closed = 16,  // the peer ended before everything had arrived
    protocol = 17,           // the peer broke its protocol
    no_device = 18,
    command_not_found = 19,
    command_failed = 20,  // false of isset, iseq, goto …: an answer, not an accident
    exec_failed = 21,     // the started image came back with a failure
    end_of_script = 22,
    would_block = 23,
    not_connected = 24,
    http_client_error = 25,  // 4xx other than 401, 403 and 404
    http_server_error = 26,  // 5xx
    security = 27,           // refused by Secure Boot or by a signature
    unknown_host = 28,
};

/// A few lower-case words, without a full stop. Never null.
const char* describe(Error error);

/// A value or an Error. Either is exactly one; errors cannot be ignored silently.
template <typename T>
class [[nodiscard]] Result {
    static_assert(!std::is_reference_v<T>, "return a pointer or a value");

  public:
    using Value = T;

    constexpr Result(T value) : value_(std::move(value)) {}
    constexpr Result(Error error) : nothing_(), error_(error) { ASSERT(error != Error::none); }

    // Trivial for a trivial T, so that it travels in registers.
    constexpr Result(const Result&) requires std::is_trivially_copy_constructible_v<T>
    = default;
    constexpr Result(Result&&) requires std::is_trivially_move_constructible_v<T>
    = default;
    Result(Result&& other) noexcept : nothing_(), error_(other.error_) {
        if (ok()) new (&value_) T(std::move(other.value_));
    }
    constexpr Result& operator=(const Result&) requires std::is_trivially_copyable_v<T>
    = default;
    constexpr Result& operator=(Result&&) requires std::is_trivially_copyable_v<T>
    = default;
    Result& operator=(Result&& other) noexcept {
        if (this == &other) return *this;
        this->~Result();
        return *new (this) Result(std::move(other));
    }
    constexpr ~Result() requires std::is_trivially_destructible_v<T>
    = default;
    ~Result() {
        if (ok()) value_.~T();
    }

    constexpr bool ok() const { return error_ == Error::none; }
    constexpr explicit operator bool() const { return ok(); }
    constexpr Error error() const { return error_; }

    /// The value; asking a failed result for it is a bug.
    constexpr T& value() & {
        ASSERT(ok());
        return value_;
    }
    constexpr const T& value() const& {
        ASSERT(ok());
        return value_;
    }
    constexpr T&& value() && {
        ASSERT(ok());
        return std::move(value_);
    }
    constexpr T& operator*() & { return value(); }
    constexpr const T& operator*() const& { return value(); }
    constexpr T&& operator*() && { return std::move(*this).value(); }
    constexpr T* operator->() { return &value(); }
    constexpr const T* operator->() const { return &value(); }

    constexpr T value_or(T other) && { return ok() ? std::move(value_) : std::move(other); }

  private:
    union {
        T value_;
        char nothing_;
    };
    Error error_ = Error::none;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    using Value = void;

    constexpr Result() = default;
    constexpr Result(Error error) : error_(error) {}  // Error::none is success here

    constexpr bool ok() const { return error_ == Error::none; }
    constexpr explicit operator bool() const { return ok(); }
    constexpr Error error() const { return error_; }
    [[gnu::always_inline]] constexpr void value() const { ASSERT(ok()); }

  private:
    Error error_ = Error::none;
};

}  // namespace kedge

#define KEDGE_TRY(expression, name)          \
    ({                                       \
        auto name = (expression);            \
        if (!name.ok()) return name.error(); \
        std::move(name).value();             \
    })
#define KEDGE_TRY_NAMED(expression, number) KEDGE_TRY(expression, try_result_##number)
#define KEDGE_TRY_NUMBERED(expression, number) KEDGE_TRY_NAMED(expression, number)

/// Is the value of a successful Result; returns the error of a failed one from this function.
#define TRY(expression) KEDGE_TRY_NUMBERED(expression, __COUNTER__)

/// For calls whose failure is acceptable here; write why beside it.
#define IGNORE_RESULT(expression) static_cast<void>(expression)
