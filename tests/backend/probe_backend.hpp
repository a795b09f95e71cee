#pragma once

#include "mammo/backend/backend.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace mammo::test {

// A backend whose plans fill every output with one number, so that a result tells who computed it. It takes
// only what the running test lets it take.
class Probe : public Backend {
 public:
  Probe(std::string name, float answer) : name_(std::move(name)), answer_(answer) {}

  // What the probe has plans for from now on; forgets what it was asked before.
  void accept(std::function<bool(const Signature&)> accepts);
  // The layouts of the first input that it was asked about since, in order.
  std::vector<Layout> asked() const;
  int plans_made() const { return plans_made_; }
  // Whether the plan that ran last was handed inputs in this layout.
  Layout layout_run() const { return layout_run_; }
  float answer() const { return answer_; }

  std::string_view name() const override { return name_; }
  std::shared_ptr<const Plan> plan(const Signature& signature) const override;

 private:
  friend class ProbePlan;

  std::string name_;
  float answer_;
  mutable std::mutex mutex_;
  std::function<bool(const Signature&)> accepts_;
  mutable std::vector<Layout> asked_;
  mutable std::atomic<int> plans_made_ = 0;
  mutable std::atomic<Layout> layout_run_ = Layout::row_major;
};

// The process's two probes, registered at the first call: `first_probe` before `second_probe`, so that the
// second is asked earlier. Both take nothing until told to.
Probe& first_probe();
Probe& second_probe();

// Lets both probes take nothing again, clears the plan cache, sets the default options.
class FreshDispatcher {
 public:
  FreshDispatcher();
  ~FreshDispatcher();
  FreshDispatcher(const FreshDispatcher&) = delete;
  FreshDispatcher& operator=(const FreshDispatcher&) = delete;
};

} // namespace mammo::test
