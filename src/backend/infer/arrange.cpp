#include "backend/infer/checker.hpp"

namespace mammo::infer {

namespace {

// An index of x's rank that stays inside x in every dimension but `dim`.
void check_index(const Checker& check, std::size_t place, int dim, const Shape& x) {
  check.dimension(dim, x.rank());
  const Shape& index = check.integers(place, "index").shape;
  bool inside = index.rank() == x.rank();
  for (int d = 0; inside && d < x.rank(); ++d) inside = d == dim || index[d] <= x[d];
  check.require<ShapeError>(inside, "index ", index, " for ", x, ", expected no more but along dimension ",
                            dim);
}

} // namespace

Specs outputs_of(const Concat& op, const Checker& check) {
  check.require<ArgumentError>(check.size() >= 1, "no tensors, expected at least one");
  const TensorSpec& first = check.defined(0, "tensor 0");
  check.dimension(op.dim, first.shape.rank());
  Shape result = first.shape;
  for (std::size_t i = 1; i < check.size(); ++i) {
    const std::string what = concat("tensor ", i);
    const TensorSpec& next = check.defined(i, what);
    check.same_dtype(i, what, first);
    Shape expected = first.shape;
    if (next.shape.rank() == expected.rank()) expected[op.dim] = next.shape[op.dim];
    check.require<ShapeError>(next.shape == expected, what, " ", next.shape, ", expected ", first.shape,
                              " but for dimension ", op.dim);
    check.require<ShapeError>(!__builtin_add_overflow(result[op.dim], next.shape[op.dim], &result[op.dim]),
                              "dimension ", op.dim, " has more elements than 63 bits count");
  }
  return {output(result, first.dtype)};
}

Specs outputs_of(const Pad& op, const Checker& check) {
  check.count(1);
  const TensorSpec& x = check.defined(0, "x");
  check.require<ShapeError>(op.before.rank() == x.shape.rank() && op.after.rank() == x.shape.rank(),
                            "before ", op.before, " and after ", op.after, " for x ", x.shape,
                            ", expected one number a dimension");
  Shape result = x.shape;
  for (int d = 0; d < x.shape.rank(); ++d) {
    const auto fits = [](std::int64_t v) { return v >= 0 && v <= largest_size; };
    check.require<ArgumentError>(fits(op.before[d]) && fits(op.after[d]), "before ", op.before, " and after ",
                                 op.after, ", expected 0 to ", largest_size);
    check.require<ShapeError>(!__builtin_add_overflow(result[d], op.before[d] + op.after[d], &result[d]),
                              "dimension ", d, " has more elements than 63 bits count");
  }
  return {output(result, x.dtype)};
}

Specs outputs_of(const Gather& op, const Checker& check) {
  check.count(2);
  const TensorSpec& x = check.floating(0, "x");
  check_index(check, 1, op.dim, x.shape);
  return {output(check.integers(1, "index").shape, x.dtype)};
}

Specs outputs_of(const ScatterAdd& op, const Checker& check) {
  check.count(2);
  const TensorSpec& g = check.floating(0, "g");
  check_index(check, 1, op.dim, op.shape);
  check.shape(1, "index", g.shape);
  return {output(op.shape, g.dtype)};
}

Specs outputs_of(const Embedding&, const Checker& check) {
  check.count(2);
  const TensorSpec& x = check.floating(0, "x");
  check.require<ShapeError>(x.shape.rank() == 2, "x ", x.shape, ", expected [V, D]");
  Shape result = check.integers(1, "index").shape;
  check.require<ShapeError>(result.rank() < Dims::max_rank, "index ", result, ", expected at most ",
                            Dims::max_rank - 1, " dimensions");
  result.push_back(x.shape[1]);
  return {output(result, x.dtype)};
}

Specs outputs_of(const EmbeddingGradient& op, const Checker& check) {
  check.count(2);
  const TensorSpec& g = check.floating(0, "g");
  check.require<ArgumentError>(op.rows >= 0, "rows ", op.rows, ", expected at least 0");
  Shape rows = check.integers(1, "index").shape;
  check.require<ShapeError>(g.shape.rank() == rows.rank() + 1, "g ", g.shape, " for index ", rows,
                            ", expected one dimension more");
  rows.push_back(g.shape[-1]);
  check.shape(0, "g", rows);
  return {output({op.rows, g.shape[-1]}, g.dtype)};
}

} // namespace mammo::infer
