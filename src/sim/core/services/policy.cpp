#include "sim/core/services/policy.hpp"

#include <algorithm>
#include <string_view>

#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

constexpr std::string_view kTagPrefixes[] = {"ec2:ResourceTag/", "aws:ResourceTag/"};
constexpr std::string_view kContextKeys[] = {"ec2:SourceInstanceARN", "kms:ViaService",
                                             "kms:GrantIsForAWSResource"};

tl::unexpected<Error> malformed(const std::string& why) {
  return refuse("MalformedPolicyDocument", why);
}

// A text or a list of texts, as a list.
std::vector<std::string> texts(const Json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  if (value.is_boolean()) return {value.get<bool>() ? "true" : "false"};
  std::vector<std::string> all;
  if (!value.is_array()) return all;
  for (const Json& each : value) {
    if (each.is_string()) all.push_back(each.get<std::string>());
  }
  return all;
}

// `*` stands for any part, `?` for any character.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                     [](char c) { return c == '*'; });
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, text); });
}

bool is_known_key(const std::string& key) {
  return std::find(std::begin(kContextKeys), std::end(kContextKeys), key) !=
             std::end(kContextKeys) ||
         std::any_of(std::begin(kTagPrefixes), std::end(kTagPrefixes),
                     [&](std::string_view prefix) { return key.starts_with(prefix); });
}

bool is_exact(const std::string& test) { return test == "StringEquals" || test == "Bool"; }

bool is_known_test(const std::string& test) {
  constexpr std::string_view kTests[] = {"StringEquals", "StringLike", "ArnEquals", "ArnLike",
                                         "Bool"};
  return std::find(std::begin(kTests), std::end(kTests), test) != std::end(kTests);
}

// What the question has under a condition key; nullptr: the key is absent, and no test passes.
const std::string* value_of(const std::string& key, const PolicyQuestion& question) {
  for (const std::string_view prefix : kTagPrefixes) {
    if (!key.starts_with(prefix)) continue;
    const auto tag = question.resource.tags.find(key.substr(prefix.size()));
    return tag == question.resource.tags.end() ? nullptr : &tag->second;
  }
  const auto found = question.context.find(key);
  return found == question.context.end() ? nullptr : &found->second;
}

bool conditions_hold(const Json& conditions, const PolicyQuestion& question) {
  for (const auto& [test, keys] : conditions.items()) {
    for (const auto& [key, wanted] : keys.items()) {
      const std::string* value = value_of(key, question);
      if (value == nullptr) return false;
      const auto all = texts(wanted);
      const bool holds = is_exact(test) ? std::find(all.begin(), all.end(), *value) != all.end()
                                        : any_matches(all, *value);
      if (!holds) return false;
    }
  }
  return true;
}

bool applies(const Json& statement, const PolicyQuestion& question) {
  return any_matches(texts(statement.at("Action")), question.action) &&
         any_matches(texts(statement.at("Resource")), question.resource.arn) &&
         conditions_hold(statement.value("Condition", Json::object()), question);
}

Result<void> check_conditions(const Json& conditions) {
  if (!conditions.is_object()) return malformed("Condition is not an object");
  for (const auto& [test, keys] : conditions.items()) {
    if (!is_known_test(test)) return malformed("the condition " + test + " is not simulated");
    if (!keys.is_object()) return malformed("the condition " + test + " has no keys");
    for (const auto& [key, wanted] : keys.items()) {
      if (!is_known_key(key)) return malformed("the condition key " + key + " is not simulated");
      if (texts(wanted).empty()) return malformed("the condition key " + key + " has no value");
    }
  }
  return {};
}

Result<void> check_statement(const Json& statement) {
  if (!statement.is_object()) return malformed("a statement is not an object");
  constexpr std::string_view kKnown[] = {"Sid", "Effect", "Action", "Resource", "Condition"};
  for (const auto& [key, value] : statement.items()) {
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown)) {
      return malformed("the element " + key + " is not simulated");
    }
  }
  const std::string effect = text(statement, "Effect");
  if (effect != "Allow" && effect != "Deny") return malformed("Effect must be Allow or Deny");
  for (const char* needed : {"Action", "Resource"}) {
    if (!statement.contains(needed) || texts(statement.at(needed)).empty()) {
      return malformed(std::string("a statement lacks ") + needed);
    }
  }
  return check_conditions(statement.value("Condition", Json::object()));
}

}  // namespace

Result<Json> parse_policy(const std::string& document) {
  Json policy = parse_foreign(document);
  if (!policy.is_object()) return malformed("the policy is not JSON");
  if (text(policy, "Version") != "2012-10-17") return malformed("Version must be 2012-10-17");
  Json& statements = policy["Statement"];
  if (statements.is_object()) statements = Json::array({statements});
  if (!statements.is_array() || statements.empty()) return malformed("there is no Statement");
  for (const Json& statement : statements) TRY_VOID(check_statement(statement));
  return policy;
}

bool allows(const std::vector<Json>& policies, const PolicyQuestion& question) {
  bool allowed = false;
  for (const Json& policy : policies) {
    for (const Json& statement : policy.at("Statement")) {
      if (!applies(statement, question)) continue;
      if (text(statement, "Effect") == "Deny") return false;
      allowed = true;
    }
  }
  return allowed;
}

}  // namespace ec2spotter::sim
