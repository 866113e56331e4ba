#include "lab/base/error.h"
#include "lab/store/signal_file.h"

namespace vagus::lab {

std::filesystem::path SignalSeal::file() const {
  return std::filesystem::path(signal_hash.substr(0, 2)) / (signal_hash + "." + file_hash.substr(0, 16) + ".h5");
}

Json to_json(const SignalSeal& seal) {
  Json json{{"signal", seal.signal_hash},       {"facts", seal.facts_hash}, {"file", seal.file_hash},
            {"structure", seal.structure_hash}, {"bytes", seal.file_size},  {"channels", Json::array()}};
  for (const SignalSeal::Channel& channel : seal.channels) {
    Json spans = Json::array();
    for (const ByteSpan& span : channel.spans) spans.push_back({span.offset, span.size});
    json["channels"].push_back({{"name", channel.name},
                                {"hash", channel.hash},
                                {"type", static_cast<int>(channel.type)},
                                {"rows", channel.rows},
                                {"chunk_rows", channel.chunk_rows},
                                {"spans", std::move(spans)}});
  }
  return json;
}

SignalSeal seal_from_json(const Json& json) {
  SignalSeal seal;
  seal.signal_hash = json.at("signal").get<std::string>();
  seal.facts_hash = json.at("facts").get<std::string>();
  seal.file_hash = json.at("file").get<std::string>();
  seal.structure_hash = json.at("structure").get<std::string>();
  seal.file_size = json.at("bytes").get<std::uint64_t>();
  for (const Json& of : json.at("channels")) {
    SignalSeal::Channel channel;
    channel.name = of.at("name").get<std::string>();
    channel.hash = of.at("hash").get<std::string>();
    const int type = of.at("type").get<int>();
    if (type < 0 || type > 3) throw Error("an unknown type of samples");
    channel.type = static_cast<SampleType>(type);
    channel.rows = of.at("rows").get<std::uint64_t>();
    channel.chunk_rows = of.at("chunk_rows").get<std::uint64_t>();
    for (const Json& span : of.at("spans"))
      channel.spans.push_back({span.at(0).get<std::uint64_t>(), span.at(1).get<std::uint64_t>()});
    seal.channels.push_back(std::move(channel));
  }
  return seal;
}

}  // namespace vagus::lab
