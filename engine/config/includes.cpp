// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/includes.h"

#include "config/configfile.h"
#include "config/fileglob.h"
#include "config/parser.h"
#include "config/parserlimits.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHash>

#include <algorithm>
#include <memory>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// What an include means depends on the block it stands in.
enum class IncludeKind : quint8 {
    Files, // names and patterns
    None,  // an entry like any other (split_clients, charset_map)
};

IncludeKind kindInside(const ConfigNode &block, IncludeKind outside)
{
    if (block.name == "split_clients" || block.name == "charset_map")
        return IncludeKind::None;
    return outside;
}

bool isInclude(const ConfigNode &node)
{
    return node.kind == ConfigNode::Kind::Directive && node.name == "include" && node.arguments.size() == 1;
}

QString folderOf(const QString &file)
{
    const qsizetype slash = file.lastIndexOf(u'/');
    return slash < 0 ? QString() : file.first(slash + 1);
}

// Replaces includes, the innermost files first. Lives for one expandIncludes().
class IncludeExpander
{
public:
    IncludeExpander(ExpandOutcome &outcome, const IncludeOptions &options, QString folder)
        : m_outcome(outcome)
        , m_options(options)
        , m_folder(std::move(folder))
    {
        m_open.append(canonical(outcome.tree.fileName));
    }

    void expand(std::vector<ConfigNode> &nodes, IncludeKind kind, size_t depth);

private:
    using Nodes = std::vector<ConfigNode>;

    void expandOne(const ConfigNode &include, IncludeKind kind, size_t depth, Nodes &into);
    void takeFile(const QString &path, const ConfigNode &include, IncludeKind kind, size_t depth, Nodes &into);
    bool mayOpen(const QString &path, const QString &real, const ConfigNode &include);
    std::shared_ptr<const Nodes> read(const QString &path, const ConfigNode &include);
    bool countsOne(const ConfigNode &node);
    void report(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint = {});
    static QString canonical(const QString &path) { return QFileInfo(path).canonicalFilePath(); }

    ExpandOutcome &m_outcome;
    const IncludeOptions &m_options;
    const QString m_folder;
    QStringList m_open;                                   // the files being read, outermost first, by their real path
    QHash<QString, std::shared_ptr<const Nodes>> m_files; // null: it could not be read
    qsizetype m_statements = 0;
    qint64 m_bytes = 0;
    bool m_full = false; // a limit was passed: nothing more is read
};

void IncludeExpander::report(ErrorCode code, const QString &message, const TextPosition &where, const QString &hint)
{
    m_outcome.diagnostics.append({Severity::Error, code, message, where, hint});
}

bool IncludeExpander::countsOne(const ConfigNode &node)
{
    if (m_full)
        return false;
    if (++m_statements <= m_options.statementsMax)
        return true;
    m_full = true;
    report(ErrorCode::SyntaxError, u"the configuration has more than %1 statements"_s.arg(m_options.statementsMax),
           node.position, u"do its files include each other?"_s);
    return false;
}

void IncludeExpander::expand(Nodes &nodes, IncludeKind kind, size_t depth)
{
    const bool rebuild = kind != IncludeKind::None && std::any_of(nodes.begin(), nodes.end(), isInclude);
    Nodes result;
    for (ConfigNode &node : nodes) {
        if (!countsOne(node))
            break;
        if (rebuild && isInclude(node)) {
            expandOne(node, kind, depth, result);
            continue;
        }
        if (node.isBlock()) {
            // Each file may nest as deep as the parser lets it: together they may not.
            if (depth >= ConfigDepthMax)
                report(ErrorCode::SyntaxError, u"blocks are nested more than %1 deep"_s.arg(ConfigDepthMax),
                       node.position);
            else
                expand(node.children, kindInside(node, kind), depth + 1);
        }
        if (rebuild)
            result.push_back(std::move(node));
    }
    if (rebuild)
        nodes = std::move(result);
}

void IncludeExpander::expandOne(const ConfigNode &include, IncludeKind kind, size_t depth, Nodes &into)
{
    const QByteArray &written = include.arguments.front().value;
    const QString name = QFile::decodeName(m_options.relocate ? m_options.relocate(written) : written);
    const QString path = QDir::isAbsolutePath(name) ? name : m_folder + name;
    const size_t before = into.size();
    if (!isFileGlob(path)) {
        takeFile(path, include, kind, depth, into);
    } else {
        const Result<QStringList> files = filesOfGlob(path);
        if (!files)
            return report(files.error().code, files.error().message, include.position);
        const QString folder = folderOf(path);
        if (!m_outcome.folders.contains(folder))
            m_outcome.folders.append(folder);
        for (const QString &file : *files)
            takeFile(file, include, kind, depth, into);
    }
    if (into.size() > before)
        into[before].blankLineBefore = include.blankLineBefore;
}

bool IncludeExpander::mayOpen(const QString &path, const QString &real, const ConfigNode &include)
{
    const qsizetype first = m_open.indexOf(real);
    if (first >= 0 && !real.isEmpty()) {
        const QStringList way = m_open.mid(first) + QStringList{real};
        report(ErrorCode::SyntaxError, u"\"%1\" includes itself"_s.arg(path), include.position,
               way.size() > 2 ? u"the way is "_s + way.join(u" → "_s) : QString());
        return false;
    }
    if (m_open.size() > m_options.depthMax) {
        report(ErrorCode::SyntaxError, u"includes are nested more than %1 deep"_s.arg(m_options.depthMax),
               include.position);
        return false;
    }
    return true;
}

void IncludeExpander::takeFile(const QString &path, const ConfigNode &include, IncludeKind kind, size_t depth,
                               Nodes &into)
{
    const QString real = canonical(path);
    if (m_full || !mayOpen(path, real, include))
        return;
    const std::shared_ptr<const Nodes> nodes = read(path, include);
    if (!nodes)
        return;
    Nodes copy = *nodes;
    m_open.append(real);
    expand(copy, kind, depth);
    m_open.removeLast();
    into.insert(into.end(), std::make_move_iterator(copy.begin()), std::make_move_iterator(copy.end()));
}

// A file is read once however often it is included: proxy_params may stand in each of ten thousand locations.
std::shared_ptr<const IncludeExpander::Nodes> IncludeExpander::read(const QString &path, const ConfigNode &include)
{
    if (const auto known = m_files.constFind(path); known != m_files.constEnd())
        return *known;
    std::shared_ptr<const Nodes> &slot = m_files[path];
    const Result<QByteArray> text = readConfigFile(path);
    if (!text) {
        report(text.error().code, text.error().message, include.position, text.error().hint);
        return nullptr;
    }
    m_outcome.files.append(path);
    m_bytes += text->size();
    if (m_bytes > m_options.bytesMax) {
        m_full = true;
        report(ErrorCode::SyntaxError, u"the included files have more than %1 bytes"_s.arg(m_options.bytesMax),
               include.position);
        return nullptr;
    }
    ParseOutcome parsed = parseConfig(*text, path);
    m_outcome.diagnostics += parsed.diagnostics;
    slot = std::make_shared<const Nodes>(std::move(parsed.tree.nodes));
    return slot;
}

} // namespace

ExpandOutcome expandIncludes(const ConfigTree &tree, const IncludeOptions &options)
{
    ExpandOutcome outcome;
    outcome.tree = tree;
    if (!hasIncludes(tree.nodes))
        return outcome;
    const QString folder = options.folder.isEmpty() ? folderOf(tree.fileName) : options.folder + u'/';
    IncludeExpander(outcome, options, folder).expand(outcome.tree.nodes, IncludeKind::Files, 0);
    return outcome;
}

bool hasIncludes(const std::vector<ConfigNode> &nodes)
{
    return std::any_of(nodes.begin(), nodes.end(),
                       [](const ConfigNode &node) { return isInclude(node) || hasIncludes(node.children); });
}

} // namespace portlight
