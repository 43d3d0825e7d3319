// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/overlay.h"

#include "config/configfile.h"
#include "config/directivehints.h"
#include "config/parser.h"
#include "config/values.h"

#include <QDir>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Kind = OverlayMapping::Kind;

struct KindWords {
    Kind kind;
    const char *directive;
    const char *heading; // in a written overlay
};

constexpr KindWords Kinds[] = {
    {Kind::Listen, "portlight_listen", "Addresses: as written, and here."},
    {Kind::Certificate, "portlight_certificate",
     "Certificates: \"plain\" serves without TLS here, \"local\" with one of the local authority."},
    {Kind::Name, "portlight_name", "Names that lead to the same servers here."},
    {Kind::Peer, "portlight_peer", "Backends: as written, and here."},
    {Kind::Path, "portlight_path", "Paths: as written, and here."},
};

constexpr const char *Heading = "# What differs on this desk. It is laid over the configuration when that is served "
                                "or checked, and is never exported.";

QString text(QByteArrayView bytes)
{
    return QString::fromUtf8(bytes);
}

// Reads the directives of one overlay.
class OverlayReader
{
public:
    explicit OverlayReader(const QString &fileName) { m_outcome.overlay.fileName = fileName; }

    void read(const ConfigTree &tree);
    OverlayOutcome take() { return std::move(m_outcome); }

private:
    void readStatement(const ConfigNode &node);
    Result<void> check(const OverlayMapping &mapping) const;
    void fail(const ConfigNode &node, ErrorCode code, const QString &message, const QString &hint = {});
    // A path of the overlay starts from its folder.
    QByteArray absolute(QByteArrayView path) const;

    OverlayOutcome m_outcome;
};

void OverlayReader::fail(const ConfigNode &node, ErrorCode code, const QString &message, const QString &hint)
{
    m_outcome.diagnostics.append({Severity::Error, code, message, node.position, hint});
}

QByteArray OverlayReader::absolute(QByteArrayView path) const
{
    const QDir folder = QFileInfo(m_outcome.overlay.fileName).absoluteDir();
    return QDir::cleanPath(folder.filePath(text(path))).toUtf8();
}

Result<void> OverlayReader::check(const OverlayMapping &mapping) const
{
    switch (mapping.kind) {
    case Kind::Listen:
        for (const QByteArray &address : {mapping.from, mapping.to}) {
            if (const Result<Listen> listen = parseListen({address}); !listen)
                return listen.error();
        }
        return {};
    case Kind::Peer:
        for (const QByteArray &address : {mapping.from, mapping.to}) {
            const QByteArrayView rest = address.startsWith("http://") ? QByteArrayView(address).sliced(7) : address;
            if (const Result<PeerAddress> peer = parsePeerAddress(rest, 80); !peer)
                return peer.error();
        }
        return {};
    case Kind::Certificate:
        if (mapping.isFile() && mapping.key.isEmpty())
            return Error{ErrorCode::InvalidValue,
                         u"a certificate needs its key behind it"_s,
                         {},
                         u"write \"plain\" to serve without TLS here, or \"local\" for the local authority's"_s};
        return {};
    case Kind::Name:
    case Kind::Path: return {};
    }
    Q_UNREACHABLE();
}

void OverlayReader::readStatement(const ConfigNode &node)
{
    const auto words = std::find_if(std::begin(Kinds), std::end(Kinds),
                                    [&](const KindWords &each) { return node.name == each.directive; });
    if (words == std::end(Kinds))
        return fail(node, ErrorCode::UnknownDirective, u"\"%1\" does not belong in an overlay"_s.arg(text(node.name)),
                    unknownDirectiveHint(node.name, ConfigContext::Overlay));
    const DirectiveSpec *const spec = findDirective(node.name, ConfigContext::Overlay);
    const int count = static_cast<int>(node.arguments.size());
    if (node.isBlock() || count < spec->argumentsMin || count > spec->argumentsMax)
        return fail(node, ErrorCode::WrongArgumentCount,
                    u"invalid number of arguments in \"%1\" directive"_s.arg(text(node.name)),
                    node.isBlock() ? QString() : argumentCountHint(*spec, count));
    OverlayMapping mapping;
    mapping.kind = words->kind;
    mapping.where = node.position;
    mapping.from = node.argument(0).toByteArray();
    mapping.to = node.argument(1).toByteArray();
    mapping.key = node.argument(2).toByteArray();
    if (const Result<void> valid = check(mapping); !valid)
        return fail(node, valid.error().code, u"%1 in \"%2\" directive"_s.arg(valid.error().message, text(node.name)),
                    valid.error().hint);
    if (m_outcome.overlay.find(mapping.kind, mapping.from) && mapping.kind != Kind::Name)
        return fail(node, ErrorCode::DuplicateDirective,
                    u"\"%1\" is mapped twice by \"%2\""_s.arg(text(mapping.from), text(node.name)));
    if (mapping.kind == Kind::Path)
        mapping.to = absolute(mapping.to);
    if (mapping.kind == Kind::Certificate && mapping.isFile()) {
        mapping.to = absolute(mapping.to);
        mapping.key = absolute(mapping.key);
    }
    m_outcome.overlay.mappings.push_back(std::move(mapping));
}

void OverlayReader::read(const ConfigTree &tree)
{
    for (const ConfigNode &node : tree.nodes) {
        std::vector<OverlayMapping> &mappings = m_outcome.overlay.mappings;
        if (!node.isComment())
            readStatement(node);
        else if (node.onSameLine && !mappings.empty() && mappings.back().where.line == node.position.line)
            mappings.back().reason = node.comment.mid(1).trimmed();
    }
}

// `folder`: of the overlay, with a slash; paths in it are written relative, so that it can be moved as a whole.
ConfigNode nodeOf(const OverlayMapping &mapping, const QByteArray &folder)
{
    const bool path = mapping.kind == Kind::Path || mapping.kind == Kind::Certificate;
    const auto relative = [&](const QByteArray &text) {
        return path && !folder.isEmpty() && text.startsWith(folder) && text.size() > folder.size()
                   ? text.mid(folder.size())
                   : text;
    };
    std::vector<QByteArray> words = {mapping.from, relative(mapping.to)};
    if (!mapping.key.isEmpty())
        words.push_back(relative(mapping.key));
    return ConfigNode::directive(overlayDirective(mapping.kind), words);
}

} // namespace

QByteArray overlayDirective(OverlayMapping::Kind kind)
{
    for (const KindWords &words : Kinds) {
        if (words.kind == kind)
            return words.directive;
    }
    Q_UNREACHABLE();
}

const OverlayMapping *Overlay::find(OverlayMapping::Kind kind, QByteArrayView from) const
{
    const auto found = std::find_if(mappings.begin(), mappings.end(), [&](const OverlayMapping &mapping) {
        return mapping.kind == kind && mapping.from == from;
    });
    return found == mappings.end() ? nullptr : &*found;
}

OverlayOutcome parseOverlay(QByteArrayView text, const QString &fileName)
{
    const ParseOutcome parsed = parseConfig(text, fileName);
    OverlayReader reader(fileName);
    if (parsed.ok())
        reader.read(parsed.tree);
    OverlayOutcome outcome = reader.take();
    outcome.diagnostics = parsed.diagnostics + outcome.diagnostics;
    return outcome;
}

OverlayOutcome readOverlayFile(const QString &path)
{
    const Result<QByteArray> read = readConfigFile(path);
    if (!read)
        return {{path, {}}, {Diagnostic::fromError(read.error())}};
    return parseOverlay(*read, path);
}

QByteArray writeOverlay(const Overlay &overlay)
{
    const QByteArray folder =
        overlay.fileName.isEmpty() ? QByteArray() : QFileInfo(overlay.fileName).absolutePath().toUtf8() + '/';
    ConfigTree tree;
    tree.nodes.push_back(ConfigNode::makeComment(Heading));
    for (const KindWords &words : Kinds) {
        bool first = true;
        for (const OverlayMapping &mapping : overlay.mappings) {
            if (mapping.kind != words.kind)
                continue;
            if (std::exchange(first, false)) {
                tree.nodes.push_back(ConfigNode::makeComment(words.heading));
                tree.nodes.back().blankLineBefore = true;
            }
            tree.nodes.push_back(nodeOf(mapping, folder));
            if (mapping.reason.isEmpty())
                continue;
            tree.nodes.push_back(ConfigNode::makeComment("# " + mapping.reason));
            tree.nodes.back().onSameLine = true;
        }
    }
    return writeConfig(tree);
}

} // namespace portlight
