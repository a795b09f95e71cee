#pragma once

// Everything that a pipeline is written with; streams are in stream.hpp, sources and sinks in their own
// headers.

#include "mammo/pipeline/batch.hpp"
#include "mammo/pipeline/branch.hpp"
#include "mammo/pipeline/cached.hpp"
#include "mammo/pipeline/describe.hpp"
#include "mammo/pipeline/each.hpp"
#include "mammo/pipeline/optional.hpp"
#include "mammo/pipeline/retry.hpp"
#include "mammo/pipeline/stage.hpp"
#include "mammo/pipeline/tee.hpp"
#include "mammo/pipeline/timed.hpp"
