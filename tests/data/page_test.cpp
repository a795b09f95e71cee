// docs/data.md shows the program between the two lines; the last case holds the page to it.
// begin
#include "mammo/data/loader.hpp"

using namespace mammo;

struct Film {
  Tensor picture; // f32 [1, H, W], of any size
  std::int64_t label = 0;

  struct Batch {
    Tensor pictures; // [N, 1, h, w]
    std::vector<std::int64_t> labels;
  };
  static Batch collate(std::span<const Film> films) {
    return {data::stack_padded(data::gather(films, &Film::picture), {.multiple = 32}),
            data::gather(films, &Film::label)};
  }
};

struct Films {
  std::vector<std::int64_t> labels;

  std::size_t size() const { return labels.size(); }
  Film get(std::size_t index) const { // one that is of use reads a file here
    const auto height = static_cast<std::int64_t>(40 + index);
    return {Tensor::full({1, height, 30}, 1.0), labels[index]};
  }
};

Film brighten(Film film, Generator& generator) {
  const auto factor = static_cast<float>(generator.uniform(0.8, 1.2));
  for (float& value : film.picture.mutable_data<float>()) value *= factor;
  return film;
}

// Takes so many steps from a place that was saved, and returns the place to save.
template <class Step>
data::SamplerState train(const Films& films, const data::SamplerState& from, int steps, Step step) {
  auto sampler = data::Sampler::weighted(data::balanced_weights(films.labels), films.size(),
                                         {.batch_size = 2, .seed = 1});
  sampler.restore(from);
  data::Loader loader(data::Transformed(films, brighten), sampler, {.workers = 2, .prefetch = 2});
  while (steps > 0) {
    for (const Film::Batch& batch : loader) { // to the end of an epoch
      step(batch);
      if (--steps == 0) break;
    }
  }
  return loader.state();
}
// end

#include "mammo/core/file.hpp"
#include "tests/support/files.hpp"

#include <string>
#include <utility>

#include <catch2/catch.hpp>

TEST_CASE("the page's program sees the same batches whether stopped or not", "[threads]") {
  const Films films{{0, 0, 0, 0, 1}};
  std::vector<float> seen;
  const auto look = [&](const Film::Batch& batch) {
    CHECK(batch.pictures.shape()[-2] == 64);
    CHECK(batch.pictures.shape()[-1] == 32);
    CHECK(batch.pictures.size(0) == static_cast<std::int64_t>(batch.labels.size()));
    for (const float value : batch.pictures.data<float>()) {
      if (value != 0) seen.push_back(value);
    }
  };
  const auto end = train(films, {}, 10, look);
  const std::vector<float> straight = std::exchange(seen, {});
  const auto middle = train(films, {}, 4, look);
  CHECK(middle == data::SamplerState{1, 2}); // three batches an epoch
  CHECK(train(films, middle, 6, look) == end);
  CHECK(seen == straight);
}

TEST_CASE("the page shows the program of this file") {
  const auto between = [](const std::string& text, const std::string& before, const std::string& after) {
    const auto first = text.find(before) + before.size();
    return text.substr(first, text.find(after, first) - first);
  };
  const auto text_of = [](const char* path) { return read_text(test::source_dir() / path); };
  const std::string shown = between(text_of("docs/data.md"), "```cpp\n", "```");
  CHECK(shown.size() > 1000);
  CHECK(shown == between(text_of("tests/data/page_test.cpp"), "// begin\n", "// end\n"));
}
