#pragma once
/// A stack of its own for what is measured: painted, run on, and looked over for the deepest mark.
#include <cstddef>
#include <cstdint>

namespace vagus::board {

template <std::size_t Bytes>
class MeasuredStack {
  static constexpr std::uint32_t paint_word = 0xA5C35A3CU;

 public:
  void paint() {
    for (std::uint32_t& word : words_) word = paint_word;
  }
  /// Calls `f(context)` with the stack pointer at this stack's top.
  void run(void (*f)(void*), void* context) {
#if defined(__thumb__)
    register void* argument __asm__("r0") = context;
    register void (*function)(void*) __asm__("r1") = f;
    __asm__ volatile(
        "mov r4, sp\n"
        "mov sp, %[top]\n"
        "blx %[function]\n"
        "mov sp, r4\n"
        : "+r"(argument), [function] "+r"(function)
        : [top] "r"(words_ + count)
        : "r2", "r3", "r4", "r12", "lr", "cc", "memory", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9",
          "s10", "s11", "s12", "s13", "s14", "s15");
#else
    f(context);
#endif
  }
  /// Bytes from the top to the deepest word that was written; `Bytes` where it overflowed or came next to it.
  std::size_t used_bytes() const {
    std::size_t untouched = 0;
    while (untouched < count && words_[untouched] == paint_word) ++untouched;
    return (count - untouched) * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t count = Bytes / sizeof(std::uint32_t);
  alignas(8) std::uint32_t words_[count];
};

}  // namespace vagus::board
