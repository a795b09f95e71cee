#pragma once

#include "mammo/eval/roc.hpp"

#include <span>
#include <vector>

namespace mammo::eval {

// How far scores are probabilities. All throw ArgumentError on a score outside 0 to 1, weights as in roc.hpp,
// and no cases.

/// Mean squared difference of score and truth (Brier, Monthly Weather Review 1950): 0 the best, p (1 - p) for
/// always saying the prevalence p.
double brier(std::span<const ScoredCase> cases);

/// Mean of -log of the probability given to what is true; probabilities are kept 2^-52 away from 0 and 1.
double log_loss(std::span<const ScoredCase> cases);

/// Cases with similar scores.
struct ReliabilityBin {
  double low = 0;  ///< scores of the bin are at least this
  double high = 0; ///< and below this; the last bin's may equal it
  double weight = 0;
  double mean_score = 0;        ///< NaN in an empty bin
  double positive_fraction = 0; ///< NaN in an empty bin
};

/// Bins of equal width from 0 to 1. Throws ArgumentError on fewer than 1 bin besides.
std::vector<ReliabilityBin> reliability(std::span<const ScoredCase> cases, int bins = 10);

/// The mean over cases of their bin's |positive fraction - mean score| (Naeini et al., AAAI 2015).
double expected_calibration_error(std::span<const ReliabilityBin> bins);

} // namespace mammo::eval
