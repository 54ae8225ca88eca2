#include "exporter/http/page_assets.h"

#include <array>
#include <cstddef>
#include <string>

#include "exporter/http/negotiation.h"
#include "exporter/http/response_writer.h"

// In page/assets.S, named as symbols of C are.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char hostpulse_page_css[];
extern const char hostpulse_page_css_end[];
extern const char hostpulse_page_script[];
extern const char hostpulse_page_script_end[];
extern const char hostpulse_page_dygraph[];
extern const char hostpulse_page_dygraph_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace hostpulse::http {

const std::string_view kPageStyle = "-/page/page.css?" HOSTPULSE_PAGE_VERSION;
const std::string_view kPageScript = "-/page/live.js?" HOSTPULSE_PAGE_VERSION;
const std::string_view kPageDygraph = "-/page/dygraph.js?" HOSTPULSE_PAGE_VERSION;

namespace {

struct Asset {
  std::string_view address;
  std::string_view content_type;
  const char* begin;
  const char* end;
};

Response Serve(const Asset& asset, const Request& request) {
  if (ChooseEncoding(request.Header("Accept-Encoding")) != Encoding::kGzip) {
    return ErrorResponse(406, "This file is there compressed by gzip only.");
  }
  Response response;
  response.content_type = asset.content_type;
  response.headers.emplace_back("Content-Encoding", "gzip");
  // What has another content has another address.
  response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
  response.body.assign(asset.begin, asset.end);
  return response;
}

}  // namespace

std::vector<Route> PageAssetRoutes() {
  constexpr std::string_view kScript = "text/javascript; charset=utf-8";
  const std::array<Asset, 3> assets = {
      {{kPageStyle, "text/css; charset=utf-8", hostpulse_page_css, hostpulse_page_css_end},
       {kPageScript, kScript, hostpulse_page_script, hostpulse_page_script_end},
       {kPageDygraph, kScript, hostpulse_page_dygraph, hostpulse_page_dygraph_end}}};
  std::vector<Route> routes;
  for (const Asset& asset : assets) {
    const std::string path = "/" + std::string(asset.address.substr(0, asset.address.find('?')));
    routes.push_back(
        {path, {"GET"}, [asset](const Request& request) { return Serve(asset, request); }});
  }
  return routes;
}

}  // namespace hostpulse::http
