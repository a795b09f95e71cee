#pragma once

#include "mammo/core/error.hpp"
#include "mammo/pipeline/batch.hpp"
#include "mammo/pipeline/outcome.hpp"
#include "mammo/pipeline/source.hpp"
#include "mammo/pipeline/stage.hpp"
#include "mammo/pipeline/stream_engine.hpp"
#include "mammo/pipeline/stream_options.hpp"
#include "mammo/pipeline/stream_report.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace mammo::pipeline {

namespace detail {

// A stage that gives nothing gives a std::monostate in a stream.
template <class Out>
using ValueOf = std::conditional_t<std::is_void_v<Out>, std::monostate, std::decay_t<Out>>;

/// The types of an item on its way, the source's first.
template <class Left, class T, class... Stages>
struct ItemTypes {
  using Types = std::tuple<std::optional<T>>;
  using Last = T;
  using LastLabel = Left;
};
template <class Left, class T, class S, class... Rest>
struct ItemTypes<Left, T, S, Rest...> {
  using Check = typename S::template Check<Left, T>;
  static_assert(must_fit<Check>);
  using Next = ItemTypes<typename S::Label, ValueOf<typename Check::Output>, Rest...>;
  using Types = decltype(std::tuple_cat(std::declval<std::tuple<std::optional<T>>>(),
                                        std::declval<typename Next::Types>()));
  using Last = typename Next::Last;
  using LastLabel = typename Next::LastLabel;
};

/// The batch that a stage is, under whatever name.
template <class S>
struct BatchOf {
  static constexpr bool is_batch = false;
};
template <class S>
struct BatchOf<Batch<S>> {
  static constexpr bool is_batch = true;
  static const Batch<S>& of(const Batch<S>& batch) { return batch; }
};
template <Name N, class S>
struct BatchOf<Named<N, S>> {
  static constexpr bool is_batch = BatchOf<S>::is_batch;
  static const auto& of(const Named<N, S>& stage) { return BatchOf<S>::of(stage.inner()); }
};

/// Threads that `leasing` sets aside.
template <class S>
int threads_of(const S& stage) {
  if constexpr (requires { stage.threads(); }) {
    return stage.threads();
  } else if constexpr (requires { stage.inner(); }) {
    return threads_of(stage.inner());
  } else {
    return 0;
  }
}

template <class Label>
inline constexpr std::string_view label_text = "";
template <Name N>
inline constexpr std::string_view label_text<Stage<N>> = N.view();

template <class S>
StageTraits traits_of(const S& stage, std::size_t position) {
  StageTraits traits{.name = std::string(label_text<typename S::Label>),
                     .serial = S::is_serial,
                     .threads = threads_of(stage)};
  if (traits.name.empty()) traits.name = concat("stage ", position);
  if constexpr (BatchOf<S>::is_batch) {
    traits.batch = BatchOf<S>::of(stage).size();
    traits.max_wait = BatchOf<S>::of(stage).max_wait();
  }
  return traits;
}

/// An item for people.
template <class T>
std::string shown(const T& item, std::uint64_t index) {
  if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return item.string();
  } else if constexpr (std::convertible_to<const T&, std::string>) {
    return item;
  } else if constexpr (requires(std::ostream& out) { out << item; }) {
    std::ostringstream text;
    text << item;
    return text.str();
  } else {
    return concat("item ", index);
  }
}

template <class Source, class Sink, class... Stages>
class TypedWork final : public StreamWork {
 public:
  using Path = ItemTypes<Unnamed<Source>, ItemOf<Source>, Stages...>;
  using First = ItemOf<Source>;
  using Last = typename Path::Last;

  static constexpr bool takes_outcomes = std::invocable<Sink&, Outcome<Last>>;
  static_assert(must_fit<std::conditional_t<takes_outcomes || std::invocable<Sink&, Last>, Fits<void>,
                                            StagesDoNotFit<typename Path::LastLabel, Gives<Last>,
                                                           Unnamed<Sink>, Takes<DeclaredInput<Sink>>>>>);

  TypedWork(Source& source, const std::tuple<Stages...>& stages, Sink& sink)
      : source_(source), stages_(stages), sink_(sink) {}

  void make_slots(std::size_t count) override { slots_ = std::vector<Slot>(count); }

  bool pull(std::size_t slot, std::uint64_t index) override {
    Slot& s = slots_[slot];
    s.index = index;
    s.input.clear(); // until there is something to show
    auto item = source_.next();
    if (!item) return false;
    s.input = shown<First>(*item, index);
    std::get<0>(s.values).emplace(*std::move(item));
    return true;
  }

  void run(std::size_t stage, std::size_t slot) override {
    static constexpr auto calls = calls_of(std::index_sequence_for<Stages...>());
    (this->*calls[stage])(slots_[slot]);
  }

  void run_batch(std::size_t stage, std::span<const std::size_t> slots,
                 std::span<std::exception_ptr> errors) override {
    static constexpr auto calls = batch_calls_of(std::index_sequence_for<Stages...>());
    (this->*calls[stage])(slots, errors);
  }

  const ItemError& fail(std::size_t slot, ItemError error) override {
    Slot& s = slots_[slot];
    error.input = s.input.empty() ? concat("item ", s.index) : s.input;
    return s.error.emplace(std::move(error));
  }

  void deliver(std::size_t slot) override {
    Slot& s = slots_[slot];
    constexpr std::size_t last = sizeof...(Stages);
    if constexpr (takes_outcomes) {
      if (s.error) {
        sink_(Outcome<Last>(s.index, *std::move(s.error)));
      } else {
        sink_(Outcome<Last>(s.index, *std::move(std::get<last>(s.values))));
      }
    } else {
      if (!s.error) sink_(*std::move(std::get<last>(s.values)));
    }
  }

  void clear(std::size_t slot) noexcept override {
    Slot& s = slots_[slot];
    std::apply([](auto&... value) { (value.reset(), ...); }, s.values);
    s.error.reset();
  }

 private:
  struct Slot {
    typename Path::Types values; // the one at hand is set
    std::optional<ItemError> error;
    std::string input;
    std::uint64_t index = 0;
  };
  using Call = void (TypedWork::*)(Slot&);
  using BatchCall = void (TypedWork::*)(std::span<const std::size_t>, std::span<std::exception_ptr>);

  template <std::size_t... I>
  static constexpr std::array<Call, sizeof...(I)> calls_of(std::index_sequence<I...>) {
    return {&TypedWork::run_stage<I>...};
  }
  template <std::size_t... I>
  static constexpr std::array<BatchCall, sizeof...(I)> batch_calls_of(std::index_sequence<I...>) {
    return {&TypedWork::run_together<I>...};
  }

  template <std::size_t I>
  void run_stage(Slot& slot) {
    auto& in = std::get<I>(slot.values);
    auto& out = std::get<I + 1>(slot.values);
    const auto& stage = std::get<I>(stages_);
    if constexpr (std::is_void_v<decltype(stage(std::move(*in)))>) {
      stage(std::move(*in));
      out.emplace();
    } else {
      out.emplace(stage(std::move(*in)));
    }
    in.reset();
  }

  template <std::size_t I>
  void run_together(std::span<const std::size_t> slots, std::span<std::exception_ptr> errors) {
    using S = std::tuple_element_t<I, std::tuple<Stages...>>;
    if constexpr (BatchOf<S>::is_batch) {
      using In = typename std::tuple_element_t<I, typename Path::Types>::value_type;
      // Where one of several is at fault, it is found by trying each alone: that takes copies.
      constexpr bool can_try_again = std::copy_constructible<In>;
      try {
        call_together<I, can_try_again>(slots);
      } catch (...) {
        if (!can_try_again || slots.size() == 1) {
          for (std::exception_ptr& error : errors) error = std::current_exception();
          return;
        }
        for (std::size_t i = 0; i < slots.size(); ++i) run_alone<I>(slots[i], errors[i]);
      }
    }
  }

  template <std::size_t I>
  void run_alone(std::size_t slot, std::exception_ptr& error) {
    try {
      call_together<I, false>(std::span(&slot, 1));
    } catch (...) {
      error = std::current_exception();
    }
  }

  template <std::size_t I, bool copies>
  void call_together(std::span<const std::size_t> slots) {
    using S = std::tuple_element_t<I, std::tuple<Stages...>>;
    using In = typename std::tuple_element_t<I, typename Path::Types>::value_type;
    std::vector<In> items;
    items.reserve(slots.size());
    for (const std::size_t slot : slots) {
      auto& in = std::get<I>(slots_[slot].values);
      if constexpr (copies) {
        items.push_back(*in);
      } else {
        items.push_back(*std::move(in));
      }
    }
    auto results = BatchOf<S>::of(std::get<I>(stages_)).together(std::move(items));
    for (std::size_t i = 0; i < slots.size(); ++i) {
      std::get<I>(slots_[slots[i]].values).reset();
      std::get<I + 1>(slots_[slots[i]].values).emplace(std::move(results[i]));
    }
  }

  Source& source_;
  const std::tuple<Stages...>& stages_;
  Sink& sink_;
  std::vector<Slot> slots_;
};

} // namespace detail

/// Runs a source's items through its stages, several at a time, into a sink.
///
///     const StreamReport report = stream(files_in("films") | named<"read">(read_film) | window,
///                                        [&](Outcome<Picture> picture) { ... }, {.workers = 2});
///
/// - The sink is called by one thread at a time: with `Outcome<T>`, a value or an error, where it takes one;
///   else with T, and errors are found in the report. A callable that takes anything gets outcomes. Where it
///   has a flush(), that is called at the end, however it comes.
/// - Stages run in several workers at once, each worker carrying one item as far as it can; serial stages
/// take
///   one item at a time. The number of items in flight is bounded: a slow sink slows the source down.
/// - What a stage throws makes an error of that item, with the stage's name and the source's item; the others
///   go on. The same holds for what the source and the sink throw.
/// - Each worker has its share of the thread budget (StreamOptions); the calling thread is one of them, and
///   returns when all is done. Where the build has no oneTBB there is one worker.
///
/// Throws ArgumentError on an option out of range, FileError where no trace can be written, and what `stop`,
/// `progress` and the sink's flush() throw.
template <class Source, class... Stages, class Sink>
StreamReport stream(Flow<Source, Stages...> flow, Sink&& sink, const StreamOptions& options = {}) {
  const std::tuple<Stages...>& stages = flow.stages();
  detail::TypedWork<Source, std::remove_reference_t<Sink>, Stages...> work(flow.source(), stages, sink);
  std::vector<detail::StageTraits> traits;
  std::apply(
      [&](const Stages&... stage) { (traits.push_back(detail::traits_of(stage, traits.size() + 1)), ...); },
      stages);
  struct Flush {
    std::remove_reference_t<Sink>& sink;
    bool done = false;
    void now() {
      done = true;
      if constexpr (requires { sink.flush(); }) sink.flush();
    }
    ~Flush() {
      try {
        if (!done) now();
      } catch (...) { // the exception that is on its way says more
      }
    }
  } flush{sink};
  StreamReport report = detail::run_stream(work, std::move(traits), options);
  flush.now();
  return report;
}

} // namespace mammo::pipeline
