#include "mammo/core/storage.hpp"
#include "mammo/core/tensor.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

TEST_CASE("writing through any view counts a version that all views see") {
  Tensor t = Tensor::zeros({4, 4});
  Tensor row = t.select(0, 1);
  const auto before = t.stamp();
  CHECK(row.stamp() == before);
  row.mutable_data<float>()[0] = 1;
  CHECK(t.stamp().id == before.id);
  CHECK(t.stamp().version == before.version + 1);
  t.slice(1, 0, 2).copy_from(Tensor::zeros({4, 2}));
  CHECK(row.stamp().version == before.version + 2);
  CHECK(row.data<float>()[0] == 0);
}

TEST_CASE("reading counts no version") {
  const Tensor t = Tensor::zeros({4});
  const auto before = t.stamp();
  CHECK(t.data<float>()[0] == 0);
  CHECK(t.raw<float>() != nullptr);
  CHECK(t.clone().data<float>()[1] == 0);
  CHECK(t.stamp() == before);
}

TEST_CASE("two storages never share an id") {
  CHECK(Storage(8).stamp().id != Storage(8).stamp().id);
}

TEST_CASE("memory owned by something else is kept alive and, where read-only, not written") {
  auto bytes = std::make_shared<std::vector<float>>(std::vector{1.0F, 2.0F, 3.0F});
  const std::weak_ptr<std::vector<float>> alive = bytes;
  std::shared_ptr<const std::byte> owner(bytes, reinterpret_cast<const std::byte*>(bytes->data()));
  Tensor t = Tensor::over(std::make_shared<Storage>(owner, 12, false), {3}, {});
  owner.reset();
  bytes.reset();
  CHECK_FALSE(alive.expired());
  CHECK(t.data<float>()[2] == 3);
  CHECK_THROWS_WITH(t.mutable_data<float>(), Catch::Contains("read-only"));
  CHECK(t.stamp().version == 0);
  CHECK(t.clone().mutable_data<float>()[1] == 2);
  t = Tensor();
  CHECK(alive.expired());
}

TEST_CASE("a derived value is made once, and again when something it was made from has changed") {
  Tensor weight = Tensor::zeros({4});
  Tensor scale = Tensor::zeros({4});
  int made = 0;
  const auto get = [&] {
    const StorageStamp stamps[] = {weight.stamp(), scale.stamp()};
    return weight.storage()->derived<int>("folded", stamps,
                                          [&] { return std::make_shared<const int>(++made); });
  };
  CHECK(*get() == 1);
  CHECK(*get() == 1);
  scale.mutable_data<float>()[0] = 1;
  const auto second = get();
  CHECK(*second == 2);
  weight.mutable_data<float>()[0] = 1;
  CHECK(*get() == 3);
  CHECK(*second == 2);
  scale = Tensor::zeros({4}); // another storage, even with the same version
  CHECK(*get() == 4);
}

TEST_CASE("derived values have their own keys and only a handful is kept") {
  const Tensor t = Tensor::zeros({4});
  const StorageStamp now = t.stamp();
  int made = 0;
  const auto get = [&](const std::string& key) {
    return *t.storage()->derived<int>(key, {&now, 1}, [&] { return std::make_shared<const int>(++made); });
  };
  CHECK(get("a") == 1);
  CHECK(get("b") == 2);
  CHECK(get("a") == 1);
  for (int i = 0; i < 100; ++i) get("many " + std::to_string(i));
  CHECK(get("a") == 103);
}

TEST_CASE("making a derived value may ask the same storage for another, and may fail") {
  const Tensor blocked = Tensor::full({1, 5, 2, 2}, 3, {.layout = Layout::nChw8c});
  const StorageStamp now = blocked.stamp();
  const auto first = blocked.storage()->derived<float>("first element", {&now, 1}, [&] {
    return std::make_shared<const float>(blocked.plain().data<float>()[0]);
  });
  CHECK(*first == 3);
  const auto fail = [&]() -> std::shared_ptr<const int> { throw ArgumentError("no"); };
  CHECK_THROWS_AS(blocked.storage()->derived<int>("int", {&now, 1}, fail), ArgumentError);
  CHECK(*blocked.storage()->derived<int>("int", {&now, 1}, [] { return std::make_shared<const int>(7); }) ==
        7);
}

TEST_CASE("threads that ask at once get one derived value", "[threads]") {
  const Tensor t = Tensor::zeros({4});
  const StorageStamp now = t.stamp();
  std::atomic<int> made = 0;
  std::vector<std::shared_ptr<const int>> got(8);
  {
    std::vector<std::jthread> threads;
    for (auto& slot : got) {
      threads.emplace_back([&] {
        slot =
            t.storage()->derived<int>("one", {&now, 1}, [&] { return std::make_shared<const int>(++made); });
      });
    }
  }
  CHECK(made == 1);
  for (const auto& value : got) CHECK(value == got[0]);
}
