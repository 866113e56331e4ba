#pragma once
/// The board's serial line, byte by byte, waiting. Three functions for your board's UART.
#include <cstddef>
#include <cstdint>

namespace vagus::board {

void start_serial();
std::uint8_t read_serial();
void write_serial(const std::uint8_t* bytes, std::size_t count);

}  // namespace vagus::board
