# What every target of the project is built with, and the few functions that declare targets.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
set(VAGUS_OPTIMISATION "-O2" CACHE STRING "How Release is optimised")
set(CMAKE_CXX_FLAGS_RELEASE "${VAGUS_OPTIMISATION}")   # no NDEBUG: nothing here asserts in a hot path
set(CMAKE_C_FLAGS_RELEASE "${VAGUS_OPTIMISATION}")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -gline-tables-only")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -gline-tables-only")

# -DCMAKE_UNITY_BUILD=ON (what demo and check do) compiles a folder's sources together, in a third of the processor time; an
# edit then recompiles more, so the presets leave it off.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)

# The bits: no contraction, no reassociation, one baseline per architecture (ARCHITECTURE.md, "Same bits").
add_compile_options(-ffp-contract=off -fno-math-errno)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v3)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  add_compile_options(-march=armv8.2-a)
endif()

if(VAGUS_SANITIZE)
  add_compile_options(-fsanitize=${VAGUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-fsanitize=${VAGUS_SANITIZE} -fuse-ld=lld)
  if(NOT VAGUS_SANITIZE_ALL)
    add_compile_options(-fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitize-ignore.txt)
  endif()
endif()

add_library(vagus_warnings INTERFACE)
target_compile_options(vagus_warnings INTERFACE
  -Wall -Wextra -Wpedantic $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wdouble-promotion> -Werror)

set(VAGUS_MODULE_DIR ${CMAKE_BINARY_DIR}/lib/vagus)

# vagus_library(NAME SOURCES a.cpp ... [LINK lib ...])
#   A static library `NAME` whose headers are included from the project's root: #include "lab/signal/recording.h".
function(vagus_library name)
  cmake_parse_arguments(V "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${V_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${V_LINK} PRIVATE vagus_warnings)
endfunction()

# vagus_module(NAME SOURCES a.cpp ... [LINK lib ...])
#   A loadable module lib/vagus/NAME.so that wraps one big library behind a plain interface; the program loads it
#   only when something needs it (lab/base/module.h), so that start-up stays under 5 ms.
function(vagus_module name)
  cmake_parse_arguments(V "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} MODULE ${V_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${V_LINK} vagus_warnings)
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${VAGUS_MODULE_DIR})
  install(TARGETS ${name} LIBRARY DESTINATION lib/vagus)
  set_property(GLOBAL APPEND PROPERTY VAGUS_MODULES ${name})
endfunction()

# vagus_cold(NAME...): commands, pages and files, which nothing waits for: under the sanitizers they are compiled in half the
# time. Not in a release: the linker might take their copy of an inline function for everybody's.
function(vagus_cold)
  foreach(name ${ARGN})
    target_compile_options(${name} PRIVATE $<$<CONFIG:Sanitize>:-O0>)
  endforeach()
endfunction()

# vagus_test(NAME SOURCES a_test.cpp ... [LINK lib ...] [SEPARATE] [TIMEOUT seconds])
#   One GoogleTest program; each of its tests becomes a CTest entry `NAME.Suite.Test`. SEPARATE: its sources use the same
#   names for their own things, so a unity build compiles each alone.
function(vagus_test name)
  if(NOT VAGUS_TESTS)
    return()
  endif()
  cmake_parse_arguments(V "SEPARATE" "TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT V_TIMEOUT)
    set(V_TIMEOUT 300)
  endif()
  add_executable(${name} ${V_SOURCES})
  if(V_SEPARATE)
    set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${V_LINK} vagus_warnings GTest::gtest GTest::gtest_main)
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/lab/") # what is tested is in the libraries; on the device it is in the headers
    target_compile_options(${name} PRIVATE -O0)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${V_TIMEOUT})
endfunction()

# vagus_fuzz(NAME SOURCE fuzz.cpp [LINK lib ...]): a libFuzzer target, built into fuzz/NAME.
function(vagus_fuzz name)
  if(NOT VAGUS_FUZZ)
    return()
  endif()
  cmake_parse_arguments(V "" "SOURCE" "LINK" ${ARGN})
  add_executable(${name} ${V_SOURCE})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${V_LINK} vagus_warnings)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
