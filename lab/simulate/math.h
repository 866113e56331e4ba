#pragma once
/// Elementary functions in double, from additions, multiplications and exact scalings alone, so that a seed gives the
/// same recording with every compiler and C library (glibc and others differ in the last bit).
namespace vagus::lab::sim {

/// sin(2 pi x): the argument counts turns, so that its reduction is exact. |error| < 3e-16 for |x| < 2^50.
double sin_turns(double x);
/// cos(2 pi x), likewise.
double cos_turns(double x);
/// e^x; relative error < 1e-15. Below -700 gives 0, above 700 is clamped to e^700.
double exp(double x);
/// Natural logarithm of x > 0; error < 1e-15 of max(1, |log x|).
double log(double x);
/// x^y for x > 0, as exp(y log x).
double pow(double x, double y);

}  // namespace vagus::lab::sim
