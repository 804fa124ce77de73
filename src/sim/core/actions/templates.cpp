// The actions of launch templates.
#include "sim/core/resources/templates.hpp"

#include <algorithm>
#include <cctype>

#include "sim/core/call/call.hpp"
#include "sim/core/call/launch_spec.hpp"
#include "sim/core/call/param_tree.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

Result<Json*> named_template(Call& call) {
  const std::string id = call.params.get_or("LaunchTemplateId", "");
  const std::string name = call.params.get_or("LaunchTemplateName", "");
  return find_template(call.world, call.region, id, name);
}

// Checks that a launch understands everything in the data.
Result<ParamMap> read_data(Params& params) {
  Params data = params.structure("LaunchTemplateData");
  if (data.empty()) return refuse("MissingParameter", "LaunchTemplateData is needed");
  TRY(LaunchSpec spec, read_launch_spec(data));
  TRY_VOID(read_launch_extras(data, spec));
  TRY_VOID(data.finish());
  return data.all();
}

Json shown_version(const Json& found, const std::string& number) {
  const Json& version = found.at("_versions").at(number);
  Json shown{{"launchTemplateId", found.at("launchTemplateId")},
             {"launchTemplateName", found.at("launchTemplateName")},
             {"versionNumber", number},
             {"createTime", version.at("createTime")},
             {"createdBy", found.at("createdBy")},
             {"defaultVersion", found.at("defaultVersionNumber").dump() == number},
             {"launchTemplateData", shown_parameters(version.at("data").get<ParamMap>())}};
  const std::string description = text(version, "description");
  if (!description.empty()) shown["versionDescription"] = description;
  return shown;
}

bool is_template_name(const std::string& name) {
  return name.size() >= 3 && name.size() <= 128 &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("()./_-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

Result<Json> create_template(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  TRY(const std::string name, call.params.need("LaunchTemplateName"));
  const std::string description = call.params.get_or("VersionDescription", "");
  const std::string token = call.params.get_or("ClientToken", "");
  TRY(const ParamMap data, read_data(call.params));
  TRY(Json tags, read_tags(call.params, "launch-template"));
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  if (!is_template_name(name)) {
    return refuse("InvalidLaunchTemplateName.MalformedException",
                  "A launch template name has 3 to 128 letters, digits and ( ) . / _ -");
  }
  if (find_template(call.world, call.region, "", name)) {
    return refuse("InvalidLaunchTemplateName.AlreadyExistsException",
                  "Launch template name already in use.");
  }
  const std::string id = call.world.new_id("lt-");
  const std::string now = call.world.timestamp();
  Json& made = call.put("launch-template", id);
  made = {
      {"launchTemplateId", id},
      {"launchTemplateName", name},
      {"createTime", now},
      {"createdBy", "arn:aws:iam::" + std::string(kAccount) + ":root"},
      {"defaultVersionNumber", 1},
      {"latestVersionNumber", 1},
      {"tagSet", std::move(tags)},
      {"_versions", {{"1", {{"createTime", now}, {"description", description}, {"data", data}}}}}};
  const Json reply{{"launchTemplate", made}};
  remember_token(call, fingerprint, token, reply);
  return reply;
}

Result<Json> create_version(Call& call) {
  const std::string fingerprint = call.params.fingerprint();
  TRY(Json * found, named_template(call));
  const std::string source = call.params.get_or("SourceVersion", "");
  const std::string description = call.params.get_or("VersionDescription", "");
  const std::string token = call.params.get_or("ClientToken", "");
  TRY(ParamMap data, read_data(call.params));
  TRY_VOID(call.finish());
  TRY(const Json earlier, recall_token(call, fingerprint, token));
  if (!earlier.is_null()) return earlier;
  if (!source.empty()) {
    TRY(const Json* base, find_version(*found, source));
    data = overlay(base->at("data").get<ParamMap>(), data);
  }
  const long number = found->at("latestVersionNumber").get<long>() + 1;
  const std::string name = std::to_string(number);
  (*found)["latestVersionNumber"] = number;
  (*found)["_versions"][name] = {
      {"createTime", call.world.timestamp()}, {"description", description}, {"data", data}};
  const Json reply{{"launchTemplateVersion", shown_version(*found, name)}};
  remember_token(call, fingerprint, token, reply);
  return reply;
}

Result<Json> describe_templates(Call& call) {
  static const FilterPaths kPaths{{"launch-template-name", "launchTemplateName"},
                                  {"create-time", "createTime"}};
  const auto names = call.params.list("LaunchTemplateName");
  for (const std::string& name : names) {
    TRY_VOID(find_template(call.world, call.region, "", name));
  }
  TRY(const Selection found, select(call, {.kind = "launch-template",
                                           .id_parameter = "LaunchTemplateId",
                                           .not_found = "InvalidLaunchTemplateId.NotFound",
                                           .set = "launchTemplates",
                                           .filters = &kPaths,
                                           .page = {1, 200}}));
  Json set = Json::array();
  for (const Json* each : found.resources) {
    const std::string name = text(*each, "launchTemplateName");
    const bool named = names.empty() || std::find(names.begin(), names.end(), name) != names.end();
    if (named) set.push_back(as_xml(call.world.rendering_of(*each)));
  }
  return with_next({{"launchTemplates", std::move(set)}}, found.next);
}

// The versions of one template that the parameters ask for, oldest first.
Result<Json> versions_of(const Json& found, const std::vector<std::string>& asked, long first,
                         long last) {
  Json set = Json::array();
  for (const std::string& version : asked) {
    TRY_VOID(find_version(found, version));
    set.push_back(shown_version(found, version_number(found, version)));
  }
  if (!asked.empty()) return set;
  for (long number = 1; number <= found.at("latestVersionNumber").get<long>(); ++number) {
    const std::string name = std::to_string(number);
    if (number < first || number > last || !found.at("_versions").contains(name)) continue;
    set.push_back(shown_version(found, name));
  }
  return set;
}

Result<Json> describe_versions(Call& call) {
  static const FilterPaths kPaths{{"is-default-version", "defaultVersion"},
                                  {"image-id", "launchTemplateData/imageId"},
                                  {"instance-type", "launchTemplateData/instanceType"},
                                  {"create-time", "createTime"}};
  const auto asked = call.params.list("LaunchTemplateVersion");
  TRY(const auto first, call.params.number("MinVersion"));
  TRY(const auto last, call.params.number("MaxVersion"));
  TRY(const Filters filters, read_filters(call.params, kPaths));
  TRY(const Paging paging, read_paging(call.params, false, {1, 200}));
  const std::string id = call.params.get_or("LaunchTemplateId", "");
  const std::string name = call.params.get_or("LaunchTemplateName", "");
  TRY_VOID(call.finish());
  Json all = Json::array();
  // Without a template: $Latest or $Default of every one.
  if (id.empty() && name.empty()) {
    for (const auto& [each, found] : call.table("launch-template")) {
      TRY(const Json set, versions_of(found, asked, 1, 0));
      for (const Json& version : set) all.push_back(version);
    }
  } else {
    TRY(Json * found, find_template(call.world, call.region, id, name));
    TRY(all, versions_of(*found, asked, first.value_or(1),
                         last.value_or(found->at("latestVersionNumber").get<long>())));
  }
  Json set = Json::array();
  for (Json& version : all) {
    if (filters.match(version)) set.push_back(std::move(version));
  }
  TRY(const std::string next, take_page(set, paging));
  return with_next({{"launchTemplateVersionSet", std::move(set)}}, next);
}

Result<Json> delete_template(Call& call) {
  TRY(const Json* found, named_template(call));
  TRY_VOID(call.finish());
  Json reply{{"launchTemplate", *found}};
  call.erase("launch-template", text(reply.at("launchTemplate"), "launchTemplateId"));
  return reply;
}

Result<Json> delete_versions(Call& call) {
  TRY(Json * found, named_template(call));
  const auto asked = call.params.list("LaunchTemplateVersion");
  TRY_VOID(call.finish());
  Json deleted = Json::array();
  Json kept = Json::array();
  for (const std::string& version : asked) {
    Json entry{{"launchTemplateId", found->at("launchTemplateId")},
               {"launchTemplateName", found->at("launchTemplateName")}};
    if (is_number(version)) entry["versionNumber"] = version;
    const bool is_default = found->at("defaultVersionNumber").dump() == version;
    if (is_default || !is_number(version) || !found->at("_versions").contains(version)) {
      entry["responseError"] = {
          {"code", is_default ? "unexpectedError" : "launchTemplateVersionDoesNotExist"},
          {"message", is_default ? "The default version cannot be deleted" : "No such version"}};
      kept.push_back(std::move(entry));
      continue;
    }
    found->at("_versions").erase(version);
    deleted.push_back(std::move(entry));
  }
  return Json{{"successfullyDeletedLaunchTemplateVersionSet", std::move(deleted)},
              {"unsuccessfullyDeletedLaunchTemplateVersionSet", std::move(kept)}};
}

}  // namespace

void add_template_actions(Actions& actions) {
  actions.insert({{"CreateLaunchTemplate", create_template},
                  {"CreateLaunchTemplateVersion", create_version},
                  {"DescribeLaunchTemplates", describe_templates},
                  {"DescribeLaunchTemplateVersions", describe_versions},
                  {"DeleteLaunchTemplate", delete_template},
                  {"DeleteLaunchTemplateVersions", delete_versions}});
}

}  // namespace ec2spotter::sim
