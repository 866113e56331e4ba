#include "lab/signal/recording.h"

#include <algorithm>

namespace vagus::lab {

const Channel* Recording::find(std::string_view channel_name) const {
  const auto it =
      std::find_if(channels.begin(), channels.end(), [&](const Channel& c) { return c.name == channel_name; });
  return it == channels.end() ? nullptr : &*it;
}

const Track* Recording::track(std::string_view track_name) const {
  const auto it = std::find_if(tracks.begin(), tracks.end(), [&](const Track& t) { return t.name == track_name; });
  return it == tracks.end() ? nullptr : &*it;
}

double Recording::duration_s() const {
  double end = 0;
  for (const Channel& channel : channels) {
    if (channel.time.stretches.empty()) continue;
    end = std::max(end, channel.time.stretches.front().t_start_s + channel.time.duration_s());
  }
  return end;
}

}  // namespace vagus::lab
