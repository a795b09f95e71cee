#pragma once

#include "mammo/eval/bootstrap.hpp"
#include "mammo/eval/roc.hpp"

#include <span>
#include <string>

namespace mammo::eval {

/// An area under the ROC curve with its normal interval, cut off at 0 and 1.
struct AucEstimate {
  double auc = 0;
  double standard_error = 0;
  Interval interval;
};

/// Two readers of the same cases: first minus second.
struct AucComparison {
  AucEstimate first;
  AucEstimate second;
  double difference = 0;
  double standard_error = 0; ///< of the difference
  Interval interval;         ///< of the difference
  double z = 0;
  double p = 1; ///< two-sided; 1 where both scored all pairs alike
};

// Weights must be 1: these are estimates from the cases at hand. Besides what roc.hpp throws, ArgumentError
// is thrown on other weights, where a variance needs more cases or clusters than there are, and where two
// readers' cases differ in number or truth.

/// Variance from the placements of positive among negative cases and the reverse (DeLong, DeLong and
/// Clarke-Pearson, Biometrics 1988), by midranks (Sun and Xu, IEEE SPL 2014). It takes all cases to be
/// independent: of several films a patient it is too small.
AucEstimate delong(std::span<const ScoredCase> cases, double confidence = 0.95);
AucComparison delong_test(std::span<const ScoredCase> first, std::span<const ScoredCase> second,
                          double confidence = 0.95);

/// The same where cases of one cluster, such as a patient, depend on each other (Obuchowski, Biometrics
/// 1997). `clusters`: each case's. With one case a cluster it is DeLong's.
AucEstimate obuchowski(std::span<const ScoredCase> cases, std::span<const std::string> clusters,
                       double confidence = 0.95);
AucComparison obuchowski_test(std::span<const ScoredCase> first, std::span<const ScoredCase> second,
                              std::span<const std::string> clusters, double confidence = 0.95);

} // namespace mammo::eval
