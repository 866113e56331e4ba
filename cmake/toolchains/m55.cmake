# Cortex-M55 with Helium. Its vector floats flush denormals, so the compiler may not make any. clang 14 may not even know of them:
# at -O3, told not to vectorise, it gave health.beats other scores (m55.device.same_bits) until they were taken from it.
set(VAGUS_CORE m55)
set(core_flags "-mcpu=cortex-m55")
set(core_triple thumbv8.1m.main-none-eabihf)
set(core_gcc_flags "-fno-tree-vectorize")
set(core_clang_flags "-mcpu=cortex-m55+nomve.fp -fno-vectorize -fno-slp-vectorize")
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
