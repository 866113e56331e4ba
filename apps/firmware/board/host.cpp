// The board's console and exit, on a host.
#include <cstdio>
#include <cstdlib>

#include "apps/firmware/board/board.h"
#include "apps/firmware/board/files.h"

namespace vagus::board {
namespace {

std::FILE* files[8];

}  // namespace

void write(const void* bytes, std::size_t count) {
  if (std::fwrite(bytes, 1, count, stdout) != count) exit(1);
}
void exit(int status) { std::exit(std::fflush(stdout) == 0 ? status : 1); }

File open(const char* name, Mode mode) {
  for (std::int32_t i = 0; i < 8; ++i) {
    if (files[i] != nullptr) continue;
    files[i] = std::fopen(name, mode == Mode::read ? "rb" : "wb");
    return {files[i] == nullptr ? -1 : i};
  }
  return {};
}
std::size_t read(File file, void* bytes, std::size_t count) { return std::fread(bytes, 1, count, files[file.handle]); }
bool write(File file, const void* bytes, std::size_t count) {
  return std::fwrite(bytes, 1, count, files[file.handle]) == count;
}
void close(File file) {
  std::fclose(files[file.handle]);
  files[file.handle] = nullptr;
}

}  // namespace vagus::board
