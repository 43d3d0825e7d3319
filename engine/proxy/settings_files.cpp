// SPDX-License-Identifier: GPL-3.0-or-later
// Where files are and how they are sent: ngx_http_core_module and ngx_http_index_module.
#include "proxy/compiledconfig.h"
#include "proxy/settersupport.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Error invalid(const QString &message, const QString &hint = {})
{
    return {ErrorCode::InvalidValue, message, {}, hint};
}

// The variables that are made from root cannot make it.
Result<void> refuseOwnVariables(const ConfigNode &node)
{
    for (const char *name : {"document_root", "realpath_root"}) {
        const QByteArray plain = QByteArray("$") + name;
        const QByteArray braced = QByteArray("${") + name + '}';
        if (node.argument(0).contains(plain) || node.argument(0).contains(braced))
            return invalid(u"the $%1 variable cannot be used in the \"%2\" directive"_s.arg(
                QString::fromUtf8(name), QString::fromUtf8(node.name)));
    }
    return {};
}

Result<Template> compilePath(QByteArray path, CompileScope &scope)
{
    if (!path.startsWith('$'))
        path = fullPath(scope.config.prefix, path);
    return Template::compile(path, scope.variables);
}

Result<void> setRoot(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    if (const auto usable = refuseOwnVariables(node); !usable)
        return usable;
    QByteArray path = node.argument(0).toByteArray();
    const bool whole = path == "/";
    if (path.endsWith('/'))
        path.chop(1);
    FileSettings &files = level.files.edit();
    files.baseKind = FileBase::Kind::Root;
    files.aliasBytes = 0;
    if (whole) {
        files.base = {};
        return {};
    }
    return storeSetting(files.base, compilePath(path, scope));
}

Result<void> setAlias(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    if (const auto usable = refuseOwnVariables(node); !usable)
        return usable;
    Q_ASSERT(scope.location); // the table allows it in locations only
    if (scope.location->kind == LocationConfig::Kind::Named)
        return invalid(u"the \"alias\" directive cannot be used inside the named location"_s);
    FileSettings &files = level.files.edit();
    const bool regex = scope.location->kind == LocationConfig::Kind::Regex;
    files.baseKind = regex ? FileBase::Kind::RegexAlias : FileBase::Kind::Alias;
    files.aliasBytes = regex ? 0 : scope.location->path.size();
    return storeSetting(files.base, compilePath(node.argument(0).toByteArray(), scope));
}

Result<void> addIndex(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    std::vector<Template> &names = level.files.edit().indexNames;
    if (scope.firstInLevel)
        names.clear();
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView name = node.argument(i);
        if (name.isEmpty())
            return invalid(u"index \"\" in \"index\" directive is invalid"_s);
        auto compiled = Template::compile(name, scope.variables);
        if (!compiled)
            return compiled.error();
        names.push_back(std::move(*compiled));
    }
    return {};
}

Result<void> addTypes(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    MediaTypes &types = level.files.edit().types;
    if (scope.firstInLevel)
        types = {};
    for (const ConfigNode &type : node.children) {
        if (type.isComment())
            continue;
        for (const ConfigArgument &extension : type.arguments)
            types.insert(extension.value, type.name);
    }
    return {};
}

Result<void> setIfModifiedSince(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    const auto is = [&node](const char *word) { return node.argument(0).compare(word, Qt::CaseInsensitive) == 0; };
    level.files.edit().ifModifiedSince = is("off")      ? IfModifiedSince::Off
                                         : is("before") ? IfModifiedSince::Before
                                                        : IfModifiedSince::Exact;
    return {};
}

Result<void> setDisableSymlinks(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    FileSettings &files = level.files.edit();
    files.trustedPath = {};
    bool hasMode = false;
    bool hasFrom = false;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        if (word == "off" || word == "on" || word == "if_not_owner") {
            files.symlinks = word == "off"  ? SymlinkRule::Mode::Follow
                             : word == "on" ? SymlinkRule::Mode::Refuse
                                            : SymlinkRule::Mode::RefuseOthers;
            hasMode = true;
        } else if (word.startsWith("from=")) {
            hasFrom = true;
            if (const auto stored = storeSetting(files.trustedPath, Template::compile(word.sliced(5), scope.variables));
                !stored)
                return stored;
        } else {
            return invalid(u"invalid parameter \"%1\""_s.arg(QString::fromUtf8(word)),
                           u"disable_symlinks off | on | if_not_owner [from=part]"_s);
        }
    }
    if (!hasMode)
        return invalid(u"\"disable_symlinks\" must have \"off\", \"on\" or \"if_not_owner\" parameter"_s);
    if (node.arguments.size() == 2 && !hasFrom)
        return invalid(u"duplicate parameters \"%1 %2\""_s.arg(QString::fromUtf8(node.argument(0)),
                                                               QString::fromUtf8(node.argument(1))));
    if (hasFrom && files.symlinks == SymlinkRule::Mode::Follow)
        return invalid(u"\"from=\" cannot be used with \"off\" parameter"_s);
    return {};
}

constexpr SetterRow Rows[] = {
    {"root", setRoot},
    {"alias", setAlias},
    {"index", addIndex, "index"},
    {"types", addTypes, "types"},
    {"etag", PORTLIGHT_SET(files, etag, flagOf(node))},
    {"if_modified_since", setIfModifiedSince},
    {"max_ranges", PORTLIGHT_SET(files, rangesMax, parseNumber(node.argument(0), 0, RangesUnlimited))},
    {"log_not_found", PORTLIGHT_SET(files, logNotFound, flagOf(node))},
    {"disable_symlinks", setDisableSymlinks},
};

} // namespace

std::span<const SetterRow> fileSetters()
{
    return Rows;
}

} // namespace portlight
