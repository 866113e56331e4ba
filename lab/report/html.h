#pragma once
/// The frame of every page: one self-contained file that asks nothing of a network, with text for whatever is drawn.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace vagus::lab {

/// Text as content or attribute value of HTML and SVG: what could be markup is escaped, what no page may hold (control
/// characters, broken UTF-8) becomes U+FFFD.
std::string escaped(std::string_view text);

/// A share as "98.76 %" (two decimals, three from 99 on, never rounded up to 100); "unknown" where it is not finite.
std::string percent(double share);
/// "99.733 to 99.929 %".
std::string percent_range(double low, double high);
/// A share that somebody wrote down, as written: "99.5 %".
std::string percent_as_stated(double share);
/// A count with thin spaces between thousands: "91 285".
std::string counted(std::int64_t count);
/// "12:31", "1:02:03", with tenths where asked: "12:31.4".
std::string clock_time(double t_s, bool tenths = false);
/// A number with so many decimals, "unknown" where it is not finite.
std::string fixed(double value, int decimals);
/// A p value with four decimals, "< 0.0001" below these.
std::string p_value(double p);
/// "1 beat", "2 beats".
std::string plural(std::int64_t count, std::string_view noun);

/// A whole page. `title` is text, `body` is HTML already escaped, `script` in pieces that follow one another.
std::string page(std::string_view title, std::string_view body, std::span<const std::string_view> script = {});

/// The paragraph that ends every page: not a medical device.
std::string_view not_a_device();

}  // namespace vagus::lab
