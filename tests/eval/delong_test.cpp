#include "mammo/core/error.hpp"
#include "mammo/eval/delong.hpp"
#include "tests/eval/recorded.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace mammo;
using namespace mammo::eval;
using namespace mammo::test;

namespace {

// The patients with ovarian cancer of DeLong et al. 1988, as SAS/STAT's user guide prints them (PROC
// LOGISTIC, "Comparing Receiver Operating Characteristic Curves"): albumin, total protein, K-G score,
// outcome.
struct Patient {
  double albumin, protein, kg;
  bool outcome;
};
const std::vector<Patient> patients = {
    {3.0, 5.8, 10, false}, {3.2, 6.3, 5, true},  {3.9, 6.8, 3, true},  {2.8, 4.8, 6, false},
    {3.2, 5.8, 3, true},   {0.9, 4.0, 5, false}, {2.5, 5.7, 8, false}, {1.6, 5.6, 5, true},
    {3.8, 5.7, 5, true},   {3.7, 6.7, 6, true},  {3.2, 5.4, 4, true},  {3.8, 6.6, 6, true},
    {4.1, 6.6, 5, true},   {3.6, 5.7, 5, true},  {4.3, 7.0, 4, true},  {3.6, 6.7, 4, false},
    {2.3, 4.4, 6, true},   {4.2, 7.6, 4, false}, {4.0, 6.6, 6, false}, {3.5, 5.8, 6, true},
    {3.8, 6.8, 7, true},   {3.0, 4.7, 8, false}, {4.5, 7.4, 5, true},  {3.7, 7.4, 5, true},
    {3.1, 6.6, 6, true},   {4.1, 8.2, 6, true},  {4.3, 7.0, 5, true},  {4.3, 6.5, 4, true},
    {3.2, 5.1, 5, true},   {2.6, 4.7, 6, true},  {3.3, 6.8, 6, false}, {1.7, 4.0, 7, false},
    {3.7, 6.1, 5, true},   {3.3, 6.3, 7, true},  {4.2, 7.7, 6, true},  {3.5, 6.2, 5, true},
    {2.9, 5.7, 9, false},  {2.1, 4.8, 7, true},  {2.8, 6.2, 8, false}, {4.0, 7.0, 7, true},
    {3.3, 5.7, 6, true},   {3.7, 6.9, 5, true},  {3.6, 6.6, 5, true}};

std::vector<ScoredCase> by(double Patient::* test, double sign = 1) {
  std::vector<ScoredCase> cases;
  for (const Patient& patient : patients) cases.push_back({sign * patient.*test, patient.outcome});
  return cases;
}

std::vector<std::string> clusters_of(const Json& golden) {
  std::vector<std::string> clusters;
  for (const Json& cluster : golden["clusters"]) clusters.push_back(cluster.dump());
  return clusters;
}

} // namespace

// The figures that SAS prints for these data, to its four decimals.
TEST_CASE("DeLong's ovarian cancer example gives the published figures") {
  const auto albumin = by(&Patient::albumin);
  const auto protein = by(&Patient::protein);
  const auto kg = by(&Patient::kg, -1);
  const auto printed = [](double value) { return Approx(value).epsilon(0).margin(5.1e-5); };

  CHECK(delong(albumin).auc == printed(0.7366));
  CHECK(delong(albumin).standard_error == printed(0.0927));
  CHECK(delong(albumin).interval.low == printed(0.5549));
  CHECK(delong(albumin).interval.high == printed(0.9182));
  CHECK(delong(protein).auc == printed(0.6478));
  CHECK(delong(protein).standard_error == printed(0.1000));
  CHECK(delong(kg).auc == printed(0.7258));
  CHECK(delong(kg).standard_error == printed(0.1028));

  const AucComparison first = delong_test(albumin, kg);
  CHECK(first.difference == printed(0.0108));
  CHECK(first.standard_error == printed(0.0953));
  CHECK(first.interval.low == printed(-0.1761));
  CHECK(first.interval.high == printed(0.1976));
  CHECK(first.z * first.z == printed(0.0127));
  CHECK(first.p == printed(0.9102));
  const AucComparison second = delong_test(protein, kg);
  CHECK(second.difference == printed(-0.0780));
  CHECK(second.standard_error == printed(0.1046));
  CHECK(second.z * second.z == printed(0.5554));
  CHECK(second.p == printed(0.4561));
}

TEST_CASE("Variances are those of all pairs, alone and by cluster") {
  for (const char* name : {"coarse", "fine"}) {
    INFO(name);
    const Json golden = recorded(name);
    const auto first = cases_of(golden);
    const auto second = cases_of(golden, "second");
    const auto clusters = clusters_of(golden);
    const auto squared = [](double value) { return value * value; };

    check_close(delong(first).auc, golden["auc"]);
    check_close(squared(delong(first).standard_error), golden["variance"]);
    const AucComparison paired = delong_test(first, second);
    check_close((squared(paired.first.standard_error) + squared(paired.second.standard_error) -
                 squared(paired.standard_error)) /
                    2,
                golden["covariance"]);

    check_close(squared(obuchowski(first, clusters).standard_error), golden["clustered_variance"]);
    const AucComparison clustered = obuchowski_test(first, second, clusters);
    check_close(squared(clustered.second.standard_error), golden["clustered_variance_second"]);
    check_close((squared(clustered.first.standard_error) + squared(clustered.second.standard_error) -
                 squared(clustered.standard_error)) /
                    2,
                golden["clustered_covariance"]);
  }
}

TEST_CASE("Clusters of one case give DeLong's variance, doubled cases a larger one") {
  const auto kg = by(&Patient::kg, -1);
  std::vector<std::string> alone, twice;
  std::vector<ScoredCase> doubled;
  for (std::size_t i = 0; i < kg.size(); ++i) {
    alone.push_back(std::to_string(i));
    for (int k = 0; k < 2; ++k) {
      doubled.push_back(kg[i]);
      twice.push_back(std::to_string(i));
    }
  }
  const double error = delong(kg).standard_error;
  CHECK(obuchowski(kg, alone).standard_error == Approx(error).epsilon(1e-12));
  // A second look at the same patients says nothing new.
  CHECK(obuchowski(doubled, twice).standard_error == Approx(error).epsilon(1e-12));
  CHECK(delong(doubled).standard_error < 0.8 * error);
}

TEST_CASE("A reader beside himself differs by nothing, and unlike cases are refused") {
  const auto kg = by(&Patient::kg, -1);
  const AucComparison same = delong_test(kg, kg);
  CHECK(same.difference == 0);
  CHECK(same.standard_error == Approx(0).margin(1e-9));
  CHECK(same.p == 1);
  auto other = kg;
  other[0].positive = !other[0].positive;
  CHECK_THROWS_AS(delong_test(kg, other), ArgumentError);
  other.pop_back();
  CHECK_THROWS_AS(delong_test(kg, other), ArgumentError);
  CHECK_THROWS_AS(delong(std::vector<ScoredCase>{{1, true}, {0, false}}), ArgumentError);
  CHECK_THROWS_AS(delong(std::vector<ScoredCase>{{1, true, 2}, {0, false}}), ArgumentError);
  CHECK_THROWS_AS(obuchowski(kg, std::vector<std::string>{"a"}), ArgumentError);
  CHECK_THROWS_AS(delong(kg, 1), ArgumentError);
}
