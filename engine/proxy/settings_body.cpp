// SPDX-License-Identifier: GPL-3.0-or-later
// Where request bodies are kept: client_body_in_file_only, client_body_temp_path (ngx_http_core_module).
#include "proxy/compiledconfig.h"
#include "proxy/settersupport.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr int LevelDigitsMax = 3;

Result<void> setInFileOnly(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    const auto is = [&node](const char *word) { return node.argument(0).compare(word, Qt::CaseInsensitive) == 0; };
    level.core.edit().bodyStore.file = is("on") ? BodyFile::On : is("clean") ? BodyFile::Clean : BodyFile::Off;
    return {};
}

// ngx_conf_set_path_slot: a folder and up to three numbers of digits.
Result<void> setTempPath(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    BodyStoreOptions &options = level.core.edit().bodyStore;
    options.folder = fullPath(scope.config.prefix, node.argument(0).toByteArray());
    while (options.folder.endsWith('/'))
        options.folder.chop(1);
    options.levels = {};
    for (size_t i = 1; i < node.arguments.size() && i <= options.levels.size(); ++i) {
        const auto digits = parseNumber(node.argument(i), 1, LevelDigitsMax);
        if (!digits)
            return Error{ErrorCode::InvalidValue,
                         u"invalid value \"%1\""_s.arg(QString::fromUtf8(node.argument(i))),
                         {},
                         u"each level of sub-folders takes 1, 2 or 3 digits"_s};
        options.levels[i - 1] = quint8(*digits);
    }
    return {};
}

constexpr SetterRow Rows[] = {
    {"client_body_in_file_only", setInFileOnly},
    {"client_body_temp_path", setTempPath, "client_body_temp_path"},
};

} // namespace

std::span<const SetterRow> bodySetters()
{
    return Rows;
}

} // namespace portlight
