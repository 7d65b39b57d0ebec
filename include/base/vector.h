// Vector: a growing array on the heap whose growth can fail. Move-only.
#pragma once

#include <new>

#include "base/result.h"
#include "base/types.h"

namespace kedge {

template <typename T>
class Vector {
  public:
    Vector() = default;
    Vector(Vector&& other) noexcept { swap(other); }
    Vector& operator=(Vector&& other) noexcept {
        swap(other);
        return *this;
    }
    Vector(const Vector&) = delete;
    Vector& operator=(const Vector&) = delete;
    ~Vector() {
        clear();
        ::operator delete(data_);
    }

    /// Error::no_memory leaves the vector as it was.
    Result<void> push_back(T value) {
        if (size_ == capacity_) TRY(reserve(capacity_ == 0 ? 4 : capacity_ * 2));
        new (data_ + size_) T(std::move(value));
        ++size_;
        return {};
    }

    /// Puts `value` before the element at `index` (at most size()).
    Result<void> insert(size_t index, T value) {
        ASSERT(index <= size_);
        TRY(push_back(std::move(value)));
        for (size_t i = size_ - 1; i > index; --i) std::swap(data_[i], data_[i - 1]);
        return {};
    }

    Result<void> reserve(size_t capacity) {
        if (capacity <= capacity_) return {};
        if (capacity > SIZE_MAX / sizeof(T)) return Error::no_memory;
        T* grown = static_cast<T*>(::operator new(capacity * sizeof(T), std::nothrow));
        if (grown == nullptr) return Error::no_memory;
        for (size_t i = 0; i < size_; ++i) {
            new (grown + i) T(std::move(data_[i]));
            data_[i].~T();
        }
        ::operator delete(data_);
        data_ = grown;
        capacity_ = capacity;
        return {};
    }

    void erase(size_t index) {
        ASSERT(index < size_);
        for (size_t i = index; i + 1 < size_; ++i) data_[i] = std::move(data_[i + 1]);
        pop_back();
    }

    void pop_back() {
        ASSERT(size_ > 0);
        data_[--size_].~T();
    }

    void clear() {
        while (size_ > 0) pop_back();
    }

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T& operator[](size_t i) {
        ASSERT(i < size_);
        return data_[i];
    }
    const T& operator[](size_t i) const {
        ASSERT(i < size_);
        return data_[i];
    }
    T& back() { return (*this)[size_ - 1]; }
    T* begin() { return data_; }
    T* end() { return data_ + size_; }
    const T* begin() const { return data_; }
    const T* end() const { return data_ + size_; }
    std::span<T> span() { return {data_, size_}; }
    std::span<const T> span() const { return {data_, size_}; }

  private:
    void swap(Vector& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    T* data_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

}  // namespace kedge
