#pragma once
/// The baseline that everything is compiled for (ARCHITECTURE.md, "Same bits").

namespace vagus::lab {

/// False on a CPU that lacks an instruction of x86-64-v3.
inline bool cpu_is_enough() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
         __builtin_cpu_supports("bmi2") != 0;
#else
  return true;
#endif
}

inline constexpr const char* cpu_needed =
    "this processor lacks AVX2, FMA or BMI2, which vagus needs for the same bits everywhere";

}  // namespace vagus::lab
