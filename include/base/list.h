// An intrusive doubly linked list. Elements derive from ListNode<T>; they unlink themselves when
// destroyed, so a list never holds a dangling element. The list does not own its elements.
#pragma once

#include "base/assert.h"
#include "base/types.h"

namespace kedge {

template <typename T>
class List;

template <typename T>
class ListNode {
  public:
    ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;
    ~ListNode() { unlink(); }

    bool linked() const { return next_ != nullptr; }
    void unlink() {
        if (!linked()) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = nullptr;
    }

  private:
    friend class List<T>;
    ListNode* next_ = nullptr;
    ListNode* previous_ = nullptr;
};

template <typename T>
class List {
  public:
    List() { head_.next_ = head_.previous_ = &head_; }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    ~List() {
        while (!empty()) head_.next_->unlink();
        head_.next_ = head_.previous_ = nullptr;
    }

    bool empty() const { return head_.next_ == &head_; }
    void push_back(T& element) { link_before(head_, element); }
    void push_front(T& element) { link_before(*head_.next_, element); }

    /// The element after `element`, or the first for null; null at the end. Safe to call before
    /// the current element is unlinked.
    T* next(T* element) const {
        ListNode<T>* node =
            element != nullptr ? static_cast<ListNode<T>*>(element)->next_ : head_.next_;
        return node == &head_ ? nullptr : static_cast<T*>(node);
    }
    T* front() const { return next(nullptr); }

    class Iterator {
      public:
        Iterator(const List* list, T* at) : list_(list), at_(at) {}
        T& operator*() const { return *at_; }
        Iterator& operator++() {
            at_ = list_->next(at_);
            return *this;
        }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

      private:
        const List* list_;
        T* at_;
    };
    Iterator begin() const { return {this, front()}; }
    Iterator end() const { return {this, nullptr}; }

  private:
    void link_before(ListNode<T>& where, T& element) {
        ListNode<T>& node = element;
        ASSERT(!node.linked());
        node.next_ = &where;
        node.previous_ = where.previous_;
        where.previous_->next_ = &node;
        where.previous_ = &node;
    }

    ListNode<T> head_;
};

}  // namespace kedge
