// SPDX-License-Identifier: GPL-3.0-or-later
// Where request bodies are kept: client_body_in_file_only, client_body_temp_path (ngx_http_core_module).
#include "proxy/compiledconfig.h"
#include "proxy/settersupport.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qint64 LevelDigitsMax = 10; // of all levels: a name has no more

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
    qint64 digitsLeft = LevelDigitsMax;
    for (size_t i = 1; i < node.arguments.size() && i <= options.levels.size(); ++i) {
        const auto digits = parseNumber(node.argument(i), 1, digitsLeft);
        if (!digits)
            return Error{ErrorCode::InvalidValue,
                         u"invalid value \"%1\""_s.arg(QString::fromUtf8(node.argument(i))),
                         {},
                         u"each level of sub-folders takes 1 digit or more of a name, all together 10"_s};
        options.levels[i - 1] = quint8(*digits);
        digitsLeft -= *digits;
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
