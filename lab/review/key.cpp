#include "lab/review/key.h"

#include <algorithm>
#include <filesystem>

#include "lab/base/atomic_file.h"
#include "lab/base/error.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* key_schema = "vagus.label-review.key/1";
constexpr CaseKind kinds[] = {CaseKind::missed, CaseKind::extra, CaseKind::agreeing};

fs::path path_of(const fs::path& store, const std::string& hash) { return store / "reviews" / (hash + ".json"); }

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

CaseKey case_from(const Json& json) {
  CaseKey one;
  one.id = json.at("case").get<std::string>();
  const auto kind = json.at("kind").get<std::string>();
  const auto* known = std::find_if(std::begin(kinds), std::end(kinds), [&](CaseKind k) { return name(k) == kind; });
  if (known == std::end(kinds)) throw Error("a case of a kind that is not known: '" + kind + "'");
  one.kind = *known;
  one.set = json.at("set").get<std::string>();
  one.recording = json.at("recording").get<std::string>();
  one.subject = json.at("subject").get<std::string>();
  one.signal_hash = json.at("signal").get<std::string>();
  one.labels_hash = json.at("labels").get<std::string>();
  one.t0_s = json.at("t0_s").get<double>();
  one.length_s = json.at("length_s").get<double>();
  one.t_s = json.at("t_s").get<double>();
  one.tick_hz = json.at("tick_hz").get<double>();
  one.tick = json.at("tick").get<std::int64_t>();
  one.into = json.value("into", std::int64_t{0});
  return one;
}

}  // namespace

std::string_view name(CaseKind kind) {
  switch (kind) {
    case CaseKind::missed:
      return "missed";
    case CaseKind::extra:
      return "false";
    default:
      return "agreeing";
  }
}

Json as_json(const ReviewKey& key) {
  Json json = {{"schema", key_schema}, {"hash", key.hash},   {"title", key.title},    {"study", key.study},
               {"track", key.track},   {"event", key.event}, {"cases", Json::array()}};
  for (const CaseKey& one : key.cases) {
    json["cases"].push_back({{"case", one.id},
                             {"kind", name(one.kind)},
                             {"set", one.set},
                             {"recording", one.recording},
                             {"subject", one.subject},
                             {"signal", one.signal_hash},
                             {"labels", one.labels_hash},
                             {"t0_s", number(one.t0_s)},
                             {"length_s", number(one.length_s)},
                             {"t_s", number(one.t_s)},
                             {"tick_hz", number(one.tick_hz)},
                             {"tick", one.tick},
                             {"into", one.into}});
  }
  return json;
}

ReviewKey key_from_json(const Json& json) {
  try {
    if (json.at("schema") != key_schema)
      throw Error("the review's cases are of a schema that this version does not read");
    ReviewKey key;
    key.hash = json.at("hash").get<std::string>();
    key.title = json.at("title").get<std::string>();
    key.study = json.at("study").get<std::string>();
    key.track = json.at("track").get<std::string>();
    key.event = json.value("event", std::string("beat"));
    for (const Json& one : json.at("cases")) key.cases.push_back(case_from(one));
    return key;
  } catch (const Json::exception&) {
    throw Error("the review's cases are not as `vagus data label export` writes them");
  }
}

void keep(const Store& store, const ReviewKey& key) {
  const fs::path path = path_of(store.folder(), key.hash);
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) throw Error("the store cannot be written: " + code.message(), path.string());
  write_whole(path, as_json(key).dump(1) + "\n");
}

ReviewKey kept_key(const Store& store, const std::string& hash) {
  if (!is_hash(hash)) throw Error("the file names its cases by '" + hash + "', which is no hash");
  std::error_code code;
  for (const fs::path& folder : {store.folder(), store.base()}) {
    const fs::path path = path_of(folder, hash);
    if (folder.empty() || !fs::exists(path, code)) continue;
    try {
      ReviewKey key = key_from_json(Json::parse(read_text(path)));
      if (key.hash != hash) throw Error("the review's cases are not those that they are named by");
      return key;
    } catch (const Json::exception&) {
      throw Error("the review's cases are damaged", path.string());
    } catch (const Error& error) {
      throw error.within(path.string());
    }
  }
  throw Error("this is a review of other data: the store has no cases " + hash.substr(0, 16), "",
              "apply it where `vagus data label export` made the page");
}

}  // namespace vagus::lab
