// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/importer.h"

#include "config/fragment.h"
#include "config/includes.h"
#include "config/parser.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

Error firstError(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::Error)
            return {diagnostic.code, diagnostic.message, diagnostic.where, diagnostic.hint};
    }
    Q_UNREACHABLE();
}

bool isMissingFile(const Diagnostic &diagnostic)
{
    return diagnostic.code == ErrorCode::FileNotFound || diagnostic.code == ErrorCode::FileNotReadable;
}

// A production file includes what is only on its server, such as what certbot wrote: that is left out and told.
Result<ImportPlan> readExpanded(const QString &path, bool isFragment)
{
    const Result<ParseOutcome> parsed = parseConfigFile(path);
    if (!parsed)
        return parsed.error();
    if (!parsed->ok())
        return firstError(parsed->diagnostics);
    ExpandOutcome expanded = expandIncludes(isFragment ? completeFragment(parsed->tree).tree : parsed->tree);
    ImportPlan plan;
    for (const Diagnostic &diagnostic : std::as_const(expanded.diagnostics)) {
        if (!isMissingFile(diagnostic))
            return firstError({diagnostic});
        plan.missing += diagnostic;
    }
    plan.expanded = std::move(expanded.tree);
    return plan;
}

// Where it stood: in front of the first line of its file that comes later.
void addMissing(ImportReport &report, const Diagnostic &diagnostic)
{
    const ImportLine line{diagnostic.where, u"include"_s, ImportVerdict::Ignored, diagnostic.message};
    const auto place = std::find_if(report.lines.begin(), report.lines.end(), [&](const ImportLine &other) {
        return other.where.file == line.where.file && other.where.line > line.where.line;
    });
    report.lines.insert(place, line);
}

Result<void> writeWhole(const QString &path, const QByteArray &text)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return Error{ErrorCode::FileNotWritable, u"cannot write %1: %2"_s.arg(path, file.errorString())};
    return {};
}

} // namespace

void ImportPlan::changeOverlay(const Overlay &changed)
{
    overlay = changed;
    report = reportImport(expanded, overlay, version);
    for (const Diagnostic &diagnostic : missing)
        addMissing(report, diagnostic);
}

ConfigTree ImportPlan::copy() const
{
    ConfigTree tree = importedCopy(expanded);
    for (const Diagnostic &diagnostic : missing) {
        const QString text = u"# not here: include in %1:%2: %3"_s.arg(QFileInfo(diagnostic.where.file).fileName())
                                 .arg(diagnostic.where.line)
                                 .arg(diagnostic.message);
        tree.nodes.insert(tree.nodes.begin(), ConfigNode::makeComment(text.toUtf8()));
    }
    return tree;
}

Result<ImportPlan> planImport(const QString &path, const ImportOptions &options)
{
    Result<ImportPlan> read = readExpanded(path, options.isFragment);
    if (!read)
        return read.error();
    ImportPlan plan = std::move(*read);
    if (!plan.expanded.child("http"))
        return Error{ErrorCode::MissingDirective,
                     u"there is no http block in it"_s,
                     {path, 0, 0},
                     u"import the main nginx.conf, which includes the others"_s};
    plan.version = options.version;
    const QString prefix = options.prefix.isEmpty() ? QFileInfo(path).absolutePath() : options.prefix;
    const Overlay proposed =
        proposeOverlay(plan.expanded, options.facts ? *options.facts : factsOfThisDesk(prefix), options.overlayPath);
    // Read back, so that relative paths are those of the overlay's folder and positions those of its lines.
    plan.changeOverlay(parseOverlay(writeOverlay(proposed), options.overlayPath).overlay);
    return plan;
}

Result<void> makeOverlayFolders(const Overlay &overlay)
{
    const QDir folder = QFileInfo(overlay.fileName).absoluteDir();
    for (const OverlayMapping &mapping : overlay.mappings) {
        const QString path = QString::fromUtf8(mapping.to);
        const bool below = mapping.kind == OverlayMapping::Kind::Path && path.startsWith(folder.absolutePath() + u'/')
                           && !QFileInfo::exists(path);
        if (below && !QDir().mkpath(path))
            return Error{ErrorCode::FileNotWritable, u"cannot make the folder %1"_s.arg(path)};
    }
    return {};
}

Result<QStringList> writeImport(const ImportPlan &plan, const QString &copyPath, bool overwrite)
{
    const QStringList paths = {copyPath, plan.overlay.fileName};
    for (const QString &path : paths) {
        if (!overwrite && QFileInfo::exists(path))
            return Error{ErrorCode::AlreadyExists,
                         u"%1 is there already"_s.arg(path),
                         {},
                         u"name another file with -o, or say --force to overwrite it"_s};
    }
    if (!QDir().mkpath(QFileInfo(copyPath).absolutePath()))
        return Error{ErrorCode::FileNotWritable, u"cannot make the folder %1"_s.arg(QFileInfo(copyPath).path())};
    if (const auto made = makeOverlayFolders(plan.overlay); !made)
        return made.error();
    if (const auto done = writeWhole(copyPath, writeConfig(plan.copy())); !done)
        return done.error();
    if (const auto done = writeWhole(plan.overlay.fileName, writeOverlay(plan.overlay)); !done)
        return done.error();
    return paths;
}

} // namespace portlight
