#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "push/queue/log_view.h"

namespace hostpulse::push {

// Takes the text piece by piece; false ends the dump.
using DumpSink = std::function<bool(std::string_view)>;

// Writes what the log holds as OpenMetrics 1.0 with timestamps, as `promtool tsdb
// create-blocks-from openmetrics` reads it. That format wants all samples of a metric together, so
// the log is read once for every few million samples, and no more than those are in memory.
// Staleness markers have no form in it and are left out. Errors: kIo where the sink refuses.
Status DumpOpenMetrics(const LogView& view, const LogFilter& filter, const DumpSink& sink);

// The same as JSON lines, as VictoriaMetrics' /api/v1/import reads them: of each series a line for
// every stretch of the log. Values that JSON has no number for are null ("NaN") and strings.
Status DumpJsonLines(const LogView& view, const LogFilter& filter, const DumpSink& sink);

}  // namespace hostpulse::push
