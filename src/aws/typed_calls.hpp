// Calls whose replies are read as our own types, page by page and some ids at a time.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "aws/caller.hpp"
#include "aws/denied_rights.hpp"
#include "aws/ec2.hpp"
#include "aws/wire/ec2/page.hpp"
#include "aws/wire/ec2/replies.hpp"

namespace ec2spotter::aws {

class TypedCalls {
 public:
  TypedCalls(CallerParts parts, const CallerOptions& options)
      : caller_(parts, options), rights_(parts, options) {}

  // The reply's body. The error names a missing right, if EC2 lets us decode its text.
  Result<std::string> ask(const ApiCall& call) {
    auto body = caller_.call(call);
    if (body || body.error().code != Errc::unauthorized) return body;
    Error error = std::move(body).error();
    error.message = rights_.in_words(std::move(error.message));
    return fail(std::move(error));
  }

  template <class T, class Parse>
  Result<T> one(const ApiCall& call, Parse parse) {
    TRY(const std::string body, ask(call));
    Result<T> value = parse(body);
    if (!value) return fail(with_context(std::move(value).error(), call.action));
    return value;
  }

  Result<void> acknowledged(const ApiCall& call) {
    TRY(const std::string body, ask(call));
    auto outcome = parse_acknowledgement(body, call.action);
    if (!outcome) return fail(with_context(std::move(outcome).error(), call.action));
    return {};
  }

  // All pages of one describe. A token that comes back unchanged, or more pages than any account
  // fills, shows a broken endpoint, and ends the call.
  template <class T, class Build, class Parse>
  Result<std::vector<T>> pages(Build build, Parse parse) {
    std::vector<T> all;
    Page page;
    for (int count = 0; count < kMaxPages; ++count) {
      TRY(auto reply, one<PageOf<T>>(build(page), parse));
      std::move(reply.items.begin(), reply.items.end(), std::back_inserter(all));
      if (reply.next_token.empty()) return all;
      if (reply.next_token == page.next_token) break;
      page.next_token = std::move(reply.next_token);
    }
    return fail(Errc::malformed_reply, "the pages of a reply do not end");
  }

  template <class T, class Build, class Parse>
  Result<std::vector<T>> by_filters(const std::vector<Filter>& filters, Build build, Parse parse) {
    return pages<T>([&](const Page& page) { return build(filters, page); }, parse);
  }

  template <class T, class Tag, class Build, class Parse>
  Result<std::vector<T>> by_ids(const std::vector<Id<Tag>>& ids, const std::vector<Filter>& filters,
                                Build build, Parse parse) {
    std::vector<T> all;
    std::size_t from = 0;
    do {
      const std::size_t to = std::min(ids.size(), from + kIdsPerCall);
      const std::vector<Id<Tag>> some(ids.begin() + static_cast<std::ptrdiff_t>(from),
                                      ids.begin() + static_cast<std::ptrdiff_t>(to));
      TRY(auto found,
          pages<T>([&](const Page& page) { return build(some, filters, page); }, parse));
      std::move(found.begin(), found.end(), std::back_inserter(all));
      from = to;
    } while (from < ids.size());
    return all;
  }

 private:
  static constexpr std::size_t kIdsPerCall = 500;
  static constexpr int kMaxPages = 1000;

  Caller caller_;
  DeniedRights rights_;
};

}  // namespace ec2spotter::aws
