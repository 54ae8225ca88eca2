#include "exporter/http/status_page.h"

#include <utility>

#include "core/duration.h"
#include "exporter/http/page_assets.h"

namespace hostpulse::http {
namespace {

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

  // Relative, so that a proxy may serve the page at a path of its own.
  void Link(std::string_view path, std::string_view text) {
    (*this << "<a href=\"").Text(path.substr(path.starts_with('/') ? 1 : 0)) << "\">";
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
  page.Text(content.host) << " - hostpulse</title>\n<link rel=\"stylesheet\" href=\"" << kPageStyle
                          << "\">\n<script defer src=\"" << kPageDygraph
                          << "\"></script>\n<script defer src=\"" << kPageScript
                          << "\"></script>\n</head>\n<body>\n";
  page << "<header><h1>hostpulse</h1> <span>";
  page.Text(content.host) << "</span> <span class=\"quiet\">version ";
  page.Text(content.version) << ", up for <span id=\"uptime\">";
  page.Text(FormatDuration(content.uptime))
      << "</span></span> <output id=\"live\" class=\"badge\" hidden></output></header>\n<nav>\n";
  page.Link(content.telemetry_path, "Metrics");
  if (!content.loggers_path.empty()) page.Link(content.loggers_path, "Loggers");
  page.Link("/-/docs/metrics", "What the metrics mean");
  page.Link("/-/docs/flags", "Flags");
  page.Link("/-/healthy", "Healthy");
  page.Link("/-/ready", "Ready");
  page << "</nav>\n<main>\n<noscript><p class=\"quiet\">The charts need JavaScript; the tables are "
          "of the "
          "time when this page was loaded.</p></noscript>\n<section id=\"charts\" "
          "aria-label=\"Charts\" hidden></section>\n";
}

// Filled by the script: what the tables below say is known without asking the kernel, this is not.
void WriteFilesystems(Page& page) {
  page << "<section id=\"filesystems-part\" hidden><h2>File systems</h2>\n<div class=\"scroll\">"
          "<table>\n<thead><tr><th>Mount point</th><th>Device</th><th class=\"number\">Size</th>"
          "<th class=\"number\">Available</th><th "
          "class=\"number\">Share</th><th></th></tr></thead>\n"
          "<tbody id=\"filesystems\"></tbody></table></div></section>\n";
}

void WriteCollectors(Page& page, const StatusContent& content) {
  page << "<section><h2>Collectors</h2>\n<div "
          "class=\"scroll\"><table>\n<thead><tr><th>Name</th><th>State"
          "</th><th class=\"number\">Last run</th><th>Last error</th></tr></thead>\n<tbody "
          "id=\"collectors\">\n";
  for (const auto& collector : content.collectors) {
    page << "<tr>";
    page.Cell(collector.name).State(collector.mood, collector.state);
    page.Cell(Milliseconds(collector.duration), "number").Cell(collector.error, "error");
    page << "</tr>\n";
  }
  page << "</tbody></table></div></section>\n";
}

void WriteDestinations(Page& page, const StatusContent& content) {
  page << "<h2>Push</h2>\n";
  if (content.destinations.empty()) {
    page << "<p class=\"quiet\">No destination is configured.</p>\n";
    return;
  }
  page << "<div class=\"scroll\"><table>\n<thead><tr><th>Destination</th><th>State</th></tr>"
          "</thead>\n<tbody id=\"destinations\">\n";
  for (const auto& destination : content.destinations) {
    page << "<tr>";
    page.Cell(destination.name).State(destination.mood, destination.state) << "</tr>\n";
  }
  page << "</tbody></table></div>\n";
}

void WriteLoggers(Page& page, const StatusContent& content) {
  if (content.loggers.empty()) return;
  page << "<section><h2>Loggers</h2>\n<p class=\"quiet\" id=\"guard\"></p>\n<div "
          "class=\"scroll\"><table>\n"
          "<thead><tr><th>Name</th><th>Level</th><th>Set</th></tr></thead>\n"
          "<tbody id=\"loggers\">\n";
  for (const auto& logger : content.loggers) {
    page << "<tr>";
    page.Cell(logger.name).Cell(logger.level).Cell(logger.configured ? "here" : "inherited")
        << "</tr>\n";
  }
  page << "</tbody></table></div>\n<output id=\"message\" role=\"alert\"></output></section>\n";
}

}  // namespace

std::string RenderStatusPage(const StatusContent& content) {
  Page page;
  WriteHead(page, content);
  WriteDestinations(page, content);
  WriteFilesystems(page);
  page << "<div class=\"pair\">\n";
  WriteCollectors(page, content);
  WriteLoggers(page, content);
  page << "</div>\n";
  page << "</main>\n</body>\n</html>\n";
  return page.Take();
}

Route StatusPageRoute(StatusProvider provider) {
  constexpr std::string_view kPolicy =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return {"/", {"GET"}, [provider = std::move(provider), kPolicy](const Request& request) {
            Response response;
            response.content_type = "text/html; charset=utf-8";
            response.headers.emplace_back("Content-Security-Policy", kPolicy);
            response.body = RenderStatusPage(provider(request));
            return response;
          }};
}

}  // namespace hostpulse::http
