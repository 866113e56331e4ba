#include "lab/detect/stream.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lab/base/error.h"

namespace vagus::lab {
namespace {

constexpr char magic[8] = {'v', 'g', 's', 't', 'r', 'm', '0', '1'};

std::uint64_t sum_of(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0xcbf29ce484222325U;  // FNV-1a
  for (const std::byte byte : bytes) sum = (sum ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3U;
  return sum;
}

void append(std::vector<std::byte>& out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + size);
}
template <class T>
void append(std::vector<std::byte>& out, T value) {
  append(out, &value, sizeof value);
}

/// Reads what `append` wrote; false once it ends too early.
class Parcel {
 public:
  explicit Parcel(std::span<const std::byte> bytes) : left_(bytes) {}
  bool bytes(std::size_t size, std::span<const std::byte>& out) {
    if (size > left_.size()) return false;
    out = left_.first(size);
    left_ = left_.subspan(size);
    return true;
  }
  template <class T>
  bool value(T& out) {
    std::span<const std::byte> from;
    if (!bytes(sizeof out, from)) return false;
    std::memcpy(&out, from.data(), sizeof out);
    return true;
  }
  std::size_t left() const { return left_.size(); }

 private:
  std::span<const std::byte> left_;
};

struct Saved {
  std::string identity;
  std::int64_t pushed = 0;
  Stream::Gaps gaps;
  std::span<const std::byte> state;
};

bool unpack(std::span<const std::byte> bytes, Saved& saved) {
  if (bytes.size() < sizeof magic + sizeof(std::uint64_t)) return false;
  const std::span<const std::byte> body = bytes.first(bytes.size() - sizeof(std::uint64_t));
  std::uint64_t sum = 0, length = 0, gaps = 0;
  std::memcpy(&sum, bytes.data() + body.size(), sizeof sum);
  if (sum != sum_of(body) || std::memcmp(body.data(), magic, sizeof magic) != 0) return false;
  Parcel parcel(body.subspan(sizeof magic));
  std::span<const std::byte> text;
  if (!parcel.value(length) || !parcel.bytes(static_cast<std::size_t>(length), text)) return false;
  saved.identity.assign(reinterpret_cast<const char*>(text.data()), text.size());
  if (!parcel.value(saved.pushed) || !parcel.value(gaps)) return false;
  for (std::uint64_t i = 0; i < gaps; ++i) {
    std::pair<std::int64_t, double> gap;
    if (!parcel.value(gap.first) || !parcel.value(gap.second)) return false;
    saved.gaps.push_back(gap);
  }
  return parcel.bytes(parcel.left(), saved.state);
}

}  // namespace

Stream::Stream(const DetectorInfo& detector, Config config, double rate_hz, Wanted wanted, Hearer hearer)
    : detector_(detector), config_(std::move(config)), rate_hz_(rate_hz), hearer_(std::move(hearer)) {
  if (!(rate_hz > 0) || !std::isfinite(rate_hz)) throw UsageError("rate_hz is a number of Hz above 0");
  for (const FieldInfo& field : detector_.config)
    if (field.name == "rate_hz") config_["rate_hz"] = rate_hz;
  instance_ = detector_.make(config_, wanted);
  listener_ = [this](const Said& said) { hear(said); };
}

void Stream::push(std::span<const float* const> columns, std::size_t rows) {
  const auto& reads = detector_.contract->reads;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == nullptr && rows > 0 && !reads[i].optional)
      throw UsageError(std::string(detector_.contract->name) + " needs its channel " + name(reads[i].quantity));
  }
  instance_->push(columns, rows, listener_);
  pushed_ += static_cast<std::int64_t>(rows);
}

void Stream::gap(double seconds) {
  if (!(seconds > 0) || seconds > 1e9) throw UsageError("a gap is a number of seconds above 0");
  instance_->gap(Duration::from_us(static_cast<std::int64_t>(std::llround(seconds * 1e6))));
  gaps_.emplace_back(pushed_, (gaps_.empty() ? 0 : gaps_.back().second) + seconds);
}

void Stream::finish() { instance_->finish(listener_); }

void Stream::restore(std::span<const std::byte> snapshot, std::int64_t pushed, Gaps gaps) {
  instance_->restore(snapshot);
  pushed_ = restored_at_ = pushed;
  gaps_ = std::move(gaps);
}

std::string Stream::identity() const {
  std::string text =
      std::string(detector_.contract->name) + " " + detector_.contract->version + " at " + shortest(rate_hz_) + " Hz";
  for (const auto& [key, value] : config_) text += ", " + key + " = " + shortest(value);
  return text;
}

std::vector<std::byte> Stream::saved() const {
  std::vector<std::byte> out;
  append(out, magic, sizeof magic);
  const std::string text = identity();
  append(out, std::uint64_t{text.size()});
  append(out, text.data(), text.size());
  append(out, pushed_);
  append(out, std::uint64_t{gaps_.size()});
  for (const auto& [sample, lost_s] : gaps_) {
    append(out, sample);
    append(out, lost_s);
  }
  const std::span<const std::byte> state = snapshot();
  append(out, state.data(), state.size());
  append(out, sum_of(out));
  return out;
}

void Stream::resume(std::span<const std::byte> bytes) {
  Saved saved;
  if (!unpack(bytes, saved)) throw Error("the snapshot is damaged, or none at all");
  if (saved.identity != identity())
    throw Error("the snapshot is of " + saved.identity + ", and this stream is " + identity());
  restore(saved.state, saved.pushed, std::move(saved.gaps));
}

double Stream::lost_before(std::int64_t sample) const {
  for (auto gap = gaps_.rbegin(); gap != gaps_.rend(); ++gap)
    if (gap->first <= sample) return gap->second;
  return 0;
}

double Stream::time_of(std::int64_t sample) const {
  return static_cast<double>(sample) / rate_hz_ + lost_before(sample);
}

/// One interval after the sample before: a stretch that ends at a gap ends before it.
double Stream::end_time_of(std::int64_t sample) const {
  return static_cast<double>(sample) / rate_hz_ + lost_before(sample - 1);
}

void Stream::hear(const Said& said) {
  // An instance that was restored counts from 0 again.
  const std::int64_t known = std::max<std::int64_t>(restored_at_ + said.known_sample - 1, 0);
  const bool stretch = said.end_sample > said.sample;
  hearer_(said, {time_of(said.sample), stretch ? end_time_of(said.end_sample) : time_of(said.sample), time_of(known)});
}

}  // namespace vagus::lab
