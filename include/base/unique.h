// Unique<T>: the single owner of a heap object, or with a deleter of any other handle.
#pragma once

#include <new>

#include "base/result.h"
#include "base/types.h"

namespace kedge {

struct DefaultDelete {
    template <typename T>
    void operator()(T* object) const {
        delete object;
    }
};

template <typename T, typename Deleter = DefaultDelete>
class Unique {
  public:
    constexpr Unique() = default;
    constexpr explicit Unique(T* object, Deleter deleter = {})
        : object_(object), deleter_(deleter) {}
    Unique(Unique&& other) noexcept : object_(other.release()), deleter_(other.deleter_) {}
    /// A Unique<Derived> becomes a Unique<Base>; Base needs a virtual destructor.
    template <typename U>
    requires std::is_convertible_v<U*, T*> Unique(Unique<U, Deleter>&& other)
    noexcept : object_(other.release()) {}
    Unique& operator=(Unique&& other) noexcept {
        if (this != &other) {
            reset(other.release());
            deleter_ = other.deleter_;
        }
        return *this;
    }
    Unique(const Unique&) = delete;
    Unique& operator=(const Unique&) = delete;
    ~Unique() { reset(); }

    T* get() const { return object_; }
    T* operator->() const {
        ASSERT(object_ != nullptr);
        return object_;
    }
    T& operator*() const {
        ASSERT(object_ != nullptr);
        return *object_;
    }
    explicit operator bool() const { return object_ != nullptr; }

    T* release() { return std::exchange(object_, nullptr); }
    void reset(T* object = nullptr) {
        T* old = std::exchange(object_, object);
        if (old != nullptr) deleter_(old);
    }

  private:
    T* object_ = nullptr;
    [[no_unique_address]] Deleter deleter_{};
};

/// Constructs a T on the heap, or Error::no_memory.
template <typename T, typename... Args>
Result<Unique<T>> make_unique(Args&&... args) {
    T* object = new (std::nothrow) T(std::forward<Args>(args)...);
    if (object == nullptr) return Error::no_memory;
    return Unique<T>(object);
}

}  // namespace kedge
