// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "config/tree.h"

namespace portlight {

// What came out of reading a text: a tree as far as it could be read, and every problem of syntax.
struct ParseOutcome {
    ConfigTree tree;
    Diagnostics diagnostics; // empty: the whole text was understood

    bool ok() const { return !hasErrors(diagnostics); }
};

// Reads nginx's configuration language (src/core/ngx_conf_file.c): words, quotes, escapes, comments.
// `fileName` is what positions name; nothing is opened.
ParseOutcome parseConfig(QByteArrayView text, const QString &fileName);

// Opens and reads a file; an error names the file and the reason.
Result<ParseOutcome> parseConfigFile(const QString &path);

// The text of a tree: nginx's customary layout, four spaces an indent, comments and order kept, words as written.
// parseConfig(writeConfig(t)) gives the same tree, and writeConfig of that the same text.
QByteArray writeConfig(const ConfigTree &tree);
QByteArray writeConfig(const ConfigNode &node);

} // namespace portlight
