#pragma once
/// libcurl behind plain types: the module `vagus-curl` (entry `vagus_curl`).
#include <string>

namespace vagus::lab {

class Curl {
 public:
  Curl() = default;
  virtual ~Curl() = default;
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;
  /// Downloads by http or https into a file; false, with the reason, on any failure.
  virtual bool get(const std::string& url, const std::string& path, std::string& error) const = 0;
};

}  // namespace vagus::lab

extern "C" {
/// The module's entry.
const vagus::lab::Curl* vagus_curl();
}
