#pragma once

#include <prometheus/client_metric.h>

#include <string>
#include <string_view>
#include <vector>

namespace hostpulse::collectors {

// A line of the text format 0.0.4 that begins with '#'.
struct CommentLine {
  enum class Kind { kOther, kHelp, kType };
  Kind kind = Kind::kOther;
  std::string_view name;  // Into the line.
  std::string text;       // HELP's text with its escapes resolved, or TYPE's word.
};

// Any other line that is not blank.
struct SampleLine {
  std::string_view name;                                // Into the line.
  std::vector<prometheus::ClientMetric::Label> labels;  // Sorted by name, each name once.
  double value = 0;
  bool has_timestamp = false;
};

// Each takes one line without its end and overwrites `out`. Null where the line is right, else what
// is wrong with it: a literal, so that nothing of the input gets into a message.
using LexError = const char*;
LexError LexComment(std::string_view line, CommentLine& out);
LexError LexSample(std::string_view line, SampleLine& out);

// A number as Go's strconv.ParseFloat takes it, without hexadecimal ones and underscores: "1e-3",
// "+Inf", "nan". False for anything else, and for what is too large.
bool LexFloat(std::string_view text, double& value);

}  // namespace hostpulse::collectors
