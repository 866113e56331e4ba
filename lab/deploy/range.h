#pragma once

namespace vagus::lab {

/// Between these, both included.
struct Range {
  double low = 0, high = 0;
};
inline Range operator+(const Range& a, const Range& b) { return {a.low + b.low, a.high + b.high}; }
/// Of numbers that are not negative.
inline Range operator*(const Range& a, const Range& b) { return {a.low * b.low, a.high * b.high}; }
inline Range operator*(const Range& a, double factor) { return {a.low * factor, a.high * factor}; }
inline bool overlap(const Range& a, const Range& b) { return a.low <= b.high && b.low <= a.high; }

}  // namespace vagus::lab
