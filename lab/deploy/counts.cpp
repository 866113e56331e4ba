#include "lab/deploy/counts.h"

#include <algorithm>
#include <fstream>

#include "lab/base/error.h"
#include "lab/base/numbers.h"

namespace vagus::lab {
namespace {

RegionCounts region_of(const Json& json) {
  RegionCounts r;
  r.entries = json.at("entries");
  r.instructions = json.at("instructions");
  r.loads = json.at("loads");
  r.stores = json.at("stores");
  r.bytes_read = json.at("bytes_read");
  r.bytes_written = json.at("bytes_written");
  r.taken = json.at("taken_branches");
  r.windows = json.at("windows");
  if (r.windows > 0) {
    r.worst_entries = json.at("worst_window").at("entries");
    r.worst_instructions = json.at("worst_window").at("instructions");
  }
  for (const Json& one : json.at("code")) r.code.push_back({one.at(0), one.at(1), one.at(2), one.at(3), one.at(4)});
  std::sort(r.code.begin(), r.code.end(), [](const Executed& a, const Executed& b) { return a.address < b.address; });
  return r;
}

}  // namespace

RegionCounts read_counts(const std::filesystem::path& file, unsigned id) {
  std::ifstream stream(file);
  if (!stream) throw Error("the counting plugin wrote nothing", file.string());
  try {
    const Json json = Json::parse(stream);
    for (const Json& region : json.at("regions")) {
      if (region.at("id") == id) return region_of(region);
    }
  } catch (const Json::exception& error) {
    throw Error(std::string("the counting plugin's file cannot be read: ") + error.what(), file.string());
  }
  throw Error("the program never entered region " + std::to_string(id), file.string());
}

}  // namespace vagus::lab
