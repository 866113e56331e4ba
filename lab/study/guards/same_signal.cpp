/// Finds fingerprints that hold the same stretch of signal: codes propose, correlation decides.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "lab/study/guards/fingerprint.h"

namespace vagus::lab::guards {
namespace {

/// Blocks are whole numbers of lanes, so that the compiler can count side by side.
constexpr std::size_t lanes = 32;
constexpr std::size_t block = static_cast<std::size_t>(8 * print_hz);
constexpr std::size_t shortest_block = static_cast<std::size_t>(6 * print_hz);
static_assert(block % lanes == 0 && shortest_block % lanes == 0);
constexpr double least_correlation = 0.8;
/// Of what the block lacks to full correlation at another shift, it may lack this share at its own.
constexpr double least_contrast = 0.35;
/// Of a block so small a share of its samples may hold all its power: one blow looks like another.
constexpr double least_spread = 0.04;
/// Two signals of at least `long_s` must be the same for `lasting_s`. Of shorter ones (trials, windows) this share of
/// the shorter is enough, and they must be more alike.
constexpr double long_s = 32, lasting_s = 16, share_short = 0.4, least_correlation_short = 0.9;
/// A code that so many anchors have says nothing.
constexpr std::size_t most_alike = 24;
/// Where two share more than this, more than one of their anchors look alike.
constexpr double single_s = 60;
constexpr std::size_t most_candidates = 4;

struct Entry {
  std::uint32_t code, piece, anchor;
};
struct PieceOf {
  std::uint32_t print;
  const Piece* piece;
};
/// An anchor that looks like one of the piece asked about.
struct Proposal {
  std::uint32_t b;      ///< its piece
  std::int32_t offset;  ///< of its grid against the other's, in steps
  std::uint32_t at;     ///< where in the piece asked about
  /// Anchors that agree on the shift, to two steps.
  std::int32_t group() const { return offset >> 1; }
};

std::int32_t product(const std::int8_t* a, const std::int8_t* b, std::size_t count) {
  std::int32_t sums[lanes] = {};
  for (std::size_t i = 0; i < count; i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k)
      sums[k] += static_cast<std::int16_t>(a[i + k]) * static_cast<std::int16_t>(b[i + k]);
  }
  std::int32_t sum = 0;
  for (const std::int32_t one : sums) sum += one;
  return sum;
}

/// The correlation at the best shift between grid steps, of seven values one step apart around it (interpolated as what
/// is limited in band may be).
double between_steps(const std::array<double, 7>& around) {
  double best = 0;
  for (int k = -16; k <= 16; ++k) {
    const double shift = k / 32.0;
    double value = 0;
    for (std::size_t i = 0; i < around.size(); ++i) {
      const double x = shift - (static_cast<double>(i) - 3);
      const double window = 0.5 + 0.5 * std::cos(M_PI * x / 4);
      value += around[i] * (std::abs(x) < 1e-12 ? 1.0 : std::sin(M_PI * x) / (M_PI * x) * window);
    }
    best = std::max(best, value);
  }
  return std::min(best, 1.0);
}

/// The share of a block's samples that hold its power: 1 where all are as large, 1 / count of a single spike.
double spread_of(const std::int8_t* values, std::size_t count) {
  double power = 0, fourth = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double square = static_cast<double>(values[i]) * values[i];
    power += square;
    fourth += square * square;
  }
  return fourth > 0 ? power * power / (static_cast<double>(count) * fourth) : 0;
}

struct BlockMatch {
  bool same = false;
  double correlation = 0;
  std::ptrdiff_t shift = 0;  ///< of b against a where it is best
};

/// Compares a block of `a` with `b` around a shift.
BlockMatch match_block(const Piece& a, const Piece& b, std::size_t at, std::size_t count, std::ptrdiff_t shift) {
  const std::int8_t* here = a.values.data() + at;
  const double power = static_cast<double>(product(here, here, count));
  const auto value = [&](std::ptrdiff_t s) {
    const auto place = static_cast<std::ptrdiff_t>(at) + s;
    if (place < 0 || place + static_cast<std::ptrdiff_t>(count) > static_cast<std::ptrdiff_t>(b.values.size()))
      return 0.0;
    const std::int8_t* there = b.values.data() + place;
    const double all = power * static_cast<double>(product(there, there, count));
    return all > 0 ? static_cast<double>(product(here, there, count)) / std::sqrt(all) : 0.0;
  };
  BlockMatch match;
  double sign = 1;  // a polarity may be turned
  for (std::ptrdiff_t s = shift - 2; s <= shift + 2; ++s) {
    const double c = value(s);
    if (std::abs(c) > match.correlation) {
      match.correlation = std::abs(c);
      match.shift = s;
      sign = c < 0 ? -1 : 1;
    }
  }
  if (match.correlation < 0.7) return match;
  std::array<double, 7> around;
  for (std::ptrdiff_t k = -3; k <= 3; ++k) around[static_cast<std::size_t>(k + 3)] = sign * value(match.shift + k);
  match.correlation = std::max(match.correlation, between_steps(around));
  if (match.correlation < least_correlation) return match;
  double elsewhere = 0;
  const auto far = static_cast<std::ptrdiff_t>(4 * print_hz);
  for (std::ptrdiff_t k = static_cast<std::ptrdiff_t>(print_hz / 4); k <= far; ++k)
    elsewhere = std::max({elsewhere, std::abs(value(match.shift - k)), std::abs(value(match.shift + k))});
  match.same = 1 - match.correlation <= least_contrast * (1 - elsewhere) && spread_of(here, count) >= least_spread;
  return match;
}

/// What two pieces have in common at a shift, in steps of `a`.
struct Overlap {
  std::ptrdiff_t first, last;
  double length() const { return static_cast<double>(last - first); }
};
Overlap overlap_of(const Piece& a, const Piece& b, std::ptrdiff_t offset) {
  const auto size_a = static_cast<std::ptrdiff_t>(a.values.size());
  const auto size_b = static_cast<std::ptrdiff_t>(b.values.size());
  return {std::max<std::ptrdiff_t>(0, -offset), std::min(size_a, size_b - offset)};
}

/// The greatest correlation, either way up, of a stretch of `a` with `b`, `shift_s` later there; one step beside
/// counts. 0 where `b` does not hold all of it.
double correlation_at(const Piece& a, const Piece& b, double t_a_s, double shift_s, std::size_t count) {
  const std::ptrdiff_t at_a = std::lround((t_a_s - a.t_start_s) * print_hz);
  const std::ptrdiff_t at_b = std::lround((t_a_s + shift_s - b.t_start_s) * print_hz);
  const auto holds = [count](const Piece& piece, std::ptrdiff_t at) {
    return at >= 0 && at + static_cast<std::ptrdiff_t>(count) <= static_cast<std::ptrdiff_t>(piece.values.size());
  };
  if (!holds(a, at_a)) return 0;
  const std::int8_t* here = a.values.data() + at_a;
  const double power = static_cast<double>(product(here, here, count));
  double best = 0;
  for (std::ptrdiff_t k = -1; k <= 1; ++k) {
    if (!holds(b, at_b + k)) continue;
    const std::int8_t* there = b.values.data() + at_b + k;
    const double all = power * static_cast<double>(product(there, there, count));
    if (all > 0) best = std::max(best, std::abs(static_cast<double>(product(here, there, count))) / std::sqrt(all));
  }
  return best;
}

/// Whether the other channels agree as well, where both have others: a step or an impact in one axis looks like another
/// person's; in all three at once it does not.
bool others_agree(const Fingerprint& a, const Piece& found_a, const Fingerprint& b, const Piece& found_b,
                  const SameSignal& found) {
  const double length_s = static_cast<double>(shortest_block) / print_hz;
  const auto others = [length_s](const Fingerprint& print, const Piece& without, double t_s) {
    std::vector<const Piece*> out;
    for (const Piece& piece : print.pieces) {
      const double end_s = piece.t_start_s + static_cast<double>(piece.values.size()) / print_hz;
      if (piece.channel != without.channel && piece.t_start_s <= t_s && t_s + length_s <= end_s) out.push_back(&piece);
    }
    return out;
  };
  const auto of_a = others(a, found_a, found.t_a_s), of_b = others(b, found_b, found.t_b_s);
  const std::size_t asked = std::min(of_a.size(), of_b.size());
  std::size_t alike = 0;
  for (const Piece* one : of_a)
    alike += std::any_of(of_b.begin(), of_b.end(), [&](const Piece* other) {
      return correlation_at(*one, *other, found.t_a_s, found.t_b_s - found.t_a_s, shortest_block) >= least_correlation;
    });
  return alike >= asked;
}

/// Follows two pieces from a moment they seem to share, both ways; clocks may run a little apart.
std::optional<SameSignal> follow(const Piece& a, const Piece& b, std::uint32_t at, std::int32_t offset) {
  const auto [first, last] = overlap_of(a, b, offset);
  const std::ptrdiff_t overlap = last - first;
  const auto shorter = static_cast<double>(std::min(a.values.size(), b.values.size()));
  const bool lasting = shorter >= long_s * print_hz;
  const double least =
      lasting ? lasting_s * print_hz : std::max(share_short * shorter, static_cast<double>(shortest_block));
  if (static_cast<double>(overlap) < least) return std::nullopt;
  const std::size_t count = std::min(block, static_cast<std::size_t>(overlap) / lanes * lanes);
  SameSignal found;
  double sum = 0;
  double start = 1e300, shift_there = 0;
  std::size_t looked = 0, same = 0;
  const auto look = [&](std::ptrdiff_t place, std::ptrdiff_t& shift) {
    const BlockMatch match = match_block(a, b, static_cast<std::size_t>(place), count, shift);
    ++looked;
    if (match.correlation >= least_correlation) shift = match.shift;
    if (!match.same) return;
    ++same;
    sum += match.correlation;
    if (static_cast<double>(place) < start) {
      start = static_cast<double>(place);
      shift_there = static_cast<double>(match.shift);
    }
  };
  const auto step = static_cast<std::ptrdiff_t>(count);
  std::ptrdiff_t begin = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(at) - step / 2, first, last - step);
  std::ptrdiff_t shift = offset;
  look(begin, shift);
  std::ptrdiff_t ahead = shift, back = shift;
  // What the anchors promised must show within the first minute around it, or nothing does.
  for (std::ptrdiff_t k = 1; begin + k * step + step <= last || begin - k * step >= first; ++k) {
    if (k > 4 && same == 0) return std::nullopt;
    if (begin + k * step + step <= last) look(begin + k * step, ahead);
    if (begin - k * step >= first) look(begin - k * step, back);
  }
  found.seconds = static_cast<double>(same * count) / print_hz;
  found.correlation = same > 0 ? sum / static_cast<double>(same) : 0;
  if (same == 0 || 3 * same < looked) return std::nullopt;
  if (lasting ? found.seconds < lasting_s : found.correlation < least_correlation_short) return std::nullopt;
  found.t_a_s = a.t_start_s + start / print_hz;
  found.t_b_s = b.t_start_s + (start + shift_there) / print_hz;
  return found;
}

/// Anchors by code, found by their upper bits.
class Index {
 public:
  explicit Index(std::vector<Entry> entries) : entries_(std::move(entries)), begins_((1U << 16) + 1, 0) {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& x, const Entry& y) {
      return x.code != y.code ? x.code < y.code : x.piece != y.piece ? x.piece < y.piece : x.anchor < y.anchor;
    });
    for (const Entry& entry : entries_) ++begins_[(entry.code >> 8) + 1];
    for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  }
  std::span<const Entry> with(std::uint32_t code) const {
    const auto from = entries_.begin() + begins_[code >> 8], to = entries_.begin() + begins_[(code >> 8) + 1];
    const auto low = std::lower_bound(from, to, code, [](const Entry& e, std::uint32_t c) { return e.code < c; });
    auto high = low;
    while (high != to && high->code == code) ++high;
    return {low, high};
  }

 private:
  std::vector<Entry> entries_;
  std::vector<std::ptrdiff_t> begins_;
};

/// The anchors of other recordings that look like those of piece `p`, in order of piece and shift. Only pieces after
/// it: each two meet once.
std::vector<Proposal> proposals(const Index& index, const std::vector<PieceOf>& pieces, std::uint32_t p,
                                const std::vector<bool>& wanted) {
  std::vector<Proposal> found;
  for (const Anchor& anchor : pieces[p].piece->anchors) {
    // The code itself, and with each choice of its weakest bits turned.
    for (std::uint32_t turned = anchor.weak;; turned = (turned - 1) & anchor.weak) {
      const auto alike = index.with(anchor.code ^ turned);
      if (alike.size() <= most_alike) {
        for (const Entry& entry : alike) {
          if (entry.piece <= p || !wanted[pieces[entry.piece].print]) continue;
          const float there = pieces[entry.piece].piece->anchors[entry.anchor].at;
          found.push_back({entry.piece, static_cast<std::int32_t>(std::lround(there - anchor.at)),
                           static_cast<std::uint32_t>(anchor.at)});
        }
      }
      if (turned == 0) break;
    }
  }
  std::sort(found.begin(), found.end(), [](const Proposal& x, const Proposal& y) {
    return std::tuple(x.b, x.group(), x.at) < std::tuple(y.b, y.group(), y.at);
  });
  return found;
}

/// What piece `a` shares with one other: the proposals between them, as sorted above, are tried most votes first.
std::optional<SameSignal> tried(const Piece& a, const Piece& b, std::span<const Proposal> between) {
  struct Candidate {
    std::size_t votes, at;
  };
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < between.size();) {
    std::size_t end = i;
    while (end < between.size() && between[end].group() == between[i].group()) ++end;
    const Proposal& middle = between[i + (end - i) / 2];
    if (end - i > 1 || overlap_of(a, b, middle.offset).length() < single_s * print_hz)
      candidates.push_back({end - i, i + (end - i) / 2});
    i = end;
  }
  const std::size_t some = std::min(candidates.size(), most_candidates);
  std::partial_sort(
      candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(some), candidates.end(),
      [](const Candidate& x, const Candidate& y) { return x.votes != y.votes ? x.votes > y.votes : x.at < y.at; });
  for (std::size_t c = 0; c < some; ++c) {
    const Proposal& one = between[candidates[c].at];
    if (auto found = follow(a, b, one.at, one.offset)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::vector<SameSignal> same_signals(std::span<const Fingerprint> prints,
                                     const std::function<bool(std::size_t, std::size_t)>& compared) {
  std::vector<PieceOf> pieces;
  std::vector<Entry> entries;
  for (std::uint32_t i = 0; i < prints.size(); ++i) {
    for (const Piece& piece : prints[i].pieces) {
      for (std::uint32_t k = 0; k < piece.anchors.size(); ++k)
        entries.push_back({piece.anchors[k].code, static_cast<std::uint32_t>(pieces.size()), k});
      pieces.push_back({i, &piece});
    }
  }
  const Index index(std::move(entries));
  std::vector<std::vector<SameSignal>> by_piece(pieces.size());
  tbb::parallel_for(std::size_t{0}, pieces.size(), [&](std::size_t p) {
    const std::size_t a = pieces[p].print;
    std::vector<bool> wanted(prints.size());
    for (std::size_t b = a + 1; b < prints.size(); ++b) wanted[b] = compared(a, b);
    const std::vector<Proposal> all = proposals(index, pieces, static_cast<std::uint32_t>(p), wanted);
    for (std::size_t i = 0; i < all.size();) {
      std::size_t end = i;
      while (end < all.size() && all[end].b == all[i].b) ++end;
      const PieceOf& other = pieces[all[i].b];
      if (auto found = tried(*pieces[p].piece, *other.piece, std::span(all).subspan(i, end - i));
          found && others_agree(prints[a], *pieces[p].piece, prints[other.print], *other.piece, *found)) {
        found->a = a;
        found->b = other.print;
        by_piece[p].push_back(*found);
      }
      i = end;
    }
  });
  std::map<std::pair<std::size_t, std::size_t>, SameSignal> best;
  for (const auto& found : by_piece) {
    for (const SameSignal& one : found) {
      SameSignal& kept = best[{one.a, one.b}];
      if (one.seconds > kept.seconds) kept = one;
    }
  }
  std::vector<SameSignal> out;
  out.reserve(best.size());
  for (const auto& [pair, same] : best) out.push_back(same);
  return out;
}

}  // namespace vagus::lab::guards
