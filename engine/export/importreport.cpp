// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/importreport.h"

#include "config/parser.h"
#include "config/validate.h"
#include "export/filemarks.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qsizetype ShownDirectiveMax = 60; // characters

bool isEntries(const ConfigNode &block)
{
    return block.name == "map" || block.name == "geo" || block.name == "types" || block.name == "split_clients"
           || block.name == "charset_map" || block.name == "match" || block.name.endsWith("_by_lua_block");
}

ConfigContext inside(const ConfigNode &block, ConfigContext outside)
{
    constexpr std::pair<const char *, ConfigContext> contexts[] = {
        {"http", ConfigContext::Http},         {"server", ConfigContext::Server},
        {"location", ConfigContext::Location}, {"upstream", ConfigContext::Upstream},
        {"events", ConfigContext::Events},     {"limit_except", ConfigContext::LimitExcept},
    };
    for (const auto &[name, context] : contexts) {
        if (block.name == name)
            return context;
    }
    if (block.name == "if")
        return outside == ConfigContext::Server ? ConfigContext::ServerIf : ConfigContext::LocationIf;
    return ConfigContext::Other;
}

QString shown(const ConfigNode &node)
{
    QString text = QString::fromUtf8(node.name);
    for (const ConfigArgument &argument : node.arguments)
        text += u' ' + QString::fromUtf8(argument.written.isEmpty() ? argument.value : argument.written).simplified();
    if (text.size() > ShownDirectiveMax)
        text = text.left(ShownDirectiveMax - 1) + u'…';
    return text;
}

bool before(const TextPosition &a, const TextPosition &b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

QString placeOf(const TextPosition &position)
{
    return u"%1:%2:%3"_s.arg(position.file).arg(position.line).arg(position.column);
}

// One report: walks the tree once to know the statements, and once more for their lines.
class Reporter
{
public:
    explicit Reporter(ImportReport &report)
        : m_report(report)
    {}

    void collect(const std::vector<ConfigNode> &nodes);
    void takeFindings(const Diagnostics &diagnostics);
    void takeEffects(const std::vector<OverlayEffect> &effects);
    void walk(const std::vector<ConfigNode> &nodes, ConfigContext context, const QString &ignoredBecause);

private:
    ImportLine lineOf(const ConfigNode &node, const DirectiveSpec *spec, const QString &ignoredBecause) const;
    void add(const ImportLine &line);

    ImportReport &m_report;
    QHash<QString, std::vector<TextPosition>> m_statements; // of a file, sorted
    QHash<QString, QStringList> m_findings;                 // by the place of their statement
    QHash<QString, QStringList> m_errors;
    QHash<QString, QStringList> m_effects;
    QHash<QString, QStringList> m_additions;
    QSet<QString> m_said;
};

void Reporter::collect(const std::vector<ConfigNode> &nodes)
{
    for (const ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        m_statements[node.position.file].push_back(node.position);
        if (node.isBlock() && !isEntries(node))
            collect(node.children);
    }
    for (std::vector<TextPosition> &positions : m_statements)
        std::sort(positions.begin(), positions.end(), before);
}

// A finding may point at an argument: it belongs to the last statement that begins before it.
void Reporter::takeFindings(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics) {
        const auto file = m_statements.constFind(diagnostic.where.file);
        if (file == m_statements.constEnd() || diagnostic.severity == Severity::Note)
            continue;
        const auto behind = std::upper_bound(file->begin(), file->end(), diagnostic.where, before);
        if (behind == file->begin())
            continue;
        const QString place = placeOf(*std::prev(behind));
        (diagnostic.severity == Severity::Error ? m_errors : m_findings)[place] += diagnostic.message;
    }
}

void Reporter::takeEffects(const std::vector<OverlayEffect> &effects)
{
    for (const OverlayEffect &effect : effects) {
        QStringList &texts = effect.adds ? m_additions[placeOf(effect.where)] : m_effects[placeOf(effect.where)];
        if (!texts.contains(effect.what))
            texts += effect.what;
    }
}

ImportLine Reporter::lineOf(const ConfigNode &node, const DirectiveSpec *spec, const QString &ignoredBecause) const
{
    ImportLine line{node.position, shown(node), ImportVerdict::Same, {}};
    const QString place = placeOf(node.position);
    const QString note = spec ? QString::fromUtf8(spec->note) : QString();
    const auto ignore = [&](const QString &reason) {
        line.verdict = ImportVerdict::Ignored;
        line.reason = reason;
        return line;
    };
    if (!ignoredBecause.isEmpty())
        return ignore(ignoredBecause);
    if (!spec)
        return ignore(u"neither nginx nor Portlight knows it; it is a comment in the copy"_s);
    if (m_errors.contains(place))
        return ignore(m_errors.value(place).join(u"; "_s));
    if (spec->support == DirectiveSupport::Accepted)
        return ignore(note);
    if (spec->support == DirectiveSupport::NotYet && m_findings.contains(place))
        return ignore(note.isEmpty() ? u"it is not run yet"_s : note);
    QStringList reasons = m_effects.value(place);
    if (spec->support == DirectiveSupport::Runs)
        reasons += m_findings.value(place);
    if (!reasons.isEmpty()) {
        line.verdict = ImportVerdict::Approximated;
        line.reason = reasons.join(u"; "_s);
    } else {
        line.reason = m_additions.value(place).join(u"; "_s);
    }
    return line;
}

// A file that is included many times is told once, as long as the same becomes of it.
void Reporter::add(const ImportLine &line)
{
    const QString key = placeOf(line.where) + u' ' + QString::number(int(line.verdict)) + line.reason;
    if (m_said.contains(key))
        return;
    m_said.insert(key);
    m_report.lines += line;
}

void Reporter::walk(const std::vector<ConfigNode> &nodes, ConfigContext context, const QString &ignoredBecause)
{
    for (const ConfigNode &node : nodes) {
        if (node.isComment())
            continue;
        const DirectiveSpec *const spec = findDirective(node.name, context);
        const ImportLine line = lineOf(node, spec, ignoredBecause);
        add(line);
        if (!node.isBlock() || isEntries(node))
            continue;
        const bool wholeBlock = line.verdict == ImportVerdict::Ignored && node.name != "events";
        walk(node.children, inside(node, context), wholeBlock ? line.reason : QString());
    }
}

bool isUnknown(const ConfigNode &node, ConfigContext context)
{
    return !node.isComment() && context != ConfigContext::Other && !findDirective(node.name);
}

void addAsComment(const ConfigNode &node, std::vector<ConfigNode> &into)
{
    for (const QByteArray &line : writeConfig(node).split('\n')) {
        if (!line.trimmed().isEmpty())
            into.push_back(ConfigNode::makeComment("# not run: " + line));
    }
}

std::vector<ConfigNode> withoutUnknown(const std::vector<ConfigNode> &nodes, ConfigContext context)
{
    std::vector<ConfigNode> kept;
    for (const ConfigNode &node : nodes) {
        if (isUnknown(node, context)) {
            addAsComment(node, kept);
            continue;
        }
        kept.push_back(node);
        if (node.isBlock() && !isEntries(node))
            kept.back().children = withoutUnknown(node.children, inside(node, context));
    }
    return kept;
}

} // namespace

QString verdictName(ImportVerdict verdict)
{
    switch (verdict) {
    case ImportVerdict::Same: return u"runs the same"_s;
    case ImportVerdict::Approximated: return u"approximated"_s;
    case ImportVerdict::Ignored: return u"ignored"_s;
    }
    Q_UNREACHABLE();
}

QString ImportLine::toString() const
{
    const QString because = verdict == ImportVerdict::Same ? u"; "_s : u", because "_s;
    return u"%1:%2: directive %3: %4%5"_s.arg(where.file)
        .arg(where.line)
        .arg(directive, verdictName(verdict), reason.isEmpty() ? QString() : because + reason);
}

int ImportReport::count(ImportVerdict verdict) const
{
    return int(std::count_if(lines.begin(), lines.end(),
                             [verdict](const ImportLine &line) { return line.verdict == verdict; }));
}

ImportReport reportImport(const ConfigTree &expandedTree, const Overlay &overlay, const NginxVersion &version)
{
    ImportReport report;
    std::vector<OverlayEffect> effects;
    ConfigTree served = expandedTree;
    served.nodes = importedCopy(expandedTree).nodes;
    served = applyOverlay(served, overlay, report.diagnostics, &effects);
    report.diagnostics += validateConfig(served, {.version = version});
    Reporter reporter(report);
    reporter.collect(expandedTree.nodes);
    reporter.takeFindings(report.diagnostics);
    reporter.takeEffects(effects);
    reporter.walk(expandedTree.nodes, ConfigContext::Main, {});
    return report;
}

ConfigTree importedCopy(const ConfigTree &expandedTree)
{
    ConfigTree copy = withFileMarks(expandedTree);
    copy.nodes = withoutUnknown(copy.nodes, ConfigContext::Main);
    return copy;
}

} // namespace portlight
