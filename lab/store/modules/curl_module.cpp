#include "lab/store/modules/curl_module.h"

#include <curl/curl.h>

#include <cstdio>
#include <memory>

namespace vagus::lab {
namespace {

constexpr curl_off_t most_bytes = curl_off_t{16} << 30;  // no archive that is read is larger

class Library final : public Curl {
 public:
  Library() { curl_global_init(CURL_GLOBAL_DEFAULT); }

  bool get(const std::string& url, const std::string& path, std::string& error) const override {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), &std::fclose);
    const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), &curl_easy_cleanup);
    if (file == nullptr || handle == nullptr) {
      error = "the file cannot be written";
      return false;
    }
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle.get(), CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(handle.get(), CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, 20L);
    // A minute without a kilobyte a second is no download.
    curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1024L);
    curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, 60L);
    curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle.get(), CURLOPT_MAXFILESIZE_LARGE, most_bytes);
    curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, file.get());
    const CURLcode code = curl_easy_perform(handle.get());
    if (code == CURLE_OK && std::fflush(file.get()) == 0) return true;
    error = reason[0] != '\0' ? reason : curl_easy_strerror(code);
    return false;
  }
};

}  // namespace
}  // namespace vagus::lab

const vagus::lab::Curl* vagus_curl() {
  static const auto* library = new vagus::lab::Library;
  return library;
}
