// Dataset files over a small folder: an Error, or recordings that can be read or say why not.
#include <cstdlib>

#include "fuzz/memory_volume.h"
#include "lab/store/dataset.h"

using namespace vagus::lab;

namespace {

constexpr const char* rule = R"([[recordings]]
files = "{person}/{side}.csv"
name = "{person}/{side}"
columns = [{ column = "ax", channel = "acc_x", unit = "g", scale = 0.5 }]
)";

std::shared_ptr<Volume> folder() {
  return std::make_shared<MemoryVolume>(std::map<std::string, std::string>{
      {"P01/left.csv", "t,ax,state\n0,1,sit\n0.02,2,sit\n0.04,x,walk\n0.06,4,walk\n"},
      {"P02/right.csv", "t;ax;state\n2026-03-01T10:00:00Z;1;a\n2026-03-01T10:00:01Z;2;b\n"},
      {"P03/rr.csv", "0.8\n0.75\n-1\n"},
      {"people.csv", "person,age,name\nP01,71,Doe\nP02,,\n"},
      {"events.csv", "who,at,what\nP01,0.01,trip\nP02,1,stumble\n"}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) text.insert(0, rule);
  try {
    const Dataset dataset(text, "x.toml");
    for (const SourceItem& item : dataset.recordings(folder(), "")) {
      if (item.alone) continue;  // forks for each
      try {
        const Recording recording = item.read();
        for (const Channel& channel : recording.channels)
          if (channel.time.rows() != static_cast<std::int64_t>(channel.samples.size())) std::abort();
        if (recording.name != item.recording) std::abort();
      } catch (const Error&) {
      }
    }
  } catch (const Error&) {
  }
  return 0;
}
