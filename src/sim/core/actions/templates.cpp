#include "sim/core/life/templates.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "sim/core/call/call.hpp"
#include "sim/core/life/launch_spec.hpp"
#include "sim/core/state/wire.hpp"

namespace ec2spotter::sim {
namespace {

// Lists whose name gets "Set" in a reply.
constexpr auto kSets =
    std::to_array<std::string_view>({"BlockDeviceMapping", "NetworkInterface", "TagSpecification",
                                     "Tag", "SecurityGroupId", "SecurityGroup"});

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string member_name(const std::string& name) {
  std::string shown = name;
  shown[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(shown[0])));
  return shown;
}

// The distinct first parts of the parameter names, "a" of "a.b.c".
std::vector<std::string> heads(const ParamMap& params) {
  std::vector<std::string> found;
  for (const auto& [name, value] : params) {
    std::string head = name.substr(0, name.find('.'));
    if (std::find(found.begin(), found.end(), head) == found.end()) {
      found.push_back(std::move(head));
    }
  }
  return found;
}

ParamMap below(const ParamMap& params, const std::string& head) {
  ParamMap inner;
  for (const auto& [name, value] : params) {
    if (name.starts_with(head + ".")) inner[name.substr(head.size() + 1)] = value;
  }
  return inner;
}

Json shown_list(const ParamMap& items) {
  Json list = Json::array();
  auto indexes = heads(items);
  std::sort(indexes.begin(), indexes.end(),
            [](const auto& a, const auto& b) { return std::stol(a) < std::stol(b); });
  for (const std::string& index : indexes) {
    const auto plain = items.find(index);
    list.push_back(plain == items.end() ? shown_parameters(below(items, index))
                                        : Json(plain->second));
  }
  return list;
}

Result<Json*> find_template(World& world, const std::string& region, const std::string& id,
                            const std::string& name) {
  if (id.empty() == name.empty()) {
    return refuse(id.empty() ? "MissingParameter" : "InvalidParameterCombination",
                  "Give LaunchTemplateId or LaunchTemplateName");
  }
  if (!id.empty()) {
    if (Json* found = world.find(region, "launch-template", id)) return found;
    return refuse("InvalidLaunchTemplateId.NotFound",
                  "The specified launch template, with template ID " + id + ", does not exist.");
  }
  Json* named = world.find_where(region, "launch-template", [&](const Json& each) {
    return text(each, "launchTemplateName") == name;
  });
  if (named != nullptr) return named;
  return refuse("InvalidLaunchTemplateName.NotFoundException",
                "The specified launch template, with template name " + name + ", does not exist.");
}

Result<Json*> named_template(Call& call) {
  const std::string id = call.params.get_or("LaunchTemplateId", "");
  const std::string name = call.params.get_or("LaunchTemplateName", "");
  return find_template(call.world, call.region, id, name);
}

// The number that "3", "$Latest", "$Default" or nothing stands for.
std::string version_number(const Json& found, const std::string& version) {
  if (version == "$Latest") return found.at("latestVersionNumber").dump();
  if (version == "$Default" || version.empty()) return found.at("defaultVersionNumber").dump();
  return version;
}

Result<const Json*> find_version(const Json& found, const std::string& version) {
  const std::string number = version_number(found, version);
  const auto at = found.at("_versions").find(number);
  if (at != found.at("_versions").end()) return &*at;
  return refuse("InvalidLaunchTemplateId.VersionNotFound",
                "Could not find the launch template version " + version);
}

// Everything in the data is something that a launch understands.
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

Result<Template> read_template(World& world, const std::string& region, Params& named) {
  const std::string id = named.get_or("LaunchTemplateId", "");
  const std::string name = named.get_or("LaunchTemplateName", "");
  const std::string version = named.get_or("Version", "");
  TRY(Json * found, find_template(world, region, id, name));
  TRY(const Json* at, find_version(*found, version));
  return Template{.id = text(*found, "launchTemplateId"),
                  .name = text(*found, "launchTemplateName"),
                  .version = version_number(*found, version),
                  .data = at->at("data").get<ParamMap>()};
}

ParamMap overlay(ParamMap base, const ParamMap& own) {
  for (const std::string& head : heads(own)) {
    std::erase_if(base, [&](const auto& param) {
      return param.first == head || param.first.starts_with(head + ".");
    });
  }
  base.insert(own.begin(), own.end());
  return base;
}

Json shown_parameters(const ParamMap& params) {
  Json shown = Json::object();
  for (const std::string& head : heads(params)) {
    const auto plain = params.find(head);
    const ParamMap inner = below(params, head);
    if (inner.empty()) {
      if (plain != params.end()) shown[member_name(head)] = plain->second;
    } else if (!is_number(heads(inner).front())) {
      shown[member_name(head)] = shown_parameters(inner);
    } else if (head == "SecurityGroupId" && params.contains("DeviceIndex")) {
      shown["groupSet"] = {{"*groupId", shown_list(inner)}};
    } else {
      const bool set = std::find(kSets.begin(), kSets.end(), head) != kSets.end();
      shown[member_name(head) + (set ? "Set" : "")] = shown_list(inner);
    }
  }
  return shown;
}

void add_template_actions(Actions& actions) {
  actions.insert({{"CreateLaunchTemplate", create_template},
                  {"CreateLaunchTemplateVersion", create_version},
                  {"DescribeLaunchTemplates", describe_templates},
                  {"DescribeLaunchTemplateVersions", describe_versions},
                  {"DeleteLaunchTemplate", delete_template},
                  {"DeleteLaunchTemplateVersions", delete_versions}});
}

}  // namespace ec2spotter::sim
