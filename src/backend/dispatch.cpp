#include "mammo/backend/dispatch.hpp"

#include "backend/observation.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/log.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

namespace mammo {
namespace {

struct Registry {
  std::mutex mutex;
  std::vector<std::shared_ptr<const Backend>> backends;
  ExecutionOptions defaults;
  std::set<std::string> reported; // what others than hoped for were used for, to say each once

  Registry() {
    add(make_cpu_backend());
    add(make_onednn_backend());
    add(make_reference_backend());
  }
  void add(std::unique_ptr<Backend> backend) {
    if (backend) backends.emplace_back(std::move(backend));
  }
};

Registry& registry() {
  static Registry* instance = new Registry;
  return *instance;
}

thread_local const ExecutionOptions* scoped_options = nullptr;

struct PlannedCall {
  std::shared_ptr<const Plan> plan;
  bool plain_inputs = false;
  std::string_view backend; // whose plan it is
};

// Least recently used plans first out. The mutex is held only to look up and to insert, never while a plan
// is made or runs.
class PlanCache {
 public:
  // Counts how often the cache was cleared: a plan made before must not go in after.
  std::size_t generation() {
    const std::scoped_lock lock(mutex_);
    return generation_;
  }

  std::optional<PlannedCall> find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) {
      ++misses_;
      return std::nullopt;
    }
    ++hits_;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }

  void insert(const std::string& key, const PlannedCall& call, std::size_t generation) {
    const std::scoped_lock lock(mutex_);
    if (generation != generation_ || index_.contains(key)) return;
    entries_.emplace_front(key, call);
    index_[key] = entries_.begin();
    trim();
  }

  void set_capacity(std::size_t capacity) {
    const std::scoped_lock lock(mutex_);
    capacity_ = capacity;
    trim();
  }

  void clear() {
    const std::scoped_lock lock(mutex_);
    entries_.clear();
    index_.clear();
    hits_ = misses_ = 0;
    ++generation_;
  }

  PlanCacheStatistics statistics() {
    const std::scoped_lock lock(mutex_);
    return {entries_.size(), hits_, misses_};
  }

 private:
  void trim() {
    while (entries_.size() > capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
  }

  std::mutex mutex_;
  std::list<std::pair<std::string, PlannedCall>> entries_;
  std::unordered_map<std::string, decltype(entries_)::iterator> index_;
  std::size_t capacity_ = 1024;
  std::size_t generation_ = 0;
  std::size_t hits_ = 0;
  std::size_t misses_ = 0;
};

PlanCache& plan_cache() {
  static PlanCache* instance = new PlanCache;
  return *instance;
}

void check_backend(const std::string& wanted) {
  if (wanted == "auto") return;
  const auto names = backend_names();
  if (std::ranges::find(names, wanted) != names.end()) return;
  std::string known = "auto";
  for (const auto& name : names) known += ", " + name;
  throw ArgumentError(concat("backend \"", wanted, "\", expected one of ", known));
}

void check(const ExecutionOptions& options) {
  check_backend(options.backend);
  require<ArgumentError>(options.precision == Precision::f32 || has_bf16(),
                         "precision bf16, expected f32: this CPU has no instructions for bf16, or "
                         "MAMMO_MAX_ISA forbids them");
}

using Candidates = std::vector<std::shared_ptr<const Backend>>;

// No picture, no box, no candidate: other backends need not know these, and reference takes no time for them.
bool works_on_nothing(const Signature& signature) {
  const auto is_empty = [](const TensorSpec& spec) { return spec.defined && numel(spec.shape) == 0; };
  return std::ranges::any_of(signature.inputs, is_empty) ||
         std::ranges::any_of(infer_outputs(signature.operation, signature.inputs), is_empty);
}

Candidates candidates(const ExecutionOptions& options, bool with_reference) {
  const std::scoped_lock lock(registry().mutex);
  Candidates order = registry().backends;
  const auto named = std::ranges::find_if(order, [&](const auto& b) { return b->name() == options.backend; });
  if (named != order.end()) std::rotate(order.begin(), named, named + 1);
  if (options.strict && options.backend != "reference" && !with_reference) {
    std::erase_if(order, [](const auto& b) { return b->name() == "reference"; });
  }
  return order;
}

std::string describe(const Signature& signature) {
  std::string text(name(signature.operation));
  for (const TensorSpec& input : signature.inputs) {
    if (input.defined) text += concat(' ', input.dtype, ' ', input.shape, ' ', input.layout);
  }
  return text;
}

// Says once an operation, not once a call, that another backend ran than the one named, or the slow one
// although any other was hoped for.
void report_fallback(const Signature& signature, const ExecutionOptions& options, std::string_view used) {
  if (used == options.backend || (options.backend == "auto" && used != "reference")) return;
  {
    const std::scoped_lock lock(registry().mutex);
    if (!registry().reported.insert(concat(used, " for ", name(signature.operation))).second) return;
  }
  const std::string why = options.backend == "auto" ? "" : ", which " + options.backend + " lacks";
  log(LogLevel::info, concat(used, " backend used for ", describe(signature), why));
}

// The first plan that one of these backends has for the layouts as they are, else for row-major twins.
PlannedCall first_plan(std::span<const std::shared_ptr<const Backend>> backends, const Signature& signature) {
  Signature plain = signature;
  for (TensorSpec& input : plain.inputs) input.layout = Layout::row_major;
  for (const Signature* asked : {&signature, static_cast<const Signature*>(&plain)}) {
    if (asked == &plain && plain.inputs == signature.inputs) break;
    for (const auto& backend : backends) {
      auto plan = backend->plan(*asked);
      if (plan) return {std::move(plan), asked == &plain, backend->name()};
    }
  }
  return {};
}

PlannedCall make_plan(const Signature& signature, const ExecutionOptions& options) {
  const bool nothing = works_on_nothing(signature);
  const Candidates all = candidates(options, nothing);
  const std::span<const std::shared_ptr<const Backend>> order(all);
  // A backend asked for by name has its try, twins included, before the others have theirs.
  const std::size_t named = options.backend == "auto" ? 0 : 1;
  for (const auto backends : {order.first(named), order.subspan(named)}) {
    PlannedCall call = first_plan(backends, signature);
    if (!call.plan) continue;
    if (!nothing) report_fallback(signature, options, call.backend);
    return call;
  }
  throw NotImplemented(concat("no backend for ", describe(signature),
                              options.strict ? " (strict mode leaves out reference)" : ""));
}

TensorSpec spec_of(const Tensor& tensor) {
  if (!tensor.defined()) return {.shape = {}, .defined = false};
  return {tensor.shape(), tensor.dtype(), tensor.layout(), true};
}

// A plan and the inputs as it takes them.
struct Call {
  std::shared_ptr<const Plan> plan;
  std::vector<Tensor> inputs;

  void run(std::span<Tensor> outputs) const {
    const auto workspace = memory::allocate(plan->workspace_bytes());
    announce_thread_count();
    plan->run(inputs, outputs, workspace.get());
  }
};

Call prepare(const Operation& operation, std::span<const Tensor> inputs) {
  std::vector<Tensor> dense;
  dense.reserve(inputs.size());
  Signature signature;
  signature.operation = operation;
  signature.threads = thread_count();
  for (const Tensor& input : inputs) {
    const bool is_view = input.defined() && input.layout() == Layout::row_major;
    dense.push_back(is_view ? input.contiguous() : input);
    dense.back().set_autograd(nullptr); // backends compute, ops record
    signature.inputs.push_back(spec_of(input));
  }
  const ExecutionOptions options = execution_options();
  signature.deterministic = options.deterministic;
  signature.precision = options.precision;
  const std::string key = concat(options.backend, options.strict ? "!" : "|", signature.key());

  std::optional<PlannedCall> call = plan_cache().find(key);
  if (!call) {
    const std::size_t generation = plan_cache().generation();
    announce_thread_count();
    call = make_plan(signature, options);
    plan_cache().insert(key, *call, generation);
  }
  if (call->plain_inputs) {
    for (Tensor& input : dense) {
      if (input.defined()) input = input.plain();
    }
  }
  return {std::move(call->plan), std::move(dense)};
}

} // namespace

ExecutionOptions execution_options() {
  if (scoped_options != nullptr) return *scoped_options;
  const std::scoped_lock lock(registry().mutex);
  return registry().defaults;
}

void set_execution_options(const ExecutionOptions& options) {
  check(options);
  const std::scoped_lock lock(registry().mutex);
  registry().defaults = options;
}

ExecutionScope::ExecutionScope(const ExecutionOptions& options)
    : options_(std::make_unique<ExecutionOptions>(options)), outer_(scoped_options) {
  check(options);
  scoped_options = options_.get();
}

ExecutionScope::~ExecutionScope() {
  scoped_options = outer_;
}

std::vector<std::string> backend_names() {
  const std::scoped_lock lock(registry().mutex);
  std::vector<std::string> names;
  for (const auto& backend : registry().backends) names.emplace_back(backend->name());
  return names;
}

std::shared_ptr<const Backend> find_backend(std::string_view name) {
  const std::scoped_lock lock(registry().mutex);
  for (const auto& backend : registry().backends) {
    if (backend->name() == name) return backend;
  }
  return nullptr;
}

void register_backend(std::unique_ptr<Backend> backend) {
  require<ArgumentError>(backend != nullptr, "register_backend of no backend");
  const std::scoped_lock lock(registry().mutex);
  const bool taken =
      std::ranges::any_of(registry().backends, [&](const auto& b) { return b->name() == backend->name(); });
  require<ArgumentError>(backend->name() != "auto" && !taken, "backend name \"", backend->name(),
                         "\" is taken");
  registry().backends.insert(registry().backends.begin(), std::move(backend));
  clear_plan_cache();
}

std::vector<Tensor> dispatch(const Operation& operation, std::span<const Tensor> inputs) {
  return observed(operation, inputs, [&] {
    const Call call = prepare(operation, inputs);
    std::vector<Tensor> outputs;
    for (const TensorSpec& spec : call.plan->outputs()) {
      outputs.push_back(Tensor::empty(spec.shape, {.dtype = spec.dtype, .layout = spec.layout}));
    }
    call.run(outputs);
    return outputs;
  });
}

void dispatch_into(const Operation& operation, std::span<const Tensor> inputs, std::span<Tensor> outputs) {
  observed(operation, inputs, [&] {
    const Call call = prepare(operation, inputs);
    const std::vector<TensorSpec>& specs = call.plan->outputs();
    require<ArgumentError>(outputs.size() == specs.size(), name(operation), " into ", outputs.size(),
                           " tensors, expected ", specs.size());
    std::vector<Tensor> written;
    for (std::size_t i = 0; i < specs.size(); ++i) {
      const Tensor& output = outputs[i];
      require<ShapeError>(output.defined() && output.shape() == specs[i].shape, name(operation), " into ",
                          output, ", expected shape ", specs[i].shape);
      const bool fits = output.dtype() == specs[i].dtype && output.layout() == specs[i].layout &&
                        (output.layout() != Layout::row_major || output.is_contiguous());
      const TensorOptions options{.dtype = specs[i].dtype, .layout = specs[i].layout};
      written.push_back(fits ? output : Tensor::empty(specs[i].shape, options));
    }
    call.run(written);
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (written[i].storage() != outputs[i].storage()) outputs[i].copy_from(written[i]);
    }
    return std::span<const Tensor>(outputs);
  });
}

Tensor dispatch_one(const Operation& operation, std::span<const Tensor> inputs) {
  return std::move(dispatch(operation, inputs).front());
}

PlanCacheStatistics plan_cache_statistics() {
  return plan_cache().statistics();
}
void set_plan_cache_capacity(std::size_t capacity) {
  plan_cache().set_capacity(capacity);
}
void clear_plan_cache() {
  plan_cache().clear();
}

} // namespace mammo
