#include "lab/store/signal_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "lab/base/error.h"
#include "lab/store/hash.h"
#include "lab/store/layer_file.h"
#include "lab/store/modules/shuffle.h"
#include "lab/store/synthetic.h"

namespace vagus::lab {
namespace {

namespace fs = std::filesystem;

class SignalFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("vagus_signal_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path write(std::span<const std::byte> bytes) {
    const fs::path path = folder_ / "file.h5";
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  fs::path folder_;
};

bool same_bytes(const Samples& a, const Samples& b) {
  return a.gain() == b.gain() && a.baseline() == b.baseline() && a.storage().index() == b.storage().index() &&
         std::visit(
             [&](const auto& left) {
               const auto& right = std::get<std::decay_t<decltype(left)>>(b.storage());
               return left.size() == right.size() &&
                      std::memcmp(left.data(), right.data(), left.size() * sizeof left[0]) == 0;
             },
             a.storage());
}

TEST_F(SignalFiles, give_every_kind_of_sample_and_all_that_is_known_back_bit_for_bit) {
  const Recording was = synthetic::recording("100", 7, 200'000);
  const PackedSignals packed = pack(was);
  const SignalFile file(write(packed.bytes), packed.seal, "set:100");
  const Recording is = file.load();
  EXPECT_EQ(is.name, was.name);
  EXPECT_EQ(is.subject, was.subject);
  EXPECT_EQ(is.session, was.session);
  EXPECT_EQ(is.start, was.start);
  EXPECT_EQ(is.attributes, was.attributes);
  EXPECT_EQ(is.identifiers, was.identifiers);
  EXPECT_EQ(is.repairs, was.repairs);
  ASSERT_EQ(is.channels.size(), was.channels.size());
  for (std::size_t i = 0; i < was.channels.size(); ++i) {
    const Channel& a = was.channels[i];
    const Channel& b = is.channels[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.quantity, b.quantity) << a.name;
    EXPECT_EQ(a.unit, b.unit) << a.name;
    EXPECT_EQ(a.placement, b.placement) << a.name;
    EXPECT_EQ(a.time, b.time) << a.name;
    EXPECT_EQ(a.resolution_bits, b.resolution_bits);
    EXPECT_EQ(a.adc_zero, b.adc_zero);
    EXPECT_EQ(a.saturates_low, b.saturates_low);
    EXPECT_TRUE(same_bytes(a.samples, b.samples)) << a.name;
  }
  EXPECT_EQ(signal_hash(is), packed.seal.signal_hash);
}

TEST_F(SignalFiles, are_the_same_bytes_for_the_same_recording) {
  const Recording recording = synthetic::recording("100", 7);
  EXPECT_EQ(pack(recording).bytes, pack(recording).bytes);
}

TEST(SignalHash, does_not_know_labels_nor_who_was_measured) {
  Recording recording = synthetic::recording("100", 7);
  const std::string hash = signal_hash(recording);
  recording.tracks.clear();
  recording.subject = "another";
  recording.attributes["age"] = "70";
  EXPECT_EQ(signal_hash(recording), hash);
}

TEST(SignalHash, changes_with_any_sample_scale_time_or_name) {
  const Recording recording = synthetic::recording("100", 7);
  const std::string hash = signal_hash(recording);
  const auto changed = [&](auto&& change) {
    Recording other = recording;
    change(other);
    return signal_hash(other) != hash;
  };
  EXPECT_TRUE(changed([](Recording& r) { std::get<0>(r.channels[0].samples.storage())[12345] ^= 1; }));
  EXPECT_TRUE(
      changed([](Recording& r) { r.channels[0].samples = Samples(r.channels[0].samples.storage(), 201, 1024); }));
  EXPECT_TRUE(changed([](Recording& r) { r.channels[0].time.stretches[0].t_start_s = 1e-9; }));
  EXPECT_TRUE(changed([](Recording& r) { r.channels[0].time.input_rows = InputRows({{5, 6}}); }));
  EXPECT_TRUE(changed([](Recording& r) { r.channels[0].name = "V1"; }));
  EXPECT_TRUE(changed([](Recording& r) { r.channels[0].unit = Unit::uv; }));
  EXPECT_TRUE(changed([](Recording& r) { std::swap(r.channels[0], r.channels[1]); }));
  EXPECT_TRUE(changed([](Recording& r) { r.start->us += 1; }));
}

TEST_F(SignalFiles, read_windows_across_chunks_as_the_whole_has_them) {
  const Recording recording = synthetic::recording("100", 3, 200'000);
  const PackedSignals packed = pack(recording);
  const SignalFile file(write(packed.bytes), packed.seal, "set:100");
  std::vector<float> whole(200'000);
  recording.channels[0].samples.read(0, whole);
  for (const auto& [first, rows] : {std::pair{0, 10}, {65530, 12}, {131071, 65000}, {199'999, 1}, {0, 200'000}}) {
    std::vector<float> window(static_cast<std::size_t>(rows));
    file.read(0, first, window);
    EXPECT_EQ(0, std::memcmp(window.data(), whole.data() + first, window.size() * sizeof(float))) << first;
  }
  std::vector<float> beyond(2);
  EXPECT_THROW(file.read(0, 199'999, beyond), Error);
}

TEST_F(SignalFiles, hold_empty_and_single_sample_channels) {
  Recording recording;
  recording.name = "small";
  recording.channels.push_back(synthetic::ecg(1, 250, 1, "one"));
  recording.channels.push_back(synthetic::ecg(0, 250, 1, "none"));
  const PackedSignals packed = pack(recording);
  const Recording is = SignalFile(write(packed.bytes), packed.seal, "set:small").load();
  EXPECT_EQ(is.channels[0].samples.size(), 1U);
  EXPECT_EQ(is.channels[1].samples.size(), 0U);
  EXPECT_EQ(is.channels[0].samples, recording.channels[0].samples);
}

TEST(Pack, refuses_samples_without_times) {
  Recording recording = synthetic::recording("100", 3);
  recording.channels[0].time = TimeAxis::even(250, 19'999);
  EXPECT_THROW(pack(recording), Error);
}

// Every byte, one after the other, would take minutes: every 97th, which meets header, index, attributes and all
// chunks.
TEST_F(SignalFiles, name_the_channel_of_any_flipped_byte_and_never_hand_out_a_wrong_sample) {
  const Recording recording = synthetic::recording("100", 5, 4000);
  const PackedSignals packed = pack(recording);
  int named = 0;
  int checked = 0;
  for (std::size_t at = 0; at < packed.bytes.size(); at += 97) {
    std::vector<std::byte> bytes = packed.bytes;
    bytes[at] ^= std::byte{0x10};
    const fs::path path = write(bytes);
    const std::vector<Damage> damages = examine(path, packed.seal);
    ASSERT_FALSE(damages.empty()) << "byte " << at;
    ++checked;
    std::string inside;
    for (const SignalSeal::Channel& channel : packed.seal.channels)
      for (const ByteSpan& span : channel.spans)
        if (at >= span.offset && at < span.offset + span.size) inside = channel.name;
    if (!inside.empty() && damages[0].channel == inside) ++named;
    EXPECT_TRUE(inside.empty() || damages[0].channel == inside || damages[0].what.starts_with("unused")) << at;
    try {
      const Recording is = SignalFile(path, packed.seal, "set:100").load();
      for (std::size_t i = 0; i < is.channels.size(); ++i)
        EXPECT_TRUE(same_bytes(is.channels[i].samples, recording.channels[i].samples)) << "byte " << at;
    } catch (const Error& error) {
      EXPECT_NE(error.where().find("set:100"), std::string::npos);
    }
  }
  EXPECT_GT(named, checked / 10);  // most bytes of so short a recording are structure
}

TEST_F(SignalFiles, that_are_cut_or_lengthened_are_refused) {
  const PackedSignals packed = pack(synthetic::recording("100", 5, 4000));
  std::vector<std::byte> bytes = packed.bytes;
  bytes.resize(bytes.size() / 2);
  EXPECT_THROW(SignalFile(write(bytes), packed.seal, "set:100"), Error);
  EXPECT_FALSE(examine(folder_ / "file.h5", packed.seal).empty());
  bytes = packed.bytes;
  bytes.push_back(std::byte{0});
  EXPECT_THROW(SignalFile(write(bytes), packed.seal, "set:100"), Error);
  fs::remove(folder_ / "file.h5");
  EXPECT_THROW(SignalFile(folder_ / "file.h5", packed.seal, "set:100"), Error);
}

TEST(Seal, comes_back_from_its_json) {
  const PackedSignals packed = pack(synthetic::recording("100", 5));
  EXPECT_EQ(seal_from_json(Json::parse(to_json(packed.seal).dump())), packed.seal);
}

TEST(Shuffle, is_undone_for_every_size_of_value) {
  std::mt19937 random(1);
  for (const std::size_t size : {2U, 4U, 8U}) {
    std::vector<std::byte> values(size * 1001);
    for (std::byte& b : values) b = static_cast<std::byte>(random());
    std::vector<std::byte> planes(values.size());
    std::vector<std::byte> back(values.size());
    shuffle(values, size, planes.data());
    EXPECT_EQ(planes[1], values[size]);
    unshuffle(planes, size, back.data());
    EXPECT_EQ(back, values) << size;
  }
}

// RFC 7693, appendix A has the 512-bit form; the 256-bit value is that of b2sum -l 256. SHA-256: FIPS 180-2, B.1.
TEST(Hasher, gives_the_published_hashes_of_abc) {
  EXPECT_EQ(blake2b_256("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(Hasher(Hasher::Kind::sha256).bytes("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(LayerFile, comes_back_from_its_text_with_every_field) {
  LayerFile file{"atr",
                 360,
                 "feed",
                 {"me", "2026-11-23T05:00:00Z", "why\nnot", "parent", synthetic::beats(360, 12).layers[0].annotations}};
  file.layer.annotations.push_back({-5, 70, "", "x", 0, 0, 9});
  const LayerFile back = layer_from_text(to_text(file));
  EXPECT_EQ(back.track, file.track);
  EXPECT_EQ(back.tick_hz, file.tick_hz);
  EXPECT_EQ(back.signal, file.signal);
  EXPECT_EQ(back.layer.author, file.layer.author);
  EXPECT_EQ(back.layer.reason, file.layer.reason);
  EXPECT_EQ(back.layer.annotations, file.layer.annotations);
}

TEST(LayerFile, that_is_none_is_refused_with_its_line) {
  for (const char* text : {"", "x", "vagus layer 1\n", "vagus layer 1\ntrack\ta\n\nnumber", "vagus layer 1\ntrack\n",
                           "vagus layer 1\n\n1\t2\t3\t4\t5\t6\t7\t8"})
    EXPECT_THROW(layer_from_text(text), Error) << text;
}

}  // namespace
}  // namespace vagus::lab
