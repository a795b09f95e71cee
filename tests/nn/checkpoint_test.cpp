#include "mammo/core/log.hpp"
#include "mammo/nn/batch_norm.hpp"
#include "mammo/nn/checkpoint.hpp"
#include "mammo/nn/dropout.hpp"
#include "mammo/nn/formula.hpp"
#include "mammo/nn/gradients.hpp"
#include "mammo/nn/linear.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/nn/schedule.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/losses.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/random.hpp"
#include "mammo/ops/views.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace mammo;
namespace fs = std::filesystem;

namespace {

class Net : public nn::Module {
 public:
  Net()
      : conv_({.in_channels = 1, .out_channels = 4, .kernel = 3, .padding = 1, .bias = false}),
        norm_({.channels = 4}),
        dropout_({.probability = 0.3}),
        fc_({.in_features = 4, .out_features = 3}) {
    add("conv", conv_);
    add("norm", norm_);
    add("dropout", dropout_);
    add("fc", fc_);
  }

  Tensor forward(const Tensor& x) const {
    const Tensor y = conv_norm(conv_, norm_, x, Activation::relu);
    return fc_.forward(dropout_.forward(flatten(adaptive_average_pool2d(y, 1))));
  }

 private:
  nn::Conv2d conv_;
  nn::BatchNorm2d norm_;
  nn::Dropout dropout_;
  nn::Linear fc_;
};

// A whole training run: a new one is like one in a new process.
struct Training {
  explicit Training(const nn::Optimizer::Method& method = nn::Sgd{.rate = 0.1, .momentum = 0.9})
      : optimizer(method) {
    load_by_formula(net);
    net.set_trainable("*");
    net.train();
    average.emplace(net, 0.8);
    run.average = &*average;
    seed_training(7);
  }

  void until(std::int64_t last) {
    const nn::Schedule schedule = nn::warm_up(4, nn::cosine(16));
    while (run.step < last) {
      const Tensor x = nn::formula_tensor(concat("x", run.step), {3, 1, 5, 5});
      nn::clear_gradients(net);
      backward(cross_entropy_loss(net.forward(x), Tensor::from<std::int64_t>({0, 1, 2}, {3})));
      optimizer.step(net, schedule(run.step));
      average->update(net);
      ++run.step;
    }
  }

  std::vector<std::vector<double>> values() const {
    std::vector<std::vector<double>> result;
    for (const nn::StateDict& tensors : {net.state_dict(), average->state_dict(), optimizer.state_dict()}) {
      for (const auto& [name, tensor] : tensors) result.push_back(test::as_doubles(tensor));
    }
    return result;
  }

  Net net;
  nn::Optimizer optimizer;
  std::optional<nn::MovingAverage> average;
  nn::TrainingRun run{.module = net, .optimizer = optimizer};
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& file : nn::checkpoints_in(folder)) names.push_back(file.filename().string());
  return names;
}

class CollectedLog {
 public:
  CollectedLog() {
    set_log_sink([this](LogLevel, const std::string& line) { text += line + '\n'; });
  }
  ~CollectedLog() { set_log_sink({}); }
  CollectedLog(const CollectedLog&) = delete;
  CollectedLog& operator=(const CollectedLog&) = delete;

  std::string text;
};

// Checkpoints of steps 1, 2 and 3.
void save_three(const fs::path& folder) {
  Training training;
  for (int step = 1; step <= 3; ++step) {
    training.until(step);
    save_checkpoint(folder, training.run);
  }
}

} // namespace

TEST_CASE("a run stopped at any step and taken up again gives the bits of one that never stopped") {
  const nn::Optimizer::Method method =
      GENERATE(nn::Optimizer::Method(nn::Sgd{.rate = 0.1, .momentum = 0.9, .weight_decay = 1e-3}),
               nn::Optimizer::Method(nn::Adam{.rate = 0.01, .weight_decay = 0.1, .decoupled = true}));
  Training whole(method);
  whole.until(20);
  const auto expected = whole.values();
  for (const int stop : {0, 1, 7, 19}) {
    INFO("stopped at " << stop);
    const test::TemporaryFolder folder;
    {
      Training first(method);
      first.until(stop);
      first.run.extra["loader"] = "place 17\nof \"list\"";
      save_checkpoint(folder.path(), first.run);
    }
    Training second(method);
    second.until(3); // what a new run did before is forgotten
    REQUIRE(load_latest_checkpoint(folder.path(), second.run));
    CHECK(second.run.step == stop);
    CHECK(second.run.extra == std::map<std::string, std::string>{{"loader", "place 17\nof \"list\""}});
    second.until(20);
    CHECK(second.values() == expected);
  }
}

TEST_CASE("a run that goes on without its generator's place would differ") {
  Training whole;
  whole.until(4);
  Training parted;
  parted.until(2);
  seed_training(7);
  parted.until(4);
  CHECK(parted.values() != whole.values());
}

TEST_CASE("the last checkpoints are kept") {
  const test::TemporaryFolder folder;
  Training training;
  for (int step = 1; step <= 5; ++step) {
    training.until(step);
    save_checkpoint(folder / "of a run", training.run, 2);
  }
  CHECK(names_in(folder / "of a run") ==
        std::vector<std::string>{"step-000000004.safetensors", "step-000000005.safetensors"});
  CHECK_THROWS_AS(save_checkpoint(folder.path(), training.run, 0), ArgumentError);
}

TEST_CASE("a folder without checkpoints gives none") {
  const test::TemporaryFolder folder;
  Training training;
  CHECK_FALSE(load_latest_checkpoint(folder / "missing", training.run));
  write(folder / "step-.safetensors", "no checkpoint");
  write(folder / "step-12x.safetensors", "no checkpoint");
  write(folder / ".step-1.safetensors.tmp-12", "half written");
  CHECK_FALSE(load_latest_checkpoint(folder.path(), training.run));
}

TEST_CASE("where the newest checkpoint is damaged the one before it is used, and the log says so") {
  const test::TemporaryFolder folder;
  save_three(folder.path());
  const fs::path newest = folder / "step-000000003.safetensors";
  const std::string whole = read(newest);
  const auto flipped = [&](std::size_t place) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 4);
    return bytes;
  };
  const std::vector<std::pair<std::string, std::string>> damages{
      {"nothing", ""},
      {"half", whole.substr(0, whole.size() / 2)},
      {"all but a byte", whole.substr(0, whole.size() - 1)},
      {"a byte too many", whole + '\0'},
      {"length", flipped(0)},
      {"step", flipped(whole.find("\"step\":\"3\"") + 8)},
      {"place of the generator", flipped(whole.find("generator_position") + 22)},
      {"first weight", flipped(whole.size() - 1)},
      {"middle", flipped(whole.size() / 2)},
  };
  for (const auto& [what, bytes] : damages) {
    INFO(what);
    write(newest, bytes);
    Training training;
    const CollectedLog log;
    REQUIRE(load_latest_checkpoint(folder.path(), training.run));
    CHECK(training.run.step == 2);
    CHECK(log.text.find(newest.string()) != std::string::npos);
    CHECK_THROWS_AS(load_checkpoint(newest, training.run), FileError);
  }
  write(newest, whole);
  Training training;
  CHECK(load_latest_checkpoint(folder.path(), training.run));
  CHECK(training.run.step == 3);
}

TEST_CASE("a damaged later checkpoint does not push good ones out") {
  const test::TemporaryFolder folder;
  save_three(folder.path());
  write(folder / "step-000000003.safetensors", "damaged");
  const CollectedLog log;
  Training training;
  REQUIRE(load_latest_checkpoint(folder.path(), training.run));
  REQUIRE(training.run.step == 2);
  save_checkpoint(folder.path(), training.run, 1);
  CHECK(names_in(folder.path()) ==
        std::vector<std::string>{"step-000000002.safetensors", "step-000000003.safetensors"});
}

TEST_CASE("where all checkpoints are damaged all are named, and nothing changes") {
  const test::TemporaryFolder folder;
  save_three(folder.path());
  for (const auto& file : nn::checkpoints_in(folder.path())) write(file, "damaged");
  Training training;
  training.until(1);
  const auto before = training.values();
  const CollectedLog log;
  try {
    load_latest_checkpoint(folder.path(), training.run);
    FAIL("loaded a damaged checkpoint");
  } catch (const Error& error) {
    for (const auto& file : nn::checkpoints_in(folder.path())) {
      CHECK(std::string(error.what()).find(file.string()) != std::string::npos);
    }
  }
  CHECK(training.values() == before);
  CHECK(training.run.step == 1);
}

TEST_CASE("a checkpoint of another run is refused, not passed over, and changes nothing") {
  const test::TemporaryFolder folder;
  save_three(folder.path());
  Training adam(nn::Adam{});
  const auto before = adam.values();
  CHECK_THROWS_AS(load_latest_checkpoint(folder.path(), adam.run), nn::StateDictError);
  CHECK(adam.values() == before);

  nn::Linear other({.in_features = 2, .out_features = 2});
  load_by_formula(other);
  nn::Optimizer optimizer(nn::Sgd{});
  nn::TrainingRun run{.module = other, .optimizer = optimizer};
  CHECK_THROWS_AS(load_latest_checkpoint(folder.path(), run), nn::StateDictError);
  CHECK(optimizer.state_dict().empty());
  CHECK(run.step == 0);
}

TEST_CASE("a safetensors file that is no checkpoint is refused") {
  const test::TemporaryFolder folder;
  nn::write_safetensors(folder / "step-000000001.safetensors", {{"a", Tensor::zeros({2})}});
  Training training;
  CHECK_THROWS_AS(load_checkpoint(folder / "step-000000001.safetensors", training.run), FileError);
}

TEST_CASE("a checkpoint that cannot be written leaves the last one good") {
  const test::TemporaryFolder folder;
  Training training;
  training.until(1);
  save_checkpoint(folder.path(), training.run);
  const auto good = training.values();
  training.until(2);
  // The name of the next one is taken by a folder, over which nothing can be renamed, even by root.
  fs::create_directories(folder / "step-000000002.safetensors" / "taken");
  CHECK_THROWS_AS(save_checkpoint(folder.path(), training.run, 1), FileError);
  write(folder / "no folder", "");
  CHECK_THROWS_AS(save_checkpoint(folder / "no folder", training.run), FileError);
  if (::geteuid() != 0) {
    fs::permissions(folder.path(), fs::perms::owner_write, fs::perm_options::remove);
    CHECK_THROWS_AS(save_checkpoint(folder.path(), training.run), FileError);
    fs::permissions(folder.path(), fs::perms::owner_write, fs::perm_options::add);
  }
  const CollectedLog log;
  Training again;
  REQUIRE(load_latest_checkpoint(folder.path(), again.run));
  CHECK(again.values() == good);
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    CHECK(!entry.path().filename().string().starts_with("."));
  }
}
