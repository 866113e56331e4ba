#include "apps/cli/recordings.h"

#include <filesystem>
#include <memory>
#include <optional>

#include "lab/base/error.h"
#include "lab/store/store.h"

namespace vagus::cli {

std::vector<Source> sources_of(const std::string& text, const lab::ReadOptions& options) {
  std::error_code ec;
  const bool may_be_stored =
      text.find(':') != std::string::npos && text.find("::") == std::string::npos && !std::filesystem::exists(text, ec);
  if (may_be_stored) {
    const auto store = std::make_shared<lab::Store>(lab::Store::open());
    if (const auto entries = lab::resolve(*store, text)) {
      if (entries->empty())
        throw lab::Error("no recording matches", text, "`vagus data show` lists a set's recordings");
      std::vector<Source> sources;
      for (const lab::Entry& entry : *entries) {
        sources.push_back({entry.set + ":" + entry.recording, [store, entry] { return store->load(entry); }, true});
      }
      return sources;
    }
  }
  return {{text, [text, options] { return lab::read(text, options); }}};
}

}  // namespace vagus::cli
