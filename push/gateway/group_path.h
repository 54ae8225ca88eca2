#pragma once

#include <string>

#include "push/labels.h"

namespace hostpulse::push {

// The path of a group of the Pushgateway, the labels its grouping key:
// "/metrics/job/node/instance/web-1/region/eu". job and instance come first, then the rest by name.
// A value that could not stand between slashes goes as "NAME@base64/VALUE" (Pushgateway's README,
// "API", URL-safe alphabet). There has to be a job.
std::string GroupPath(const LabelSet& labels);

}  // namespace hostpulse::push
