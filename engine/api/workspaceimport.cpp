// SPDX-License-Identifier: GPL-3.0-or-later
// What the workspace does with the overlay beside its file, and with configurations that are imported into it.
#include "api/workspace_p.h"
#include "config/configfile.h"
#include "config/includes.h"
#include "export/importmerge.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

Result<void> writeText(const QString &path, const QByteArray &text)
{
    QSaveFile file(path);
    if (!QDir().mkpath(QFileInfo(path).path()) || !file.open(QIODevice::WriteOnly) || file.write(text) != text.size()
        || !file.commit())
        return Error{ErrorCode::FileNotWritable, u"cannot write %1: %2"_s.arg(path, file.errorString()), {}, {}};
    return {};
}

} // namespace

QString Workspace::overlayPath() const
{
    return QFileInfo(configPath()).absoluteDir().filePath(u"local.conf"_s);
}

const ConfigTree &Workspace::servedTree() const
{
    return d->file.served();
}

ConfigTree Workspace::treeToExport() const
{
    return expandIncludes(tree()).tree;
}

// A missing one is an empty one; one that cannot be read leaves the one before in force.
bool Workspace::Private::loadOverlay()
{
    const QString path = q->overlayPath();
    const Result<QByteArray> text = QFileInfo::exists(path) ? readConfigFile(path) : Result<QByteArray>(QByteArray());
    if (text && *text == overlayText && overlayProblems.isEmpty())
        return false;
    overlayText = text ? *text : QByteArray();
    OverlayOutcome outcome = text ? parseOverlay(*text, path) : readOverlayFile(path);
    overlayProblems = outcome.diagnostics;
    if (outcome.ok())
        file.setOverlay(outcome.overlay);
    return true;
}

Result<int> Workspace::importConfig(const ImportPlan &plan)
{
    // What is mapped already stays as it is: it may be in use.
    Overlay merged = d->file.overlay();
    merged.fileName = overlayPath();
    for (const OverlayMapping &mapping : plan.overlay.mappings) {
        if (!merged.find(mapping.kind, mapping.from))
            merged.mappings.push_back(mapping);
    }
    const QByteArray before = d->overlayText;
    const Overlay overlayBefore = d->file.overlay();
    if (const auto made = makeOverlayFolders(merged); !made)
        return made.error();
    if (const auto written = writeText(overlayPath(), writeOverlay(merged)); !written)
        return written.error();
    d->overlayText = writeOverlay(merged);
    d->file.setOverlay(merged);
    const QString title = u"Imported from %1"_s.arg(QFileInfo(plan.expanded.fileName).fileName());
    const ConfigTree copy = plan.copy();
    const Result<int> added =
        d->edit([&](ConfigTree &tree) { return mergeImported(tree, copy, title); }, Private::ByIndex::No);
    if (added)
        return added;
    d->file.setOverlay(overlayBefore);
    d->overlayText = before;
    if (before.isEmpty())
        QFile::remove(overlayPath());
    else if (const auto restored = writeText(overlayPath(), before); !restored)
        return restored.error();
    return added;
}

} // namespace portlight
