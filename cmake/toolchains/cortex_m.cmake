# Bare Cortex-M cores on emulated boards; included by m4f.cmake, m7.cmake and m55.cmake, which set
#   VAGUS_CORE          the core's name in tests and reports
#   core_flags          what makes code for it
#   core_machine        the QEMU machine
# VAGUS_CORE_COMPILER=clang takes clang 14 for the code; GCC's linker and libgcc serve both.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(VAGUS_CORE_COMPILER gcc CACHE STRING "gcc or clang")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES VAGUS_CORE_COMPILER)

set(core_flags "-mthumb -mfloat-abi=hard ${core_flags}")
if(VAGUS_CORE_COMPILER STREQUAL "clang")
  set(CMAKE_C_COMPILER clang-14)
  set(CMAKE_CXX_COMPILER clang++-14)
  # The freestanding headers of the C++ library are those of the Arm GCC.
  execute_process(COMMAND arm-none-eabi-g++ -dumpversion OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(headers /usr/include/newlib/c++/${version})
  # A freestanding `main` is to clang a function like any other.
  set(core_link "-Wl,--defsym=main=_Z4mainv")
  set(clang_flags "--target=${core_triple} -fshort-enums ${core_clang_flags} -Wno-unused-command-line-argument")
  set(CMAKE_C_FLAGS_INIT "${clang_flags}")
  set(CMAKE_CXX_FLAGS_INIT "${clang_flags} -nostdinc++ -isystem ${headers} -isystem ${headers}/arm-none-eabi")
else()
  set(CMAKE_C_COMPILER arm-none-eabi-gcc)
  set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
  set(CMAKE_C_FLAGS_INIT "${core_gcc_flags}")
  set(CMAKE_CXX_FLAGS_INIT "${core_gcc_flags}")
endif()
set(freestanding "-ffreestanding -ffunction-sections -fdata-sections -fno-common")
string(PREPEND CMAKE_C_FLAGS_INIT "${core_flags} ${freestanding} ")
string(PREPEND CMAKE_CXX_FLAGS_INIT
       "${core_flags} ${freestanding} -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit ")
set(CMAKE_CXX_LINK_EXECUTABLE
    "arm-none-eabi-g++ ${core_flags} -nostdlib -Wl,--gc-sections <LINK_FLAGS> <OBJECTS> -o <TARGET> ${core_link} <LINK_LIBRARIES> -lgcc")

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../../apps/firmware/board/emulate ${VAGUS_CORE})
