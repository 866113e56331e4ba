#include "lab/store/modules/hdf5_module.h"

#include <hdf5.h>
#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "lab/store/modules/shuffle.h"

namespace vagus::lab {
namespace {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The innermost reason on HDF5's error stack.
std::string reason() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned n, const H5E_error2_t* error, void* out) -> herr_t {
        if (n == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
        return 0;
      },
      &text);
  return text.empty() ? "unknown HDF5 error" : text;
}

template <class T>
T checked(T result) {
  if (result < 0) throw Failure(reason());
  return result;
}

/// An HDF5 identifier that closes itself.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(checked(id)), close_(close) {}
  ~Id() { close_(id_); }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

hid_t native(SampleType type) {
  switch (type) {
    case SampleType::int16:
      return H5T_NATIVE_INT16;
    case SampleType::int32:
      return H5T_NATIVE_INT32;
    case SampleType::float32:
      return H5T_NATIVE_FLOAT;
    case SampleType::float64:
      return H5T_NATIVE_DOUBLE;
  }
  throw Failure("unknown sample type");
}

SampleType sample_type(hid_t dataset) {
  const Id type(H5Dget_type(dataset), H5Tclose);
  const std::size_t size = H5Tget_size(type);
  const bool integer = H5Tget_class(type) == H5T_INTEGER;
  if (H5Tget_order(type) == H5T_ORDER_LE) {
    if (integer && size == 2) return SampleType::int16;
    if (integer && size == 4) return SampleType::int32;
    if (!integer && size == 4) return SampleType::float32;
    if (!integer && size == 8) return SampleType::float64;
  }
  throw Failure("a dataset of a type that vagus does not write");
}

Id text_type() {
  const hid_t type = checked(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return {type, H5Tclose};
}

void write_attributes(hid_t object, const std::vector<Hdf5Attribute>& attributes) {
  const Id scalar(H5Screate(H5S_SCALAR), H5Sclose);
  const Id text = text_type();
  for (const Hdf5Attribute& attribute : attributes) {
    std::visit(
        [&](const auto& value) {
          using Value = std::decay_t<decltype(value)>;
          hid_t type = text;
          const void* data = &value;
          const char* characters = nullptr;
          if constexpr (std::is_same_v<Value, std::string>) {
            characters = value.c_str();
            data = &characters;
          } else {
            type = std::is_same_v<Value, double> ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
          }
          const Id id(H5Acreate2(object, attribute.name.c_str(), type, scalar, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
          checked(H5Awrite(id, type, data));
        },
        attribute.value);
  }
}

std::vector<Hdf5Attribute> read_attributes(hid_t object) {
  H5O_info_t info;
  checked(H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS));
  std::vector<Hdf5Attribute> attributes;
  for (hsize_t i = 0; i < info.num_attrs; ++i) {
    const Id id(H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    Hdf5Attribute attribute;
    attribute.name.resize(static_cast<std::size_t>(checked(H5Aget_name(id, 0, nullptr))) + 1);
    checked(H5Aget_name(id, attribute.name.size(), attribute.name.data()));
    attribute.name.pop_back();
    const Id type(H5Aget_type(id), H5Tclose);
    switch (H5Tget_class(type)) {
      case H5T_STRING: {
        if (H5Tis_variable_str(type) <= 0) throw Failure("an attribute of fixed length");
        const Id memory = text_type();
        char* text = nullptr;
        checked(H5Aread(id, memory, &text));
        attribute.value = std::string(text == nullptr ? "" : text);
        H5free_memory(text);
        break;
      }
      case H5T_FLOAT: {
        double number = 0;
        checked(H5Aread(id, H5T_NATIVE_DOUBLE, &number));
        attribute.value = number;
        break;
      }
      default: {
        std::int64_t number = 0;
        checked(H5Aread(id, H5T_NATIVE_INT64, &number));
        attribute.value = number;
      }
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

void write_dataset(hid_t file, Hdf5Dataset& dataset) {
  const hsize_t rows = dataset.rows;
  const hsize_t chunk_rows = dataset.chunk_rows;
  const Id space(H5Screate_simple(1, &rows, nullptr), H5Sclose);
  const Id plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  checked(H5Pset_obj_track_times(plan, false));
  if (rows > 0) {
    checked(H5Pset_chunk(plan, 1, &chunk_rows));
    checked(H5Pset_shuffle(plan));
    checked(H5Pset_deflate(plan, 6));
    checked(H5Pset_fill_time(plan, H5D_FILL_TIME_NEVER));
  }
  const Id id(H5Dcreate2(file, dataset.path.c_str(), native(dataset.type), space, H5P_DEFAULT, plan, H5P_DEFAULT),
              H5Dclose);
  write_attributes(id, dataset.attributes);
  for (std::size_t i = 0; i < dataset.chunks.size(); ++i) {
    const hsize_t first = i * chunk_rows;
    checked(H5Dwrite_chunk(id, H5P_DEFAULT, 0, &first, dataset.chunks[i].size(), dataset.chunks[i].data()));
  }
  // Each question walks the whole index, hence longer chunks where there would be thousands (signal_file.cpp).
  checked(H5Dflush(id));
  dataset.spans.assign(dataset.chunks.size(), {});
  for (std::size_t i = 0; i < dataset.chunks.size(); ++i) {
    const hsize_t first = i * chunk_rows;
    haddr_t address = 0;
    hsize_t size = 0;
    unsigned mask = 0;
    checked(H5Dget_chunk_info_by_coord(id, &first, &mask, &address, &size));
    dataset.spans[i] = {address, size};
  }
}

void write_table(hid_t file, const Hdf5Table& table) {
  const std::array<hsize_t, 2> shape{table.columns == 0 ? 0 : table.values.size() / table.columns, table.columns};
  const Id space(H5Screate_simple(2, shape.data(), nullptr), H5Sclose);
  const Id plan(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  checked(H5Pset_obj_track_times(plan, false));
  const Id id(H5Dcreate2(file, table.path.c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plan, H5P_DEFAULT), H5Dclose);
  if (!table.values.empty())
    checked(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, table.values.data()));
  write_attributes(id, table.attributes);
}

void read_dataset(hid_t id, const std::string& path, Hdf5Content& content) {
  const Id space(H5Dget_space(id), H5Sclose);
  std::array<hsize_t, 2> shape{};
  const int dimensions = checked(H5Sget_simple_extent_ndims(space));
  if (dimensions < 1 || dimensions > 2) throw Failure("a dataset of a shape that vagus does not write");
  checked(H5Sget_simple_extent_dims(space, shape.data(), nullptr));
  if (dimensions == 2) {
    Hdf5Table table;
    table.path = path;
    table.columns = shape[1];
    if (shape[0] > 100'000'000 || shape[1] > 64) throw Failure("a table of absurd size");
    table.values.resize(shape[0] * shape[1]);
    if (!table.values.empty())
      checked(H5Dread(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, table.values.data()));
    table.attributes = read_attributes(id);
    content.tables.push_back(std::move(table));
    return;
  }
  Hdf5Dataset dataset;
  dataset.path = path;
  dataset.rows = shape[0];
  dataset.type = sample_type(id);
  const Id plan(H5Dget_create_plist(id), H5Pclose);
  if (H5Pget_layout(plan) == H5D_CHUNKED) {
    hsize_t chunk = 0;
    checked(H5Pget_chunk(plan, 1, &chunk));
    dataset.chunk_rows = chunk;
  }
  dataset.attributes = read_attributes(id);
  content.datasets.push_back(std::move(dataset));
}

void read_group(hid_t group, const std::string& path, Hdf5Content& content, int depth) {
  if (depth > 4) throw Failure("groups nested too deeply");
  content.groups.push_back({path, read_attributes(group)});
  H5G_info_t info;
  checked(H5Gget_info(group, &info));
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto length = static_cast<std::size_t>(
        checked(H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT)));
    std::string name(length + 1, '\0');
    checked(H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT));
    name.pop_back();
    const Id object(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
    std::string inner = path;
    if (path != "/") inner += '/';
    inner += name;
    if (H5Iget_type(object) == H5I_GROUP) {
      read_group(object, inner, content, depth + 1);
    } else if (H5Iget_type(object) == H5I_DATASET) {
      read_dataset(object, inner, content);
    }
  }
}

struct Deflater {
  libdeflate_compressor* handle = nullptr;
  int level = 0;
  ~Deflater() { libdeflate_free_compressor(handle); }
  libdeflate_compressor* at(int wanted) {
    if (handle == nullptr || level != wanted) {
      libdeflate_free_compressor(handle);
      handle = libdeflate_alloc_compressor(wanted);
      level = wanted;
    }
    return handle;
  }
};

struct Inflater {
  libdeflate_decompressor* handle = libdeflate_alloc_decompressor();
  ~Inflater() { libdeflate_free_decompressor(handle); }
};

/// Scratch of a thread, kept between chunks.
std::span<std::byte> scratch(std::size_t size) {
  thread_local std::vector<std::byte> kept;
  if (kept.size() < size) kept.resize(size);
  return std::span(kept).first(size);
}

class Library final : public Hdf5 {
 public:
  Library() {
    H5dont_atexit();
    H5open();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }

  std::vector<std::byte> image(Hdf5Content& content, std::string& error) const override {
    const std::scoped_lock lock(mutex_);
    // The error stack is one a thread, and prints unless told not to in that thread.
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    try {
      const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
      checked(H5Pset_fapl_core(access, std::size_t{1} << 20U, false));
      const Id file(H5Fcreate("vagus-in-memory", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
      for (const Hdf5Group& group : content.groups) {
        if (group.path == "/") {
          const Id root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
          write_attributes(root, group.attributes);
          continue;
        }
        const Id plan(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
        checked(H5Pset_obj_track_times(plan, false));
        const Id id(H5Gcreate2(file, group.path.c_str(), H5P_DEFAULT, plan, H5P_DEFAULT), H5Gclose);
        write_attributes(id, group.attributes);
      }
      for (const Hdf5Table& table : content.tables) write_table(file, table);
      for (Hdf5Dataset& dataset : content.datasets) write_dataset(file, dataset);
      checked(H5Fflush(file, H5F_SCOPE_GLOBAL));
      std::vector<std::byte> bytes(static_cast<std::size_t>(checked(H5Fget_file_image(file, nullptr, 0))));
      checked(H5Fget_file_image(file, bytes.data(), bytes.size()));
      return bytes;
    } catch (const std::exception& failure) {
      error = failure.what();
      return {};
    }
  }

  bool read(const std::string& path, Hdf5Content& content, std::string& error) const override {
    const std::scoped_lock lock(mutex_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    try {
      const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
      checked(H5Pset_file_locking(access, false, true));
      const Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
      const Id root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
      read_group(root, "/", content, 0);
      return true;
    } catch (const std::exception& failure) {
      error = failure.what();
      return false;
    }
  }

  std::vector<std::byte> deflate(std::span<const std::byte> chunk, std::size_t value_size, int level) const override {
    thread_local Deflater deflater;
    libdeflate_compressor* compressor = deflater.at(level);
    const std::span<std::byte> planes = scratch(chunk.size());
    shuffle(chunk, value_size, planes.data());
    std::vector<std::byte> out(libdeflate_zlib_compress_bound(compressor, chunk.size()));
    out.resize(libdeflate_zlib_compress(compressor, planes.data(), planes.size(), out.data(), out.size()));
    out.shrink_to_fit();
    return out;
  }

  bool inflate(std::span<const std::byte> filtered, std::size_t value_size, std::span<std::byte> chunk) const override {
    thread_local Inflater inflater;
    const std::span<std::byte> planes = scratch(chunk.size());
    const libdeflate_result result = libdeflate_zlib_decompress(inflater.handle, filtered.data(), filtered.size(),
                                                                planes.data(), planes.size(), nullptr);
    if (result != LIBDEFLATE_SUCCESS) return false;
    unshuffle(planes, value_size, chunk.data());
    return true;
  }

 private:
  mutable std::mutex mutex_;
};

}  // namespace
}  // namespace vagus::lab

const vagus::lab::Hdf5* vagus_hdf5() {
  // Never destroyed: threads of a pool may still inflate while the process ends.
  static const auto* library = new vagus::lab::Library;
  return library;
}
