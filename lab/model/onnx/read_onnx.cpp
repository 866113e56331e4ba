#include <fstream>

#include "lab/base/error.h"
#include "lab/base/module.h"
#include "lab/model/onnx/onnx_model.h"

namespace vagus::lab {

OnnxModel read_onnx(const std::filesystem::path& path) {
  constexpr std::uintmax_t most_bytes = std::uintmax_t{512} << 20U;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw Error("the file cannot be read: " + error.message(), path.string());
  if (size > most_bytes) throw Error("the file is larger than 512 MiB", path.string());
  std::ifstream in(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) throw Error("the file cannot be read", path.string());
  OnnxModel model;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  try {
    reinterpret_cast<OnnxDecode>(module_entry("vagus-onnx", "vagus_onnx_decode"))(bytes, folder, model);
  } catch (const Error& fault) {
    throw fault.within(path.string() + (fault.where().empty() ? "" : ": "));
  }
  return model;
}

}  // namespace vagus::lab
