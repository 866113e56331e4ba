# Cortex-M55 with Helium. Its vector floats flush denormals, so the compiler may not make any.
set(VAGUS_CORE m55)
set(core_flags "-mcpu=cortex-m55")
set(core_triple thumbv8.1m.main-none-eabihf)
set(core_gcc_flags "-fno-tree-vectorize")
set(core_clang_flags "-fno-vectorize -fno-slp-vectorize")
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
