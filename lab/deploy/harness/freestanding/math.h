/* <math.h> in single precision, for compilers without a C library (newlib's own comes first): what the core has an
 * instruction for (sqrtf, fabsf) costs that; of the rest `vagus cost` says that it is asked for and not there. */
#ifndef VAGUS_FREESTANDING_MATH_H
#define VAGUS_FREESTANDING_MATH_H

#define INFINITY __builtin_inff()
#define NAN __builtin_nanf("")
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf_sign(x)
#define isfinite(x) __builtin_isfinite(x)
#define M_PI 3.14159265358979323846

float acosf(float), asinf(float), atanf(float), atan2f(float, float), ceilf(float), copysignf(float, float),
    cosf(float), coshf(float), expf(float), exp2f(float), fabsf(float), floorf(float), fmaf(float, float, float),
    fmaxf(float, float), fminf(float, float), fmodf(float, float), hypotf(float, float), logf(float), log10f(float),
    log2f(float), powf(float, float), roundf(float), sinf(float), sinhf(float), sqrtf(float), tanf(float), tanhf(float),
    truncf(float);
long lroundf(float), lrintf(float);

#endif
