#include "lab/study/guards/fingerprint.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "lab/stats/random.h"
#include "lab/study/packed.h"

namespace vagus::lab::guards {
namespace {

constexpr std::uint8_t layout = 1;
constexpr std::size_t most_channels = 3;
constexpr double whole_s = 2 * 3600, part_s = 300;
constexpr int parts = 24;
/// A hole up to here is bridged by the last value, as the front end bridges what it can.
constexpr double bridged_s = 0.25;
constexpr double shortest_piece_s = 4;
constexpr double full_scale = 16;  ///< steps of `values` to one rms

/// Steps to either side of an anchor that its code looks at, and within which it must be the largest.
constexpr double reach = 1.5 * print_hz;
constexpr std::ptrdiff_t alone = 12;

/// Running sum of a run of samples, each held until the next, at the steps of the grid: all that is kept of them.
class GridSums {
 public:
  GridSums(double t_start_s, double rate_hz) : t_start_s_(t_start_s), step_(rate_hz / print_hz), next_(step_) {}
  void add(std::span<const float> values) {
    for (std::size_t i = 0; i < values.size();) {
      // Whole samples before the next step first, then the one that it parts; several steps where the signal is slower.
      const auto whole = std::min(values.size() - i, static_cast<std::size_t>(next_ - samples_));
      double sum = 0;
      for (const float value : values.subspan(i, whole)) sum += static_cast<double>(value);
      sum_ += sum;
      samples_ += static_cast<double>(whole);
      i += whole;
      if (i == values.size()) break;
      const auto value = static_cast<double>(values[i++]);
      while (next_ < samples_ + 1) {
        sums_.push_back(sum_ + (next_ - samples_) * value);
        next_ = static_cast<double>(sums_.size()) * step_;
      }
      sum_ += value;
      samples_ += 1;
    }
  }
  double t_start_s() const { return t_start_s_; }
  std::size_t steps() const { return sums_.size() - 1; }
  /// Mean over whole steps.
  double mean(std::size_t from, std::size_t to) const {
    return (sums_[to] - sums_[from]) / (static_cast<double>(to - from) * step_);
  }

 private:
  double t_start_s_, step_, next_, sum_ = 0, samples_ = 0;
  std::vector<double> sums_{0.0};
};

/// Means over two grid steps (nothing is left at the mains' frequency), less the mean over two seconds, in units of the
/// rms over 16 s. Value i lies at step i + 1.
std::vector<float> scaled_values(const GridSums& sums) {
  const std::size_t steps = sums.steps();
  std::vector<float> values(steps > 1 ? steps - 1 : 0);
  std::vector<double> squares(values.size() + 1, 0.0);
  constexpr auto second = static_cast<std::size_t>(print_hz);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t at = i + 1;
    const double slow = sums.mean(at > second ? at - second : 0, std::min(steps, at + second));
    values[i] = static_cast<float>(sums.mean(at - 1, at + 1) - slow);
    squares[i + 1] = squares[i] + static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  const double overall = values.empty() ? 0 : std::sqrt(squares.back() / static_cast<double>(values.size()));
  constexpr std::size_t half = 8 * second;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t low = i > half ? i - half : 0, high = std::min(values.size(), i + half);
    const double rms = std::sqrt(std::max(squares[high] - squares[low], 0.0) / static_cast<double>(high - low));
    const double scale = std::max(rms, 1e-3 * overall);
    values[i] = scale > 0 ? static_cast<float>(static_cast<double>(values[i]) / scale) : 0.0F;
  }
  return values;
}

/// One bit: is the mean over one span above that over another, both in grid steps from the anchor?
struct Comparison {
  double first, second, width;
};

const std::array<Comparison, 24>& comparisons() {
  static const auto all = [] {
    std::array<Comparison, 24> made{};
    SplitMix random(24);
    constexpr double widths[] = {2, 4, 8, 12};
    for (std::size_t i = 0; i < made.size(); ++i) {
      const double width = widths[i % std::size(widths)];
      const auto place = [&] { return -reach + random.uniform() * (2 * reach - width); };
      double first = place(), second = place();
      while (std::abs(first - second) < width) second = place();
      made[i] = {first, second, width};
    }
    return made;
  }();
  return all;
}

Anchor describe(const std::vector<double>& sums, double at, float sign) {
  const auto sum = [&](double place) {
    const auto below = static_cast<std::size_t>(place);
    return sums[below] + (place - static_cast<double>(below)) * (sums[below + 1] - sums[below]);
  };
  Anchor anchor;
  anchor.at = static_cast<float>(at);
  std::array<std::pair<double, unsigned>, 24> margins;
  unsigned bit = 0;
  for (const Comparison& one : comparisons()) {
    const double first = sum(at + one.first + one.width) - sum(at + one.first);
    const double second = sum(at + one.second + one.width) - sum(at + one.second);
    const double margin = static_cast<double>(sign) * (first - second) / std::sqrt(one.width);
    if (margin > 0) anchor.code |= 1U << bit;
    margins[bit] = {std::abs(margin), bit};
    ++bit;
  }
  std::partial_sort(margins.begin(), margins.begin() + 3, margins.end());
  for (std::size_t i = 0; i < 3; ++i) anchor.weak |= 1U << margins[i].second;
  return anchor;
}

std::vector<Anchor> anchors_of(const std::vector<float>& values) {
  std::vector<double> sums(values.size() + 2, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i + 1] = sums[i] + static_cast<double>(values[i]);
  sums.back() = sums[values.size()];
  std::vector<Anchor> anchors;
  const auto size = static_cast<std::ptrdiff_t>(values.size());
  const auto margin = static_cast<std::ptrdiff_t>(reach) + 2;
  const auto height = [&](std::ptrdiff_t i) { return std::abs(values[static_cast<std::size_t>(i)]); };
  for (std::ptrdiff_t i = margin; i < size - margin; ++i) {
    const float peak = height(i);
    if (peak < 1 || peak < height(i - 1) || peak <= height(i + 1)) continue;
    bool largest = true;
    for (std::ptrdiff_t k = 2; k <= alone && largest; ++k) largest = peak >= height(i - k) && peak > height(i + k);
    if (!largest) continue;
    const double before = static_cast<double>(height(i - 1)), after = static_cast<double>(height(i + 1));
    const double curvature = before - 2 * static_cast<double>(peak) + after;
    const double shift = curvature < 0 ? std::clamp(0.5 * (before - after) / curvature, -0.5, 0.5) : 0;
    // Sums run over whole steps, so the middle of value i lies at i + 0.5.
    anchors.push_back(
        describe(sums, static_cast<double>(i) + 0.5 + shift, values[static_cast<std::size_t>(i)] < 0 ? -1.0F : 1.0F));
    i += alone;
  }
  return anchors;
}

void add_piece(const GridSums& sums, std::uint32_t channel, std::vector<Piece>& pieces) {
  if (static_cast<double>(sums.steps()) < shortest_piece_s * print_hz) return;
  const std::vector<float> values = scaled_values(sums);
  Piece piece;
  piece.channel = channel;
  piece.t_start_s = sums.t_start_s();
  piece.anchors = anchors_of(values);
  if (piece.anchors.empty()) return;
  piece.values.reserve(values.size());
  for (const float value : values)
    piece.values.push_back(
        static_cast<std::int8_t>(std::clamp(std::lround(static_cast<double>(value) * full_scale), -127L, 127L)));
  pieces.push_back(std::move(piece));
}

/// A run of rows of one stretch, cut where values are missing for long.
void add_rows(const Channel& channel, const Stretch& stretch, std::int64_t first, std::int64_t last,
              std::uint32_t index, std::vector<Piece>& pieces) {
  constexpr std::size_t block = 8192;
  std::vector<float> values(block);
  std::optional<GridSums> run;
  std::int64_t missing = 0;
  float held = 0;
  const auto end_run = [&] {
    if (run) add_piece(*run, index, pieces);
    run.reset();
  };
  for (std::int64_t row = first; row < last;) {
    const auto count = std::min<std::size_t>(block, static_cast<std::size_t>(last - row));
    const std::span<float> some(values.data(), count);
    channel.samples.read(static_cast<std::size_t>(row), some);
    for (std::size_t i = 0; i < count;) {
      std::size_t end = i;
      while (end < count && std::isfinite(some[end])) ++end;
      if (end > i) {
        if (!run) run.emplace(stretch.time_of(row), stretch.rate_hz);
        for (; missing > 0; --missing) run->add(std::span(&held, 1));
        run->add(some.subspan(i, end - i));
        held = some[end - 1];
        row += static_cast<std::int64_t>(end - i);
        i = end;
        continue;
      }
      if (run && static_cast<double>(++missing) > bridged_s * stretch.rate_hz) {
        end_run();
        missing = 0;
      }
      ++row;
      ++i;
    }
  }
  end_run();
}

}  // namespace

Fingerprint fingerprint(const Recording& recording) {
  Fingerprint print;
  const double duration_s = recording.duration_s();
  for (std::uint32_t index = 0; index < std::min(recording.channels.size(), most_channels); ++index) {
    const Channel& channel = recording.channels[index];
    for (const Stretch& stretch : channel.time.stretches) {
      if (!(stretch.rate_hz > 0)) continue;
      const auto rows_between = [&](double t0_s, double t1_s) {
        const auto row = [&](double t_s) {
          const double k = std::ceil((t_s - stretch.t_start_s) * stretch.rate_hz);
          return stretch.first_row + static_cast<std::int64_t>(std::clamp(k, 0.0, static_cast<double>(stretch.rows)));
        };
        if (row(t0_s) < row(t1_s)) add_rows(channel, stretch, row(t0_s), row(t1_s), index, print.pieces);
      };
      if (duration_s <= whole_s) {
        rows_between(stretch.t_start_s, stretch.time_of(stretch.first_row + stretch.rows) + 1);
        continue;
      }
      for (int part = 0; part < parts; ++part) {
        const double t0_s = duration_s * (part + 0.5) / parts - part_s / 2;
        rows_between(t0_s, t0_s + part_s);
      }
    }
  }
  return print;
}

std::string pack(const Fingerprint& print) {
  Packer out;
  out.number(layout);
  out.number(static_cast<std::uint64_t>(print.pieces.size()));
  for (const Piece& piece : print.pieces) {
    out.number(piece.channel);
    out.number(piece.t_start_s);
    out.numbers(piece.values);
    out.numbers(piece.anchors);
  }
  return out.take();
}

std::optional<Fingerprint> unpack_fingerprint(std::string_view bytes) {
  static_assert(std::is_trivially_copyable_v<Anchor> && sizeof(Anchor) == 12);
  Unpacker in(bytes);
  if (in.number<std::uint8_t>() != layout) return std::nullopt;
  Fingerprint print;
  print.pieces.resize(in.size(28));
  for (Piece& piece : print.pieces) {
    piece.channel = in.number<std::uint32_t>();
    piece.t_start_s = in.number<double>();
    piece.values = in.numbers<std::int8_t>();
    piece.anchors = in.numbers<Anchor>();
  }
  if (!in.whole()) return std::nullopt;
  return print;
}

}  // namespace vagus::lab::guards
