/// What tests/oracles/wfdb_oracle.py compares with PyPI's `wfdb`: records and annotations as vagus reads them, as JSON
/// and raw numbers.
///   oracle_tool record HEADER OUT        OUT.json and OUT.bin (per channel: digital int32 if integer, physical double)
///   oracle_tool annotations FILE         JSON on standard output
///   oracle_tool rewrite HEADER BASE FMT  the record written again in a signal format (0: chosen)
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "lab/base/error.h"
#include "lab/base/numbers.h"
#include "lab/formats/wfdb/wfdb.h"

namespace {

using namespace vagus::lab;

Location at(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  return {open_folder(folder), path.substr(slash + 1)};
}

Json annotations_json(const Track& track) {
  Json all = Json::array();
  for (const Annotation& a : track.current()) {
    all.push_back({a.tick, a.label, a.subtype, a.channel, a.num, a.text});
  }
  return {{"name", track.name}, {"tick_hz", track.tick_hz}, {"annotations", std::move(all)}};
}

void dump_record(const std::string& header, const std::string& out) {
  const Recording recording = read_wfdb(at(header));
  Json json = {{"name", recording.name},
               {"start", recording.start ? iso(*recording.start) : ""},
               {"attributes", recording.attributes},
               {"identifiers", recording.identifiers},
               {"repairs", recording.repairs}};
  std::ofstream numbers(out + ".bin", std::ios::binary);
  for (const Channel& channel : recording.channels) {
    Json stretches = Json::array();
    for (const Stretch& s : channel.time.stretches) stretches.push_back({s.first_row, s.rows, s.t_start_s, s.rate_hz});
    json["channels"].push_back({{"name", channel.name},
                                {"unit", name(channel.unit)},
                                {"unit_text", channel.unit_text},
                                {"quantity", name(channel.quantity)},
                                {"rate_hz", channel.time.rate_hz},
                                {"rows", channel.samples.size()},
                                {"integer", channel.samples.is_integer()},
                                {"gain", channel.samples.gain()},
                                {"baseline", channel.samples.baseline()},
                                {"stretches", stretches}});
    const std::size_t rows = channel.samples.size();
    if (const auto* narrow = std::get_if<SampleColumn<std::int16_t>>(&channel.samples.storage())) {
      const std::vector<std::int32_t> wide(narrow->begin(), narrow->end());
      numbers.write(reinterpret_cast<const char*>(wide.data()), static_cast<std::streamsize>(4 * rows));
    } else if (const auto* wide = std::get_if<SampleColumn<std::int32_t>>(&channel.samples.storage())) {
      numbers.write(reinterpret_cast<const char*>(wide->data()), static_cast<std::streamsize>(4 * rows));
    }
    std::vector<double> physical(rows);
    channel.samples.read(0, std::span<double>(physical));
    numbers.write(reinterpret_cast<const char*>(physical.data()), static_cast<std::streamsize>(8 * rows));
  }
  for (const Track& track : recording.tracks) json["tracks"].push_back(annotations_json(track));
  std::ofstream(out + ".json") << json.dump();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 3 && words[0] == "record") {
      dump_record(words[1], words[2]);
    } else if (words.size() == 2 && words[0] == "annotations") {
      std::cout << annotations_json(read_annotations(at(words[1]))).dump() << "\n";
    } else if (words.size() == 4 && words[0] == "rewrite") {
      WfdbWriteOptions options;
      options.format = std::stoi(words[3]);
      write_wfdb(read_wfdb(at(words[1])), words[2], options);
    } else {
      std::cerr << "record HEADER OUT | annotations FILE | rewrite HEADER BASE FORMAT\n";
      return 2;
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
  return 0;
}
