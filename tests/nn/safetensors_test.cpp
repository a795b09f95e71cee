#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <filesystem>

#include <catch2/catch.hpp>

using namespace mammo;
using test::TemporaryFolder;

namespace {

// What tests/goldens/record_safetensors.py wrote.
nn::StateDict recorded() {
  const Tensor values = nn::formula_tensor("values", {2, 3});
  const auto scaled = [&](double factor, double offset, DType dtype) {
    Tensor result = values.clone();
    for (float& v : result.mutable_data<float>()) v = static_cast<float>(v * factor + offset);
    return result.to(dtype);
  };
  Tensor positive = Tensor::empty({2, 3}, {.dtype = DType::boolean});
  for (std::size_t i = 0; i < 6; ++i) positive.mutable_data<bool>()[i] = values.data<float>()[i] > 0;
  return {{"a.f16", values.to(DType::f16)},
          {"a.bool", positive},
          {"b.f32", values},
          {"a.f32", values.reshape({3, 2})},
          {"c.f64", values.to(DType::f64)},
          {"d.bf16", values.to(DType::bf16)},
          {"e.i64", scaled(1000, 0, DType::i64)},
          {"f.i32", scaled(1000, 0, DType::i32)},
          {"g.u8", scaled(100, 100, DType::u8)},
          {"h.u16", scaled(100, 100, DType::u16)},
          {"i.scalar", Tensor::full({}, 1.5)},
          {"j.empty", Tensor::empty({0, 3})}};
}

void check_same(const nn::StateDict& actual, const nn::StateDict& expected) {
  REQUIRE(actual.size() == expected.size());
  for (const auto& [name, tensor] : expected) {
    INFO(name);
    REQUIRE(actual.contains(name));
    const Tensor& read = actual.at(name);
    CHECK(read.dtype() == tensor.dtype());
    REQUIRE(read.shape() == tensor.shape());
    CHECK(test::as_doubles(read) == test::as_doubles(tensor));
  }
}

} // namespace

TEST_CASE("a file written by Python's library is read") {
  const nn::SafeTensors file(test::golden("nn/python.safetensors"));
  CHECK(file.names().size() == 12);
  CHECK(file.names().front() == "e.i64");
  CHECK(file.names().back() == "a.bool");
  CHECK(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}});
  CHECK(file.contains("i.scalar"));
  CHECK_FALSE(file.contains("i"));
  check_same(file.tensors(), recorded());
  CHECK_THROWS_AS(file.tensor("i"), FileError);
}

TEST_CASE("what is written is what Python's library would write, byte by byte") {
  const TemporaryFolder folder;
  nn::write_safetensors(folder / "a.safetensors", recorded(), {{"format", "pt"}});
  CHECK(read_text(folder / "a.safetensors") == read_text(test::golden("nn/python.safetensors")));
}

TEST_CASE("tensors are views of the mapped file, which they keep and cannot change") {
  const TemporaryFolder folder;
  nn::write_safetensors(folder / "a.safetensors", recorded());
  Tensor tensor;
  {
    const nn::SafeTensors file(folder / "a.safetensors");
    tensor = file.tensor("b.f32");
    CHECK(file.tensor("b.f32").raw<float>() == tensor.raw<float>());
    CHECK(file.metadata().empty());
  }
  std::filesystem::remove(folder / "a.safetensors");
  CHECK_FALSE(tensor.storage()->writable());
  CHECK_THROWS_AS(tensor.mutable_data<float>(), TypeError);
  CHECK(test::as_doubles(tensor) == test::as_doubles(recorded().at("b.f32")));
}

TEST_CASE("elements that are not aligned in the file are copied") {
  // A header whose length is no multiple of eight puts the f32 elements at an odd address.
  const std::string header = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  REQUIRE(header.size() % 4 != 0);
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  bytes += header;
  const float values[2] = {1.25F, -3};
  bytes.append(reinterpret_cast<const char*>(values), sizeof values);
  const TemporaryFolder folder;
  AtomicFile out(folder / "odd.safetensors");
  out.write(bytes);
  out.commit();
  const Tensor tensor = nn::SafeTensors(folder / "odd.safetensors").tensor("a");
  CHECK(test::as_doubles(tensor) == std::vector<double>{1.25, -3});
  CHECK(reinterpret_cast<std::uintptr_t>(tensor.raw<float>()) % alignof(float) == 0);
}

TEST_CASE("views and blocked tensors are written as plain ones") {
  const TemporaryFolder folder;
  const Tensor x = nn::formula_tensor("x", {1, 3, 4, 2});
  nn::write_safetensors(folder / "a.safetensors", {{"blocked", x.to(Layout::nChw8c)},
                                                   {"view", x.permute({0, 2, 3, 1}).slice(1, 1, 3)}});
  check_same(nn::SafeTensors(folder / "a.safetensors").tensors(),
             {{"blocked", x}, {"view", x.permute({0, 2, 3, 1}).slice(1, 1, 3).contiguous()}});
}

TEST_CASE("a file without tensors is a file") {
  const TemporaryFolder folder;
  nn::write_safetensors(folder / "a.safetensors", {});
  CHECK(nn::SafeTensors(folder / "a.safetensors").names().empty());
}

TEST_CASE("names that a file cannot hold are refused and nothing is written") {
  const TemporaryFolder folder;
  const Tensor x = Tensor::zeros({1});
  CHECK_THROWS_AS(nn::write_safetensors(folder / "a.safetensors", {{"__metadata__", x}}), ArgumentError);
  CHECK_THROWS_AS(nn::write_safetensors(folder / "a.safetensors", {{"\xff", x}}), ArgumentError);
  CHECK_THROWS_AS(nn::write_safetensors(folder / "a.safetensors", {{"undefined", Tensor()}}), TypeError);
  CHECK_THROWS_AS(nn::write_safetensors(folder / "no" / "a.safetensors", {{"x", x}}), FileError);
  CHECK(std::filesystem::is_empty(folder.path()));
}
