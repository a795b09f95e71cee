#include "mammo/core/error.hpp"
#include "mammo/data/collate.hpp"

#include <array>
#include <string>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;

namespace {

template <class T>
std::vector<T> elements(const Tensor& tensor) {
  const auto data = tensor.data<T>();
  return {data.begin(), data.end()};
}

struct Film {
  Tensor picture;
  std::string name;

  Tensor left_column() const { return picture.slice(-1, 0, 1); }

  struct Batch {
    Tensor pictures;
    std::vector<std::string> names;
  };
  static Batch collate(std::span<const Film> films) {
    return {stack_padded(gather(films, &Film::picture)), gather(films, &Film::name)};
  }
};

} // namespace

TEST_CASE("stack puts tensors of one shape behind each other") {
  const Tensor a = Tensor::from({1.F, 2.F, 3.F, 4.F, 5.F, 6.F}, {2, 3});
  const Tensor b = Tensor::from({7.F, 8.F, 9.F, 10.F, 11.F, 12.F}, {3, 2}).transpose(0, 1); // a view
  const Tensor batch = stack(std::array{a, b});
  CHECK(batch.shape() == Shape{2, 2, 3});
  CHECK(batch.is_contiguous());
  CHECK(elements<float>(batch) == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 9, 11, 8, 10, 12});

  const Tensor scalars = stack(
      std::array{Tensor::full({}, 3, {.dtype = DType::i64}), Tensor::full({}, 4, {.dtype = DType::i64})});
  CHECK(scalars.shape() == Shape{2});
  CHECK(elements<std::int64_t>(scalars) == std::vector<std::int64_t>{3, 4});
  CHECK(stack(std::array{Tensor::zeros({0, 4})}).shape() == Shape{1, 0, 4});
}

TEST_CASE("stack takes tensors of any layout") {
  Tensor plain = Tensor::empty({1, 2, 2, 2});
  for (std::size_t i = 0; i < 8; ++i) plain.mutable_data<float>()[i] = static_cast<float>(i);
  const Tensor batch = stack(std::array{plain.to(Layout::nChw8c), plain.to(Layout::channels_last)});
  CHECK(batch.shape() == Shape{2, 1, 2, 2, 2});
  CHECK(elements<float>(batch.select(0, 0)) == elements<float>(plain));
  CHECK(elements<float>(batch.select(0, 1)) == elements<float>(plain));
}

TEST_CASE("stack names the tensor that does not fit") {
  const Tensor a = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(stack(std::array{a, a, Tensor::zeros({3, 2})}),
                    "tensor 2 of the batch has shape [3, 2], expected [2, 3] as the first");
  CHECK_THROWS_AS(stack(std::array{a, Tensor::zeros({2, 4})}), ShapeError);
  CHECK_THROWS_WITH(stack(std::array{a, Tensor::zeros({2, 3}, {.dtype = DType::u8})}),
                    "tensor 1 of the batch is of u8, expected f32 as the first");
  CHECK_THROWS_WITH(stack(std::array{Tensor()}), "tensor 0 of the batch is undefined");
  CHECK_THROWS_WITH(stack({}), "a batch of no tensors");
}

TEST_CASE("pictures of different sizes are padded on the right and at the bottom") {
  const Tensor wide = Tensor::from<std::uint8_t>({1, 2, 3}, {1, 1, 3});
  const Tensor high = Tensor::from<std::uint8_t>({4, 5}, {1, 2, 1});
  const Tensor batch = stack_padded(std::array{wide, high}, {.value = 9});
  CHECK(batch.shape() == Shape{2, 1, 2, 3});
  CHECK(batch.dtype() == DType::u8);
  CHECK(elements<std::uint8_t>(batch) == std::vector<std::uint8_t>{1, 2, 3, 9, 9, 9, 4, 9, 9, 5, 9, 9});

  const Tensor rounded = stack_padded(std::array{wide, high}, {.multiple = 4});
  CHECK(rounded.shape() == Shape{2, 1, 4, 4});
  CHECK(elements<std::uint8_t>(rounded.select(0, 1)) ==
        std::vector<std::uint8_t>{4, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(stack_padded(std::array{Tensor::zeros({4, 8})}, {.multiple = 4}).shape() == Shape{1, 4, 8});
}

TEST_CASE("padding is for height and width alone") {
  const Tensor grey = Tensor::zeros({1, 4, 4});
  CHECK_THROWS_WITH(
      stack_padded(std::array{grey, Tensor::zeros({3, 4, 4})}),
      "picture 1 of the batch has shape [3, 4, 4], expected [1, 4, 4] as the first but for height "
      "and width");
  CHECK_THROWS_AS(stack_padded(std::array{grey, Tensor::zeros({4, 4})}), ShapeError);
  CHECK_THROWS_AS(stack_padded(std::array{Tensor::zeros({4})}), ShapeError);
  CHECK_THROWS_AS(stack_padded({}), ShapeError);
  CHECK_THROWS_AS(stack_padded(std::array{grey, Tensor::zeros({1, 4, 4}, {.dtype = DType::f64})}), TypeError);
  CHECK_THROWS_AS(stack_padded(std::array{grey}, {.multiple = 0}), ArgumentError);
}

TEST_CASE("parts of examples are gathered by member or by function") {
  const std::array films{Film{Tensor::from({1.F, 2.F}, {1, 2}), "a"},
                         Film{Tensor::from({3.F, 4.F}, {1, 2}), "b"}};
  const std::span<const Film> all(films);
  CHECK(gather(all, &Film::name) == std::vector<std::string>{"a", "b"});
  CHECK(elements<float>(stack(gather(all, &Film::left_column))) == std::vector<float>{1, 3});
  CHECK(gather(all, [](const Film& film) { return film.name + "!"; }) ==
        std::vector<std::string>{"a!", "b!"});
}

TEST_CASE("the default collate stacks tensors and asks structs for their own") {
  const Collate collate;
  const std::array films{Film{Tensor::zeros({2, 3}), "a"}, Film{Tensor::zeros({4, 1}), "b"}};
  const Film::Batch batch = collate(std::span<const Film>(films));
  CHECK(batch.pictures.shape() == Shape{2, 4, 3});
  CHECK(batch.names == std::vector<std::string>{"a", "b"});
  CHECK(collate(std::span<const Tensor>(std::array{films[0].picture})).shape() == Shape{1, 2, 3});
  STATIC_REQUIRE_FALSE(std::invocable<const Collate&, std::span<const std::string>>);
}
