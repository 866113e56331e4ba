#include "lab/store/named.h"

#include <filesystem>
#include <memory>
#include <optional>

#include "lab/base/error.h"
#include "lab/store/store.h"

namespace vagus::lab {

std::vector<NamedRecording> named_recordings(const std::string& text, const ReadOptions& options) {
  std::error_code ec;
  const bool may_be_stored =
      text.find(':') != std::string::npos && text.find("::") == std::string::npos && !std::filesystem::exists(text, ec);
  if (may_be_stored) {
    const auto store = std::make_shared<Store>(Store::open());
    if (const auto entries = resolve(*store, text)) {
      if (entries->empty()) throw Error("no recording matches", text, "`vagus data show` lists a set's recordings");
      std::vector<NamedRecording> recordings;
      for (const Entry& entry : *entries) {
        recordings.push_back({entry.set + ":" + entry.recording, [store, entry] { return store->load(entry); }, true});
      }
      return recordings;
    }
  }
  return {{text, [text, options] { return read(text, options); }}};
}

}  // namespace vagus::lab
