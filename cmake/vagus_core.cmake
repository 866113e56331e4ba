# Programs for the wrist's cores. A preset with VAGUS_CORE (cmake/toolchains) builds the device half and apps/firmware alone;
# what such a build needs of the host, it compiles itself with VAGUS_HOST_CXX, so that it stands without another build.
set(VAGUS_HOST_CXX g++ CACHE STRING "Compiler of the host's part of a core's tests")
set(VAGUS_HOST_DIR ${CMAKE_BINARY_DIR}/host)
set(VAGUS_BOARD_HZ_m4f 168000000)
set(VAGUS_BOARD_HZ_m7 25000000)
set(VAGUS_BOARD_HZ_m55 32000000)

if(CMAKE_SYSTEM_NAME STREQUAL "Generic")
  set(VAGUS_BARE ON)
else()
  set(VAGUS_BARE OFF)
endif()

# vagus_core_program(NAME SOURCES a.cpp ...): a program for the core at hand, bare metal or host, on the board's support.
#   A bare one is looked through for symbols that a wrist does not have; one that is found fails the build.
function(vagus_core_program name)
  cmake_parse_arguments(V "" "" "SOURCES" ${ARGN})
  add_executable(${name} ${V_SOURCES})
  target_link_libraries(${name} PRIVATE vagus_board vagus_device vagus_warnings)
  if(VAGUS_BARE)
    set(board ${PROJECT_SOURCE_DIR}/apps/firmware/board)
    target_compile_definitions(${name} PRIVATE VAGUS_BOARD_HZ=${VAGUS_BOARD_HZ_${VAGUS_CORE}}U)
    target_link_options(${name} PRIVATE -L${board} -T${board}/${VAGUS_CORE}.ld)
    set_target_properties(${name} PROPERTIES
      LINK_DEPENDS "${board}/${VAGUS_CORE}.ld;${board}/sections.ld;${PROJECT_SOURCE_DIR}/tools/foreign_symbols")
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${PROJECT_SOURCE_DIR}/tools/foreign_symbols arm-none-eabi- $<TARGET_FILE:${name}> $<TARGET_OBJECTS:${name}>
      COMMAND_EXPAND_LISTS VERBATIM)
  endif()
endfunction()

# vagus_host_program(NAME SOURCES a.cpp ... [FLAGS ...]): compiled for the host into VAGUS_HOST_DIR/NAME, in a core's build.
function(vagus_host_program name)
  cmake_parse_arguments(V "" "" "SOURCES;FLAGS" ${ARGN})
  set(march)
  if(CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(march -march=x86-64-v3)
  elseif(CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(march -march=armv8.2-a)
  endif()
  set(outputs)
  foreach(source ${V_SOURCES})
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    string(MD5 key "${source}")
    set(object ${VAGUS_HOST_DIR}/${name}.dir/${key}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${VAGUS_HOST_CXX} -std=c++20 -O2 ${march} -ffp-contract=off -fno-math-errno -fPIC ${V_FLAGS}
              -I${PROJECT_SOURCE_DIR} -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d
      COMMENT "For the host: ${name}" VERBATIM)
    list(APPEND outputs ${object})
  endforeach()
  add_custom_command(OUTPUT ${VAGUS_HOST_DIR}/${name}
    COMMAND ${VAGUS_HOST_CXX} ${V_FLAGS} ${outputs} -o ${VAGUS_HOST_DIR}/${name}
    DEPENDS ${outputs} COMMENT "For the host: ${name}" VERBATIM)
  add_custom_target(${name}_host ALL DEPENDS ${VAGUS_HOST_DIR}/${name})
endfunction()

# vagus_core_test(NAME PROGRAM [REGEX]): runs PROGRAM on the core; it must end well and have printed what REGEX says ("PASS").
function(vagus_core_test name program)
  set(pattern "PASS")
  if(ARGC GREATER 2)
    set(pattern ${ARGV2})
  endif()
  add_test(NAME ${VAGUS_CORE}.${name}
    COMMAND ${PROJECT_SOURCE_DIR}/tools/expect "${pattern}" 0 ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${program}>)
endfunction()

# vagus_streams(NAME HEADER REGISTRY variable [DEFINITION...]): the programs NAME_streams for the core and NAME_host_streams for the
#   host, and in `variable` the command that runs and compares them.
function(vagus_streams name header registry variable)
  set(here ${PROJECT_SOURCE_DIR}/device/conformance)
  set(streams ${PROJECT_SOURCE_DIR}/apps/firmware/conformance/streams.cpp)
  set(definitions "VAGUS_REGISTRY_HEADER=\"${header}\"" VAGUS_REGISTRY=${registry} ${ARGN})
  list(TRANSFORM definitions PREPEND -D OUTPUT_VARIABLE flags)
  vagus_core_program(${name}_streams SOURCES ${streams})
  target_compile_definitions(${name}_streams PRIVATE ${definitions})
  if(VAGUS_BARE)
    target_link_options(${name}_streams PRIVATE -Wl,--defsym=__stack_size=0xC000)
  endif()
  vagus_host_program(${name}_host_streams FLAGS ${flags}
    SOURCES ${streams} ${PROJECT_SOURCE_DIR}/apps/firmware/board/host.cpp)
  if(NOT TARGET compare_streams_host)
    vagus_host_program(compare_streams SOURCES ${here}/compare_streams.cpp)
  endif()
  set(${variable} ${here}/same_streams.sh ${VAGUS_HOST_DIR}/compare_streams ${CMAKE_CURRENT_BINARY_DIR}/${name}
      host ${VAGUS_HOST_DIR}/${name}_host_streams -- ${VAGUS_CORE} ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${name}_streams>
      PARENT_SCOPE)
endfunction()

# vagus_same_bits(NAME HEADER REGISTRY [DEFINITION...]): the proof that a list of detectors gives the same bits everywhere; with
#   VAGUS_STREAM_OPERATORS the mathematics and the operators too.
#   On a host: test NAME.same_bits, this build's stream against those of each compiler and optimisation.
#   On a core: test CORE.NAME.same_bits, the core's stream against the host's, whole.
function(vagus_same_bits name header registry)
  set(here ${PROJECT_SOURCE_DIR}/device/conformance)
  if(DEFINED VAGUS_CORE)
    vagus_streams(${name} ${header} ${registry} command ${ARGN})
    add_test(NAME ${VAGUS_CORE}.${name}.same_bits COMMAND ${command})
  elseif(VAGUS_TESTS)
    if(NOT TARGET compare_streams)
      add_executable(compare_streams ${here}/compare_streams.cpp)
      target_link_libraries(compare_streams PRIVATE vagus_device vagus_warnings)
    endif()
    if(VAGUS_SANITIZE)
      return()
    endif()
    set(definitions "VAGUS_REGISTRY_HEADER=\"${header}\"" VAGUS_REGISTRY=${registry} ${ARGN})
    list(TRANSFORM definitions PREPEND -D)
    add_test(NAME ${name}.same_bits
      COMMAND ${here}/same_bits.sh ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/same_bits $<TARGET_FILE:compare_streams>
              ${definitions} -- g++ clang++-14)
    set_tests_properties(${name}.same_bits PROPERTIES TIMEOUT 600)
  endif()
endfunction()
