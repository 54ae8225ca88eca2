#include "exporter/http/status_page.h"

#include <utility>

#include "core/duration.h"

namespace hostpulse::http {
namespace {

// The hash below belongs to this text, byte by byte; a test holds the two together.
constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --line: #8884; --quiet: #8888; --good: #2a8f4e; --bad: #d1434b; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .75rem 0 0; }
.quiet { opacity: .65; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { font-weight: 600; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.error { overflow-wrap: anywhere; }
.dot { display: inline-block; width: .6em; height: .6em; margin-right: .5em; border-radius: 50%; }
.good { background: var(--good); }
.still { background: var(--quiet); }
.bad { background: var(--bad); }
)css";
constexpr std::string_view kStyleHash = "zMMXyhhocqfpt+4PA3MkOnu1+k6tW7jTsNe7KvAoCxA=";

std::string_view DotClass(StatusContent::Mood mood) {
  switch (mood) {
    case StatusContent::Mood::kGood:
      return "good";
    case StatusContent::Mood::kQuiet:
      return "still";
    case StatusContent::Mood::kBad:
      return "bad";
  }
  return "still";
}

// Writes HTML. Literals go in as they are, everything else through Text.
class Page {
 public:
  Page& operator<<(std::string_view markup) {
    out_.append(markup);
    return *this;
  }

  Page& Text(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '&':
          out_.append("&amp;");
          break;
        case '<':
          out_.append("&lt;");
          break;
        case '>':
          out_.append("&gt;");
          break;
        case '"':
          out_.append("&quot;");
          break;
        case '\'':
          out_.append("&#39;");
          break;
        default:
          out_.push_back(c);
      }
    }
    return *this;
  }

  Page& Cell(std::string_view text, std::string_view kind = {}) {
    *this << (kind.empty() ? "<td>" : "<td class=\"");
    if (!kind.empty()) *this << kind << "\">";
    return Text(text) << "</td>";
  }

  Page& State(StatusContent::Mood mood, std::string_view state) {
    return (*this << "<td><span class=\"dot " << DotClass(mood) << "\"></span>").Text(state)
           << "</td>";
  }

  void Link(std::string_view target, std::string_view text) {
    (*this << "<a href=\"").Text(target) << "\">";
    Text(text) << "</a>\n";
  }

  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string Milliseconds(std::chrono::nanoseconds duration) {
  if (duration.count() == 0) return {};
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  std::string fraction = std::to_string(micros % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(micros / 1000) + "." + fraction + " ms";
}

void WriteHead(Page& page, const StatusContent& content) {
  page << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n<title>";
  page.Text(content.host) << " - hostpulse</title>\n<style>" << kStyle
                          << "</style>\n</head>\n<body>\n";
  page << "<header><h1>hostpulse</h1> <span>";
  page.Text(content.host) << "</span> <span class=\"quiet\">version ";
  page.Text(content.version) << ", up for ";
  page.Text(FormatDuration(content.uptime)) << "</span></header>\n<nav>\n";
  page.Link(content.telemetry_path, "Metrics");
  if (!content.loggers_path.empty()) page.Link(content.loggers_path, "Loggers");
  page.Link("/-/healthy", "Healthy");
  page.Link("/-/ready", "Ready");
  page << "</nav>\n<main>\n";
}

void WriteCollectors(Page& page, const StatusContent& content) {
  page << "<h2>Collectors</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Name</th><th>State"
          "</th><th>Last run</th><th>Last error</th></tr></thead>\n<tbody>\n";
  for (const auto& collector : content.collectors) {
    page << "<tr>";
    page.Cell(collector.name).State(collector.mood, collector.state);
    page.Cell(Milliseconds(collector.duration), "number").Cell(collector.error, "error");
    page << "</tr>\n";
  }
  page << "</tbody></table></div>\n";
}

void WriteDestinations(Page& page, const StatusContent& content) {
  page << "<h2>Push</h2>\n";
  if (content.destinations.empty()) {
    page << "<p class=\"quiet\">No destination is configured.</p>\n";
    return;
  }
  page << "<div class=\"scroll\"><table>\n<thead><tr><th>Destination</th><th>State</th></tr>"
          "</thead>\n<tbody>\n";
  for (const auto& destination : content.destinations) {
    page << "<tr>";
    page.Cell(destination.name).State(destination.mood, destination.state) << "</tr>\n";
  }
  page << "</tbody></table></div>\n";
}

void WriteLoggers(Page& page, const StatusContent& content) {
  if (content.loggers.empty()) return;
  page << "<h2>Loggers</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Name</th><th>Level</th>"
          "<th>Set</th></tr></thead>\n<tbody>\n";
  for (const auto& logger : content.loggers) {
    page << "<tr>";
    page.Cell(logger.name).Cell(logger.level).Cell(logger.configured ? "here" : "inherited")
        << "</tr>\n";
  }
  page << "</tbody></table></div>\n";
}

}  // namespace

std::string RenderStatusPage(const StatusContent& content) {
  Page page;
  WriteHead(page, content);
  WriteCollectors(page, content);
  WriteDestinations(page, content);
  WriteLoggers(page, content);
  page << "</main>\n</body>\n</html>\n";
  return page.Take();
}

std::string_view StatusPageStyle() {
  return kStyle;
}
std::string_view StatusPageStyleHash() {
  return kStyleHash;
}

Route StatusPageRoute(StatusProvider provider) {
  std::string policy = "default-src 'none'; style-src 'sha256-";
  policy.append(kStyleHash).append("'; img-src data:; base-uri 'none'; form-action 'none'; ");
  policy.append("frame-ancestors 'none'");
  return {"/", {"GET"}, [provider = std::move(provider), policy](const Request&) {
            Response response;
            response.content_type = "text/html; charset=utf-8";
            response.headers.emplace_back("Content-Security-Policy", policy);
            response.body = RenderStatusPage(provider());
            return response;
          }};
}

}  // namespace hostpulse::http
