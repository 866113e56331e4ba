#include "lab/detect/reading.h"

#include <algorithm>

#include "lab/base/error.h"
#include "lab/detect/run.h"

namespace vagus::lab {
namespace {

constexpr std::int64_t block = 8192;

}  // namespace

Reading::Reading(const DetectorInfo& detector, const Recording& recording, const std::string& channel) {
  const std::vector<int> chosen = choose_channels(detector, recording, channel);
  const auto reads = detector.contract->reads;
  lead_ = &recording.channels[static_cast<std::size_t>(chosen.front())];
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Channel* source = chosen[i] < 0 ? nullptr : &recording.channels[static_cast<std::size_t>(chosen[i])];
    sources_.push_back(source);
    conversions_.push_back(source == nullptr ? Conversion{} : *conversion(source->unit, reads[i].unit));
    if (source != nullptr && source->time.stretches != lead_->time.stretches) {
      throw Error("the channels " + lead_->name + " and " + source->name + " are not on one time axis, which " +
                      detector.contract->name + " needs",
                  recording.name);
    }
  }
  if (lead_->time.rows() == 0)
    throw Error("there is not one sample to read", recording.name + " channel " + lead_->name);
  buffers_.assign(sources_.size(), std::vector<float>(static_cast<std::size_t>(block)));
  columns_.assign(sources_.size(), nullptr);
}

std::vector<bool> Reading::present() const {
  std::vector<bool> present;
  for (const Channel* source : sources_) present.push_back(source != nullptr);
  return present;
}

bool Reading::step(Feed& feed) {
  const auto& stretches = lead_->time.stretches;
  while (stretch_ < stretches.size() && done_ >= stretches[stretch_].rows) {
    ++stretch_;
    done_ = 0;
  }
  if (stretch_ == stretches.size()) return false;
  const Stretch& stretch = stretches[stretch_];
  if (done_ == 0) feed.begin_stretch(stretch.first_row, stretch.t_start_s, stretch.rate_hz);
  const auto count = static_cast<std::size_t>(std::min(stretch.rows - done_, block));
  for (std::size_t c = 0; c < sources_.size(); ++c) {
    if (sources_[c] == nullptr) continue;
    const std::span<float> values(buffers_[c].data(), count);
    sources_[c]->samples.read(static_cast<std::size_t>(stretch.first_row + done_), values);
    const Conversion& to = conversions_[c];
    if (to.factor != 1 || to.offset != 0) {
      for (float& value : values) value = static_cast<float>(static_cast<double>(value) * to.factor + to.offset);
    }
    columns_[c] = values.data();
  }
  feed.rows(columns_, count);
  done_ += static_cast<std::int64_t>(count);
  return true;
}

}  // namespace vagus::lab
