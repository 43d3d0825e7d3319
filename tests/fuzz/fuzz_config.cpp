// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domains.h"
#include "config/fragment.h"
#include "config/parser.h"
#include "config/validate.h"
#include "export/nginxexporter.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace portlight;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

bool sameArguments(const ConfigNode &a, const ConfigNode &b)
{
    if (a.arguments.size() != b.arguments.size())
        return false;
    for (size_t i = 0; i < a.arguments.size(); ++i) {
        if (a.arguments[i].value != b.arguments[i].value || a.arguments[i].written != b.arguments[i].written)
            return false;
    }
    return true;
}

bool sameTree(const std::vector<ConfigNode> &a, const std::vector<ConfigNode> &b)
{
    if (a.size() != b.size())
        return false;
    for (size_t i = 0; i < a.size(); ++i) {
        const bool same = a[i].kind == b[i].kind && a[i].name == b[i].name && a[i].nameWritten == b[i].nameWritten
                          && a[i].comment == b[i].comment && a[i].onSameLine == b[i].onSameLine
                          && a[i].blankLineBefore == b[i].blankLineBefore && sameArguments(a[i], b[i]);
        if (!same || !sameTree(a[i].children, b[i].children))
            return false;
    }
    return true;
}

// What a tree is written as reads back as the same tree, and is written as the same text.
void requireFixedPoint(const ConfigTree &tree)
{
    const QByteArray written = writeConfig(tree);
    const ParseOutcome again = parseConfig(written, QStringLiteral("fuzz.conf"));
    require(again.ok());
    require(sameTree(again.tree.nodes, tree.nodes));
    require(writeConfig(again.tree) == written);
}

// The same for a tree that the program has built: blank lines may come out otherwise the first time.
void requireSettled(const ConfigTree &tree)
{
    const ParseOutcome once = parseConfig(writeConfig(tree), QStringLiteral("fuzz.conf"));
    require(once.ok());
    requireFixedPoint(once.tree);
}

} // namespace

// Any bytes are read without harm; what is understood is written so that reading it gives the same tree, and writing
// that the same text. Everything that looks at a tree survives every tree.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArrayView text(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const ParseOutcome outcome = parseConfig(text, QStringLiteral("fuzz.conf"));
    validateConfig(outcome.tree);
    listDomains(outcome.tree);
    previewDomainAsNginx(outcome.tree, 0);
    exportNginx(outcome.tree);
    if (!outcome.ok())
        return 0;
    requireFixedPoint(outcome.tree);
    const FragmentOutcome whole = completeFragment(outcome.tree);
    validateConfig(whole.tree);
    requireSettled(whole.tree);
    return 0;
}
