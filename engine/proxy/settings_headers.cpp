// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of ngx_http_headers_filter_module.
#include "proxy/settersupport.h"

using namespace Qt::StringLiterals;

namespace portlight {

void AddedFields::beginLevel()
{
    inherited = std::move(all);
    own.clear();
    join();
}

void AddedFields::add(AddedField field)
{
    own.push_back(std::move(field));
    join();
}

void AddedFields::setInheritance(FieldInheritance value)
{
    inheritance = value;
    join();
}

// ngx_http_headers_merge_conf
void AddedFields::join()
{
    all = own;
    if (inheritance == FieldInheritance::Merge || (inheritance == FieldInheritance::On && own.empty()))
        all.insert(all.end(), inherited.begin(), inherited.end());
}

namespace {

Result<AddedField> compileField(const ConfigNode &node, CompileScope &scope)
{
    AddedField field;
    field.name = node.argument(0).toByteArray();
    field.id = headerId(field.name);
    auto value = Template::compile(node.argument(1), scope.variables);
    if (!value)
        return value.error();
    field.value = std::move(*value);
    if (node.arguments.size() > 2) {
        if (node.argument(2) != "always")
            return Error{ErrorCode::InvalidValue,
                         u"invalid parameter \"%1\""_s.arg(QString::fromUtf8(node.argument(2))),
                         {},
                         u"the only parameter is \"always\"; quote a value that holds spaces"_s};
        field.always = true;
    }
    return field;
}

template<AddedFields HeaderSettings::*fields>
Result<void> addField(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    Result<AddedField> field = compileField(node, scope);
    if (!field)
        return field.error();
    AddedFields &list = level.headers.edit().*fields;
    if (scope.firstInLevel && list.inheritance != FieldInheritance::Off) // else LevelSettings::take has begun it
        list.beginLevel();
    list.add(std::move(*field));
    return {};
}

template<AddedFields HeaderSettings::*fields>
Result<void> setInheritance(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    AddedFields &list = level.headers.edit().*fields;
    if (scope.firstInLevel && list.inheritance != FieldInheritance::Off)
        list.beginLevel();
    const QByteArrayView word = node.argument(0);
    list.setInheritance(word == "off"     ? FieldInheritance::Off
                        : word == "merge" ? FieldInheritance::Merge
                                          : FieldInheritance::On);
    return {};
}

Result<void> setExpires(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    HeaderSettings &headers = level.headers.edit();
    headers.expires = {};
    headers.expiresValue.reset();
    headers.expiresModified = node.arguments.size() > 1;
    if (headers.expiresModified && node.argument(0) != "modified")
        return Error{ErrorCode::InvalidValue, u"\"expires\" directive invalid value"_s, {}, {}};
    const QByteArrayView value = node.argument(node.arguments.size() - 1);
    if (value.contains('$')) {
        auto compiled = Template::compile(value, scope.variables);
        if (!compiled)
            return compiled.error();
        headers.expiresValue = std::move(*compiled);
        return {};
    }
    const Result<ExpiresRule> rule = parseExpires(value, headers.expiresModified);
    if (!rule)
        return Error{ErrorCode::InvalidValue, u"\"expires\" directive "_s + rule.error().message, {}, {}};
    headers.expires = *rule;
    return {};
}

constexpr SetterRow Rows[] = {
    {"add_header", addField<&HeaderSettings::headers>, "add_header"},
    {"add_header_inherit", setInheritance<&HeaderSettings::headers>, "add_header"},
    {"add_trailer", addField<&HeaderSettings::trailers>, "add_trailer"},
    {"add_trailer_inherit", setInheritance<&HeaderSettings::trailers>, "add_trailer"},
    {"expires", setExpires},
};

} // namespace

std::span<const SetterRow> headerSetters()
{
    return Rows;
}

} // namespace portlight
