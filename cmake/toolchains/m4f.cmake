# Cortex-M4 with single-precision floats.
set(VAGUS_CORE m4f)
set(core_flags "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16")
set(core_triple thumbv7em-none-eabihf)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
