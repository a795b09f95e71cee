#pragma once

#include "mammo/pipeline/source.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::pipeline {

/// Items of a source that share a key: an exam's films.
template <class Key, class T>
struct Group {
  Key key;
  std::vector<T> items; ///< in the source's order

  friend std::ostream& operator<<(std::ostream& out, const Group& group)
    requires requires { out << group.key; }
  {
    return out << group.key;
  }
};

template <class F>
struct GroupBy {
  F key;
};

/// Reads its source to the end when it is first asked: paths and other small items, of a source that ends.
template <class Source, class F>
class GroupedSource {
 public:
  using T = ItemOf<Source>;
  using Key = std::decay_t<std::invoke_result_t<F&, const T&>>;

  GroupedSource(Source source, F key) : source_(std::move(source)), key_(std::move(key)) {}

  std::optional<Group<Key, T>> next() {
    if (!is_read_) read();
    if (at_ == groups_.size()) return std::nullopt;
    return std::move(groups_[at_++]);
  }

 private:
  // What the source throws goes on from here; the next call reads on.
  void read() {
    while (auto item = source_.next()) {
      Key key = std::invoke(key_, std::as_const(*item));
      const auto [place, is_new] = places_.try_emplace(key, groups_.size());
      if (is_new) groups_.push_back({std::move(key), {}});
      groups_[place->second].items.push_back(*std::move(item));
    }
    is_read_ = true;
  }

  Source source_;
  F key_;
  std::vector<Group<Key, T>> groups_; // in the order of their first items
  std::map<Key, std::size_t> places_;
  std::size_t at_ = 0;
  bool is_read_ = false;
};

/// `files_in("films") | group_by(exam_of) | ...`: one Group for each key, in the order of their first items.
/// The key of an item must be comparable.
template <class F>
GroupBy<F> group_by(F key) {
  return {std::move(key)};
}

template <class Source, class F>
auto operator|(Flow<Source> flow, GroupBy<F> group) {
  return from(GroupedSource<Source, F>(std::move(flow.source()), std::move(group.key)));
}

} // namespace mammo::pipeline
