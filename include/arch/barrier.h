// Memory ordering against devices and hosts, and words shared with them.
//
// Everything we share memory with is coherent; only order matters. On x86 stores stay in order and
// loads stay in order, so read and write barriers stop the compiler alone; a store followed by a
// load of another word needs full_barrier().
#pragma once

#include "base/types.h"

namespace kedge::arch {

/// Earlier stores are visible before later stores. Partner: read_barrier() on the other side.
inline void write_barrier() { __atomic_thread_fence(__ATOMIC_RELEASE); }
/// Earlier loads are done before later loads. Partner: write_barrier() on the other side.
inline void read_barrier() { __atomic_thread_fence(__ATOMIC_ACQUIRE); }
/// Earlier stores are visible before later loads: publish an index, then test the other side's
/// flag.
inline void full_barrier() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

/// A naturally aligned word in memory that a device or host also writes. Read it once into a local,
/// validate the local, use the local.
template <typename T>
class Shared {
  public:
    T load_relaxed() const { return __atomic_load_n(&value_, __ATOMIC_RELAXED); }
    T load_acquire() const { return __atomic_load_n(&value_, __ATOMIC_ACQUIRE); }
    void store_relaxed(T value) { __atomic_store_n(&value_, value, __ATOMIC_RELAXED); }
    void store_release(T value) { __atomic_store_n(&value_, value, __ATOMIC_RELEASE); }

  private:
    T value_;
};

}  // namespace kedge::arch
