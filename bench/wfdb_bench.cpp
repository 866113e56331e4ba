/// Reading WFDB: `wfdb_bench [FOLDER_OF_MITDB]`, else VAGUS_DATA/mitdb. Best and median of nine runs over every record,
/// files in the page cache, each read into new memory as the program does it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/formats/wfdb/wfdb.h"

namespace {

using namespace vagus::lab;

/// Milliseconds a record, of each of nine rounds over all records, sorted.
std::vector<double> rounds(const std::shared_ptr<Volume>& volume, const std::vector<std::string>& headers,
                           const ReadOptions& options) {
  std::vector<double> times;
  for (int round = 0; round < 9; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (const std::string& header : headers) read_wfdb({volume, header}, options);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    times.push_back(taken.count() / static_cast<double>(headers.size()));
  }
  std::sort(times.begin(), times.end());
  return times;
}

void line(const char* what, const std::vector<double>& times) {
  std::printf("%-46s %7.3f ms a record (median %.3f)\n", what, times.front(), times[times.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  const char* data = std::getenv("VAGUS_DATA");
  if (argc < 2 && data == nullptr) {
    std::printf("SKIPPED: neither a folder of mitdb nor VAGUS_DATA is given\n");
    return 0;
  }
  try {
    const auto volume = open_folder(argc > 1 ? std::string(argv[1]) : std::string(data) + "/mitdb");
    std::vector<std::string> headers;
    for (const std::string& file : volume->list()) {
      if (file.ends_with(".hea")) headers.push_back(file);
    }
    if (headers.empty()) throw Error("no WFDB header in this folder", volume->shown());
    ReadOptions options;
    std::printf("%zu records\n", headers.size());
    line("signals and annotations", rounds(volume, headers, options));
    options.annotations = false;
    line("signals", rounds(volume, headers, options));
    options.signals = false;
    line("header", rounds(volume, headers, options));
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
  return 0;
}
