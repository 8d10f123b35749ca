#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace hubbub {

template <class Signature> class Callback;

/// A move-only function object: `std::move_only_function` of C++23, with room for six pointers before it allocates.
template <class R, class... Args> class Callback<R(Args...)> {
  public:
    Callback() = default;
    Callback(std::nullptr_t) {}

    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> && std::is_invocable_r_v<R, F&, Args...>)
        Callback(F&& function) {
        using Fn = std::decay_t<F>;
        if constexpr (fits<Fn>) {
            new (storage_) Fn(std::forward<F>(function));
            ops_ = &kInline<Fn>;
        } else {
            new (storage_) Fn*(new Fn(std::forward<F>(function)));
            ops_ = &kHeap<Fn>;
        }
    }

    Callback(Callback&& other) noexcept { take(other); }
    Callback& operator=(Callback&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    Callback(const Callback&) = delete;
    Callback& operator=(const Callback&) = delete;
    ~Callback() { reset(); }

    explicit operator bool() const { return ops_ != nullptr; }
    R operator()(Args... args) { return ops_->call(storage_, std::forward<Args>(args)...); }

    /// Destroys the function and what it holds.
    void reset() {
        if (ops_ != nullptr) std::exchange(ops_, nullptr)->destroy(storage_);
    }

  private:
    static constexpr std::size_t kRoom = 6 * sizeof(void*);

    struct Ops {
        R (*call)(void*, Args&&...);
        void (*move)(void* from, void* to) noexcept;
        void (*destroy)(void*) noexcept;
    };

    template <class Fn>
    static constexpr bool fits = sizeof(Fn) <= kRoom &&
                                 alignof(Fn) <= alignof(void*) && std::is_nothrow_move_constructible_v<Fn>;

    template <class Fn> static Fn& inline_fn(void* storage) { return *std::launder(static_cast<Fn*>(storage)); }
    template <class Fn> static Fn*& heap_fn(void* storage) { return *std::launder(static_cast<Fn**>(storage)); }

    template <class Fn>
    static constexpr Ops kInline{
        [](void* s, Args&&... args) -> R { return inline_fn<Fn>(s)(std::forward<Args>(args)...); },
        [](void* from, void* to) noexcept {
            new (to) Fn(std::move(inline_fn<Fn>(from)));
            inline_fn<Fn>(from).~Fn();
        },
        [](void* s) noexcept { inline_fn<Fn>(s).~Fn(); }};

    template <class Fn>
    static constexpr Ops kHeap{
        [](void* s, Args&&... args) -> R { return (*heap_fn<Fn>(s))(std::forward<Args>(args)...); },
        [](void* from, void* to) noexcept { new (to) Fn*(heap_fn<Fn>(from)); },
        [](void* s) noexcept { delete heap_fn<Fn>(s); }};

    void take(Callback& other) noexcept {
        if (other.ops_ == nullptr) return;
        other.ops_->move(other.storage_, storage_);
        ops_ = std::exchange(other.ops_, nullptr);
    }

    const Ops* ops_ = nullptr;
    alignas(void*) std::byte storage_[kRoom];
};

} // namespace hubbub
