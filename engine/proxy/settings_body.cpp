// SPDX-License-Identifier: GPL-3.0-or-later
// Where request bodies are kept: client_body_in_file_only, client_body_temp_path (ngx_http_core_module).
#include "proxy/compiledconfig.h"
#include "proxy/settersupport.h"

namespace portlight {

namespace {

Result<void> setInFileOnly(LevelSettings &level, const ConfigNode &node, CompileScope &)
{
    const auto is = [&node](const char *word) { return node.argument(0).compare(word, Qt::CaseInsensitive) == 0; };
    level.core.edit().bodyStore.file = is("on") ? BodyFile::On : is("clean") ? BodyFile::Clean : BodyFile::Off;
    return {};
}

Result<void> setTempPath(LevelSettings &level, const ConfigNode &node, CompileScope &scope)
{
    return storeSetting(level.core.edit().bodyStore.folder, tempFolderOf(node, scope));
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
