#include "aws/net/curl_library.hpp"

#include <dlfcn.h>

#include <string>

namespace ec2spotter::aws {
namespace {

constexpr const char* kName = "libcurl.so.4";

Error missing() {
  const char* why = ::dlerror();
  return {.code = Errc::io,
          .message = std::string("cannot load ") + kName + ": " + (why == nullptr ? "" : why) +
                     "; install the package libcurl4"};
}

// False: the library has no such function.
template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<CurlLibrary> load() {
  void* library = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fail(missing());
  CurlLibrary curl{};
  const bool whole = find(library, "curl_easy_init", curl.easy_init) &&
                     find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     find(library, "curl_easy_reset", curl.easy_reset) &&
                     find(library, "curl_easy_setopt", curl.easy_setopt) &&
                     find(library, "curl_easy_perform", curl.easy_perform) &&
                     find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     find(library, "curl_easy_strerror", curl.easy_strerror) &&
                     find(library, "curl_slist_append", curl.slist_append) &&
                     find(library, "curl_slist_free_all", curl.slist_free_all);
  if (!whole) return fail(missing());
  return curl;
}

}  // namespace

Result<const CurlLibrary*> curl_library() {
  static const Result<CurlLibrary> library = load();
  if (!library) return fail(library.error());
  return &*library;
}

}  // namespace ec2spotter::aws
