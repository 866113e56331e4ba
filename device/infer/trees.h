#pragma once
/// Sums of decision trees (boosted trees, forests) over eight-bit features, in place in flash. Every tree is as deep as
/// the ensemble's depth, its nodes in the order of a heap: from node i the way goes to 2 i, or to 2 i + 1 where the
/// feature is at least the threshold. A leaf that lies higher stands as often as there are ways below it.
#include <cstdint>

namespace vagus::infer {

inline constexpr std::uint32_t deepest_tree = 8;

/// Half-words of a tree: entry 0 unused, entries 1 to 2^depth - 1 splits (feature in the lower byte, threshold in the
/// upper), then 2^depth leaves of 16 bits, signed.
constexpr std::uint32_t tree_entries(std::uint32_t depth) { return 2U << depth; }

namespace detail {

#if defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M' && defined(__ARM_ARCH) && __ARM_ARCH >= 7
/// A step by the carry of the comparison: five instructions.
inline std::uint32_t step_down(const std::uint16_t* tree, const std::uint8_t* features, std::uint32_t from) {
  std::uint32_t at;
  std::uint32_t split;
  std::uint32_t feature;
  __asm__(
      "ldrh %[split], [%[tree], %[from], lsl #1]\n"
      "uxtb %[feature], %[split]\n"
      "ldrb %[feature], [%[features], %[feature]]\n"
      "cmp %[feature], %[split], lsr #8\n"
      "adc %[at], %[from], %[from]\n"
      : [at] "=r"(at), [split] "=&r"(split), [feature] "=&r"(feature)
      : [tree] "r"(tree), [from] "r"(from), [features] "r"(features),
        "m"(*reinterpret_cast<const std::uint8_t(*)[256]>(features)),
        "m"(*reinterpret_cast<const std::uint16_t(*)[512]>(tree))
      : "cc");
  return at;
}
#else
inline std::uint32_t step_down(const std::uint16_t* tree, const std::uint8_t* features, std::uint32_t at) {
  const std::uint32_t split = tree[at];
  return 2 * at + (features[split & 0xFFU] >= split >> 8U ? 1U : 0U);
}
#endif

template <std::uint32_t depth>
inline std::int32_t leaf_of(const std::uint16_t* tree, const std::uint8_t* features) {
  std::uint32_t at = 1;
#pragma GCC unroll 8
  for (std::uint32_t level = 0; level < depth; ++level) at = step_down(tree, features, at);
  return static_cast<std::int16_t>(tree[at]);
}

template <std::uint32_t depth>
inline std::int32_t sum_of_trees(const std::uint16_t* trees, std::uint32_t count, const std::uint8_t* features) {
  std::int32_t sum = 0;
  for (; count > 1; count -= 2, trees += 2 * tree_entries(depth))
    sum += leaf_of<depth>(trees, features) + leaf_of<depth>(trees + tree_entries(depth), features);
  return count == 0 ? sum : sum + leaf_of<depth>(trees, features);
}

}  // namespace detail

/// Sum of the leaves that `count` trees (at most 65,536) of one depth (1 to 8) come to. `features`: as many bytes as
/// any split names. 0 for another depth.
inline std::int32_t sum_of_trees(const std::uint16_t* trees, std::uint32_t depth, std::uint32_t count,
                                 const std::uint8_t* features) {
  switch (depth) {
    case 1:
      return detail::sum_of_trees<1>(trees, count, features);
    case 2:
      return detail::sum_of_trees<2>(trees, count, features);
    case 3:
      return detail::sum_of_trees<3>(trees, count, features);
    case 4:
      return detail::sum_of_trees<4>(trees, count, features);
    case 5:
      return detail::sum_of_trees<5>(trees, count, features);
    case 6:
      return detail::sum_of_trees<6>(trees, count, features);
    case 7:
      return detail::sum_of_trees<7>(trees, count, features);
    case 8:
      return detail::sum_of_trees<8>(trees, count, features);
    default:
      return 0;
  }
}

}  // namespace vagus::infer
