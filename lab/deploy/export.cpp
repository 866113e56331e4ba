#include "lab/deploy/export.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/deploy/device_sources.h"

namespace vagus::lab {
namespace {

/// What keeps the bits the same, and what a wrist does without.
constexpr const char* bit_flags = "-ffp-contract=off -fno-math-errno";
constexpr const char* freestanding_flags = "-ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics";

std::string replaced(std::string text, const DetectorInfo& info) {
  const std::pair<std::string_view, std::string> names[] = {
      {"@P", c_name(info)}, {"@N", info.contract->name}, {"@BITS", bit_flags}, {"@FREE", freestanding_flags}};
  for (const auto& [key, value] : names) {
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + value.size()))
      text.replace(at, key.size(), value);
  }
  return text;
}

class Staged {
 public:
  explicit Staged(const std::filesystem::path& beside)
      : path_(beside.string() + ".export-" + std::to_string(::getpid())) {}
  ~Staged() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Staged(const Staged&) = delete;
  Staged& operator=(const Staged&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

std::string export_makefile(const DetectorInfo& info) {
  return replaced(R"(# make                      lib@P.a and the example, for this machine
# make CROSS=arm-none-eabi- CPU="-mthumb -mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard" lib
#   for a Cortex-M4F; on an M55 add -fno-tree-vectorize. The flags under BITS are what keeps the bits the same.
CROSS ?=
ifneq ($(CROSS),)
CC := $(CROSS)gcc
CXX := $(CROSS)g++
AR := $(CROSS)ar
endif
CPU ?= $(if $(CROSS),,$(if $(filter x86_64,$(shell uname -m)),-march=x86-64-v3))
BITS := @BITS
CXXFLAGS ?= -O2
CFLAGS ?= -O2
CXXFLAGS += -std=c++20 $(BITS) @FREE -ffunction-sections -fdata-sections -Wall -Wextra -I.
CFLAGS += -std=c99 -pedantic -Wall -Werror -I.

all: example
lib: lib@P.a

@P.o: @P.cpp @P.h
	$(CXX) $(CPU) $(CXXFLAGS) -c $< -o $@
lib@P.a: @P.o
	$(AR) rcs $@ $^
main.o: main.c @P.h
	$(CC) $(CPU) $(CFLAGS) -c $< -o $@
example: main.o lib@P.a
	$(CC) $(CPU) $^ -o $@ -lm

clean:
	rm -f *.o lib@P.a example
.PHONY: all lib clean
)",
                  info);
}

std::string export_cmake(const DetectorInfo& info) {
  return replaced(
      R"(# add_subdirectory(...) and target_link_libraries(firmware PRIVATE @P); on its own it builds the example too.
cmake_minimum_required(VERSION 3.20)
project(@P LANGUAGES C CXX)

add_library(@P STATIC @P.cpp)
target_include_directories(@P PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_features(@P PUBLIC cxx_std_20)
separate_arguments(vagus_flags UNIX_COMMAND
  "@BITS @FREE -ffunction-sections -fdata-sections -Wall -Wextra")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT CMAKE_CROSSCOMPILING)
  list(APPEND vagus_flags -march=x86-64-v3)
endif()
target_compile_options(@P PRIVATE ${vagus_flags} $<$<CONFIG:>:-O2>)

if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR AND NOT CMAKE_SYSTEM_NAME STREQUAL "Generic")
  set(CMAKE_C_STANDARD 99)
  add_executable(example main.c)
  target_link_libraries(example PRIVATE @P m)
endif()
)",
      info);
}

std::string export_readme(const DetectorInfo& info) {
  const Contract& contract = *info.contract;
  std::string channels;
  for (const ChannelNeed& need : contract.reads)
    channels += fmt::format("- `{}` in {}, {} to {} Hz{}\n", name(need.quantity), name(need.unit),
                            shortest(need.min_rate_hz), shortest(need.max_rate_hz), need.optional ? ", optional" : "");
  return replaced(
      fmt::format(R"(# @N {}

{} Latency at most {} ms; {} bytes of state, no heap; not a medical device.
Source: {}. Evidence: {}.

Reads, on one even grid:
{}
## Building

`make` builds `lib@P.a` and `example` for this machine; `make CROSS=arm-none-eabi- CPU="-mthumb -mcpu=cortex-m4
-mfpu=fpv4-sp-d16 -mfloat-abi=hard" lib` the library for a Cortex-M4F. CMake: `add_subdirectory` and link `@P`.
In another build system: compile the one file `@P.cpp` as C++20, this folder on the include path, with

    @BITS @FREE

These, and no -ffast-math, are what makes the bits those of the desk. On a Cortex-M55 add -fno-tree-vectorize. The library
needs memcpy, memmove, memset and memcmp, and libgcc; no libm, no heap, no operating system.

## Use from C

    static @P detector;                       /* the whole memory */
    @P_config config;
    @P_defaults(&config);
    if (@P_init(&detector, &config) != 0) ...    /* refused */
    @P_push(&detector, &input, &sink);        /* a sample; answers come through the sink */
    @P_gap(&detector, lost_us);               /* samples were lost */

`@P_init` builds the state on the stack first: have {} bytes of stack to spare there. A snapshot is a memcpy of
the state. `vagus run @N FILE --json` gives the same events at the desk, bit for bit.

## Use from C++

`#include "{}"`; `{}` is the class, a sink any callable that takes its `Output`.
Exports of several detectors in one firmware must come from one version of vagus: they share headers.
)",
                  contract.version, contract.summary, shortest(contract.latency_ms), info.state_bytes, contract.source,
                  contract.evidence, channels, 2 * info.state_bytes + 256, header_of(contract.name), info.type),
      info);
}

std::vector<ExportFile> export_files(const DetectorInfo& info) {
  const std::string p = c_name(info);
  std::vector<ExportFile> files;
  for (const SourceFile& source : files_of(header_of(info.contract->name)))
    files.push_back({std::string(source.path), std::string(source.text)});
  files.push_back({p + ".h", c_header(info)});
  files.push_back({p + ".cpp", c_implementation(info)});
  files.push_back({"main.c", c_example(info)});
  files.push_back({"Makefile", export_makefile(info)});
  files.push_back({"CMakeLists.txt", export_cmake(info)});
  files.push_back({"README.md", export_readme(info)});
  return files;
}

void write_export(const std::vector<ExportFile>& files, const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  // A trailing slash names the same folder.
  const fs::path target = folder.has_filename() ? folder : folder.parent_path();
  std::error_code ec;
  if (fs::exists(fs::symlink_status(target, ec)) && !(fs::is_directory(target, ec) && fs::is_empty(target, ec)))
    throw Error("is there already and is no empty folder", target.string(), "name a new one");
  const Staged staged(target);
  try {
    for (const ExportFile& file : files) {
      const fs::path path = staged.path() / file.path;
      fs::create_directories(path.parent_path());
      write_whole(path, file.text);
    }
  } catch (const fs::filesystem_error& error) {
    throw Error("cannot be written: " + error.code().message(), target.string());
  }
  if (std::rename(staged.path().c_str(), target.c_str()) != 0)
    throw Error("cannot be written: " + std::string(std::strerror(errno)), target.string());
}

}  // namespace vagus::lab
