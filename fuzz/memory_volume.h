#pragma once
/// A volume of files in memory, for readers that are fed made-up bytes.
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lab/base/error.h"
#include "lab/formats/volume.h"

namespace vagus::lab {

class MemoryVolume final : public Volume {
 public:
  explicit MemoryVolume(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  std::string shown() const override { return "memory::"; }
  bool contains(const std::string& path) const override { return files_.contains(path); }
  Bytes read(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) throw Error("no such file", shown() + path);
    return Bytes::copy_of(found->second);
  }
  std::vector<std::string> list() const override {
    std::vector<std::string> paths;
    for (const auto& [path, content] : files_) paths.push_back(path);
    return paths;
  }

 private:
  std::map<std::string, std::string> files_;
};

inline Location in_memory(const std::string& path, std::string_view content) {
  return {std::make_shared<MemoryVolume>(std::map<std::string, std::string>{{path, std::string(content)}}), path};
}

}  // namespace vagus::lab
