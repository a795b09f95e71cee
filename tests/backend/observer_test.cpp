#include "mammo/backend/dispatch.hpp"
#include "mammo/backend/observer.hpp"
#include "mammo/core/error.hpp"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

// Writes down what it sees, signed with its name.
class Notes : public OperationObserver {
 public:
  Notes(std::string name, std::vector<std::string>& lines) : name_(std::move(name)), lines_(lines) {}

  void before(const Operation& operation, std::span<const Tensor> inputs) override {
    lines_.push_back(concat(name_, " before ", mammo::name(operation), ' ', inputs.size()));
  }
  void after(const Operation& operation, std::span<const Tensor>, std::span<const Tensor> outputs) override {
    lines_.push_back(
        concat(name_, " after ", mammo::name(operation), ' ', outputs[0].plain().data<float>()[0]));
  }
  void failed(const Operation& operation, std::span<const Tensor>, const std::exception_ptr& why) override {
    try {
      std::rethrow_exception(why);
    } catch (const ShapeError&) {
      lines_.push_back(concat(name_, " saw ", mammo::name(operation), " fail"));
    }
  }

 private:
  std::string name_;
  std::vector<std::string>& lines_;
};

Tensor negated(const Tensor& x) {
  return dispatch_one(Unary{.kind = UnaryKind::neg}, std::array{x});
}

const Tensor two = Tensor::full({1}, 2);

} // namespace

TEST_CASE("observers see operations while their scope lives, the innermost first") {
  std::vector<std::string> lines;
  Notes outer("outer", lines);
  Notes inner("inner", lines);
  negated(two);
  {
    const ObserverScope scope(outer);
    negated(two);
    {
      const ObserverScope further(inner);
      Tensor into = Tensor::empty({1});
      dispatch_into(Binary{.kind = BinaryKind::add}, std::array{two, two}, std::span(&into, 1));
    }
    negated(two);
  }
  negated(two);
  CHECK(lines == std::vector<std::string>{"outer before unary 1", "outer after unary -2",
                                          "inner before binary 2", "outer before binary 2",
                                          "inner after binary 4", "outer after binary 4",
                                          "outer before unary 1", "outer after unary -2"});
}

TEST_CASE("observers see an operation fail, and the exception goes on") {
  std::vector<std::string> lines;
  Notes notes("notes", lines);
  const ObserverScope scope(notes);
  const std::array misfits{two, Tensor::zeros({3}), Tensor::zeros({4})};
  CHECK_THROWS_AS(dispatch(Concat{.dim = 1}, misfits), ShapeError);
  CHECK(lines == std::vector<std::string>{"notes before concat 3", "notes saw concat fail"});
}

TEST_CASE("an observer may throw in place of what an operation threw") {
  struct Translator : OperationObserver {
    void failed(const Operation&, std::span<const Tensor>, const std::exception_ptr&) override {
      throw ArgumentError("translated");
    }
  } translator;
  const ObserverScope scope(translator);
  CHECK_THROWS_AS(dispatch(Concat{.dim = 1}, std::array{two}), ArgumentError);
}

TEST_CASE("an observer does not see what it dispatches itself, but those around it do") {
  struct Doubler : OperationObserver {
    void after(const Operation&, std::span<const Tensor>, std::span<const Tensor> outputs) override {
      dispatch_one(Unary{.kind = UnaryKind::abs}, outputs);
      ++calls;
    }
    int calls = 0;
  } doubler;
  std::vector<std::string> lines;
  Notes notes("around", lines);
  const ObserverScope outer(notes);
  const ObserverScope scope(doubler);
  negated(two);
  CHECK(doubler.calls == 1);
  CHECK(lines == std::vector<std::string>{"around before unary 1", "around before unary 1",
                                          "around after unary 2", "around after unary -2"});
}

TEST_CASE("another thread's operations are not seen", "[threads]") {
  std::vector<std::string> lines;
  Notes notes("notes", lines);
  const ObserverScope scope(notes);
  std::thread([] { negated(two); }).join();
  CHECK(lines.empty());
}
