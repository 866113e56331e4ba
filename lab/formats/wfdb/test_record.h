#pragma once
/// What the WFDB tests share: records made in memory, folders that go away.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lab/base/error.h"
#include "lab/formats/wfdb/packing.h"
#include "lab/formats/wfdb/wfdb.h"

namespace vagus::lab::wfdb_test {

namespace fs = std::filesystem;

/// Files that exist in this test alone.
class MemoryVolume final : public Volume {
 public:
  std::map<std::string, std::string> files;
  std::string shown() const override { return "memory/"; }
  bool contains(const std::string& path) const override { return files.contains(path); }
  Bytes read(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end()) throw Error("no such file", shown() + path);
    const auto text = std::make_shared<const std::string>(found->second);
    return {text, std::as_bytes(std::span(text->data(), text->size()))};
  }
  std::vector<std::string> list() const override {
    std::vector<std::string> names;
    for (const auto& [name, content] : files) names.push_back(name);
    return names;
  }
};

struct Record {
  std::shared_ptr<MemoryVolume> volume = std::make_shared<MemoryVolume>();
  std::string& operator[](const std::string& file) { return volume->files[file]; }
  Recording read(const std::string& header = "r.hea", const ReadOptions& options = {}) const {
    return read_wfdb({volume, header}, options);
  }
  /// The message of the Error that reading gives; "" if it gives none.
  std::string refusal(const std::string& header = "r.hea") const {
    try {
      read(header);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Exit::bad_input);
      return error.what();
    }
    return "";
  }
};

inline std::string bytes_of(int format, const std::vector<std::int32_t>& samples) {
  const std::vector<std::byte> packed = wfdb::pack(format, samples);
  return {reinterpret_cast<const char*>(packed.data()), packed.size()};
}

/// `rows` rows of `signals` signals in format 16, sample = 10 * row + signal.
inline std::string ramp(int rows, int signals) {
  std::vector<std::int32_t> samples;
  for (int r = 0; r < rows; ++r) {
    for (int s = 0; s < signals; ++s) samples.push_back(10 * r + s);
  }
  return bytes_of(16, samples);
}

inline const SampleColumn<std::int16_t>& narrow(const Channel& channel) {
  return std::get<SampleColumn<std::int16_t>>(channel.samples.storage());
}

/// A folder that goes away with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("vagus_wfdb_test_" + std::to_string(getpid()) + "_" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
  Folder() { fs::create_directories(path); }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Recording read(const std::string& name) const { return read_wfdb({open_folder(path.string()), name + ".hea"}); }
};

inline Recording recording_of(std::vector<Channel> channels) {
  Recording recording;
  recording.name = "made";
  recording.channels = std::move(channels);
  return recording;
}

inline Channel channel_of(const std::string& name, Samples samples, double rate_hz) {
  Channel channel;
  channel.name = name;
  channel.unit = Unit::mv;
  channel.time = TimeAxis::even(rate_hz, static_cast<std::int64_t>(samples.size()));
  channel.samples = std::move(samples);
  return channel;
}

}  // namespace vagus::lab::wfdb_test
