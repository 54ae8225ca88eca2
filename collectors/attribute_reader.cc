#include "collectors/attribute_reader.h"

#include <cerrno>

namespace hostpulse::collectors {
namespace {

// The attribute or its device is not there, or has nothing to say.
bool IsNoValue(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
    case EAGAIN:
    case EINVAL:
    case EIO:
    case ENODATA:
    case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<std::string_view> AttributeReader::Text(kernel::KernelFile& file) {
  const auto text = file.TryReadTrimmed();
  if (!text && status_.ok() && !IsNoValue(file.last_errno())) {
    status_ = kernel::ErrnoStatus(file.path(), "read", file.last_errno());
  }
  return text;
}

}  // namespace hostpulse::collectors
