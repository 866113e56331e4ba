#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lab/base/error.h"
#include "lab/deploy/board_link.h"

namespace vagus::lab {
namespace {

class SerialPort final : public Line {
 public:
  SerialPort(std::string port, speed_t speed) : port_(std::move(port)), fd_(::open(port_.c_str(), O_RDWR | O_NOCTTY)) {
    if (fd_ < 0) fail("cannot be opened");
    termios how{};
    const bool set = tcgetattr(fd_, &how) == 0 && (cfmakeraw(&how), how.c_cflag |= CLOCAL | CREAD, true) &&
                     cfsetspeed(&how, speed) == 0 && tcsetattr(fd_, TCSANOW, &how) == 0;
    if (!set) {
      const int reason = errno;
      ::close(fd_);
      errno = reason;
      fail("is no serial port");
    }
    tcflush(fd_, TCIOFLUSH);
  }
  ~SerialPort() override { ::close(fd_); }
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  void write(std::span<const std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("cannot be written");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  std::size_t read(std::span<std::uint8_t> bytes, int timeout_ms) override {
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, timeout_ms) <= 0) return 0;
    const ssize_t count = ::read(fd_, bytes.data(), bytes.size());
    if (count <= 0) fail("cannot be read");
    return static_cast<std::size_t>(count);
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error(std::string(what) + ": " + std::strerror(errno), port_);
  }
  std::string port_;
  int fd_;
};

}  // namespace

std::unique_ptr<Line> open_serial(const std::string& port, int baud) {
  constexpr std::pair<int, speed_t> speeds[] = {{9600, B9600},     {19200, B19200},   {38400, B38400},
                                                {57600, B57600},   {115200, B115200}, {230400, B230400},
                                                {460800, B460800}, {921600, B921600}};
  for (const auto& [rate, speed] : speeds) {
    if (rate == baud) return std::make_unique<SerialPort>(port, speed);
  }
  throw UsageError("there is no speed of " + std::to_string(baud) + " baud", "9600, 19200, ... 115200, ... 921600");
}

}  // namespace vagus::lab
