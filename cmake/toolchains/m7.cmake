# Cortex-M7 with double-precision floats (which the device half does not use).
set(VAGUS_CORE m7)
set(core_flags "-mcpu=cortex-m7 -mfpu=fpv5-d16")
set(core_triple thumbv7em-none-eabihf)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
