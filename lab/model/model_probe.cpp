// For the oracle of imports: what a model gives for windows of samples, in floating point and in eight bits.
//   model_probe FILE.onnx CHANNELS WINDOW HOP nct|ntc SAMPLES.f32
// SAMPLES: little-endian floats, [sample][channel]. A line a decision: the numbers of the graph, then those of eight
// bits.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "device/infer/network.h"
#include "lab/base/error.h"
#include "lab/model/graph.h"
#include "lab/model/onnx/from_onnx.h"

namespace {

using namespace vagus;

int run(char** argv) {
  const auto number = [](const char* text) { return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)); };
  const lab::NetworkInput input{number(argv[2]), number(argv[3]), number(argv[4]), std::string(argv[5]) == "ntc"};
  const lab::Imported imported = lab::from_onnx(lab::read_onnx(argv[1]), input);
  std::ifstream file(argv[6], std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), samples.size() * sizeof(float), reinterpret_cast<char*>(samples.data()));
  const std::size_t count = samples.size() / input.channels;
  std::vector<std::vector<float>> windows;
  for (std::size_t at = 0; at + input.window <= count; at += input.hop)
    windows.emplace_back(samples.begin() + static_cast<std::ptrdiff_t>(at * input.channels),
                         samples.begin() + static_cast<std::ptrdiff_t>((at + input.window) * input.channels));
  const lab::WholeGraph whole = lab::quantise(imported.graph, windows).graph;
  const auto plan_bytes = lab::write_plan(whole);
  const infer::Plan plan = infer::check_plan(plan_bytes);
  if (plan.error != infer::PlanError::ok) throw lab::Error("the plan is not sound");
  std::vector<std::uint64_t> arena(plan.head->arena_bytes / 8 + 1);
  infer::Network network(plan, reinterpret_cast<std::uint8_t*>(arena.data()));
  std::size_t k = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const std::int8_t* out = network.push(samples.data() + n * input.channels);
    if (out == nullptr) continue;
    const auto values = lab::float_values_of_window(imported.graph, windows[k]);
    for (const float x : values.back()) std::printf("%.9g ", static_cast<double>(x));
    for (std::uint32_t o = 0; o < plan.head->outputs; ++o)
      std::printf("%.9g ",
                  static_cast<double>(plan.head->output_scale * static_cast<float>(out[o] - plan.head->output_zero)));
    std::printf("\n");
    ++k;
  }
  const auto products = lab::products_of(whole);
  std::fprintf(stderr, "%zu nodes, %llu products a decision (%llu anew), plan %zu bytes, arena %u bytes\n",
               whole.nodes.size(), static_cast<unsigned long long>(products.streaming),
               static_cast<unsigned long long>(products.anew), plan_bytes.size(), plan.head->arena_bytes);
  return k == windows.size() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  try {
    return run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "model_probe: %s\n", error.what());
    return 3;
  }
}
