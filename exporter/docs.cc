#include "exporter/docs.h"

#include "exporter/commands/commands.h"
#include "exporter/config/flag_table.h"
#include "exporter/config/help.h"

namespace hostpulse {
namespace {

http::Response Text(std::string text) {
  http::Response response;
  response.body = std::move(text);
  return response;
}

}  // namespace

std::vector<http::Route> DocsRoutes() {
  return {{"/-/docs/metrics",
           {"GET"},
           [](const http::Request&) { return Text(commands::DescribeTable()); }},
          {"/-/docs/flags", {"GET"}, [](const http::Request&) {
             return Text(config::HelpText(config::FlagTable(), false));
           }}};
}

}  // namespace hostpulse
