// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/nginxexporter.h"

#include "config/domainhttps.h"
#include "config/domaintree.h"
#include "config/parser.h"
#include "config/variables.h"
#include "export/filemarks.h"
#include "export/localcertificates.h"
#include "export/peerparameters.h"
#include "export/productionservers.h"
#include "export/servertree.h"
#include "export/splitexport.h"
#include "export/targetversion.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using namespace domaintree;

// Makes nginx's tree out of ours: one instance an export.
class NginxTranslator
{
public:
    explicit NginxTranslator(const NginxExportOptions &options)
        : m_options(options)
    {}

    std::vector<ConfigNode> translate(const std::vector<ConfigNode> &nodes, ConfigContext context);
    void dropUnusedUpstreams(ConfigNode &http) const;
    void dropUnusedUpgradeMap(ConfigNode &http) const;
    Diagnostics takeLosses() { return std::move(m_losses); }

private:
    bool keeps(const ConfigNode &node, ConfigContext context);
    bool keepsServer(const ConfigNode &server);
    bool keepsKnown(const ConfigNode &node, const DirectiveSpec &spec);
    void noteOwnDomain(const ConfigNode &node);
    void lose(const QString &message, const ConfigNode &node, const QString &hint = {});

    NginxExportOptions m_options;
    Diagnostics m_losses;
    std::vector<ConfigNode> m_droppedServers;
    bool m_ownDomainNoted = false;
    bool m_hasOwnDomain = false;
};

ConfigContext contextInside(QByteArrayView block, ConfigContext outside)
{
    if (block == "http")
        return ConfigContext::Http;
    if (block == "server")
        return ConfigContext::Server;
    if (block == "location" || block == "if" || block == "limit_except")
        return ConfigContext::Location;
    if (block == "upstream")
        return ConfigContext::Upstream;
    if (block == "events")
        return ConfigContext::Events;
    return outside == ConfigContext::Main ? ConfigContext::Main : ConfigContext::Other;
}

void collectVariables(const ConfigNode &node, QSet<QByteArray> &names)
{
    for (const ConfigArgument &argument : node.arguments) {
        for (const QByteArray &name : variablesOfTemplate(argument.value).names)
            names.insert(name);
    }
    for (const ConfigNode &child : node.children)
        collectVariables(child, names);
}

void NginxTranslator::lose(const QString &message, const ConfigNode &node, const QString &hint)
{
    m_losses.append({Severity::Warning, ErrorCode::ExportLoss, message, node.position, hint});
}

bool NginxTranslator::keepsServer(const ConfigNode &server)
{
    if (isEnabled(server))
        return true;
    const std::vector<QByteArray> names = namesOf(server);
    const QString name =
        names.empty() ? u"a server without a name"_s : u"\"%1\""_s.arg(QString::fromUtf8(names.front()));
    lose(u"%1 is switched off and left out"_s.arg(name), server, u"switch it on to export it"_s);
    m_droppedServers.push_back(server);
    return false;
}

void NginxTranslator::noteOwnDomain(const ConfigNode &node)
{
    m_hasOwnDomain = true;
    if (m_ownDomainNoted || node.argument(0).compare("on", Qt::CaseInsensitive) != 0)
        return;
    m_ownDomainNoted = true;
    m_losses.append({Severity::Note,
                     ErrorCode::ExportLoss,
                     u"pages that explain errors are Portlight's own; nginx answers with its own pages"_s,
                     node.position,
                     {}});
}

bool NginxTranslator::keepsKnown(const ConfigNode &node, const DirectiveSpec &spec)
{
    const QString name = QString::fromLatin1(spec.name);
    if (spec.support == DirectiveSupport::Own) {
        if (node.name == "portlight_domain")
            noteOwnDomain(node);
        return false;
    }
    if (!spec.openSource) {
        lose(u"\"%1\" is left out: %2"_s.arg(name, QString::fromUtf8(spec.note)), node);
        return false;
    }
    if (spec.since > m_options.version) {
        lose(u"\"%1\" is left out: it came with nginx %2, the target is %3"_s.arg(
                 name, QString::fromLatin1(spec.since.toString()), QString::fromLatin1(m_options.version.toString())),
             node, u"export for a newer nginx"_s);
        return false;
    }
    return true;
}

// The heading of a new portlight.conf speaks of this machine.
bool isOwnHeading(const ConfigNode &node, ConfigContext context)
{
    if (context != ConfigContext::Main || !node.isComment())
        return false;
    static const QByteArray heading = emptyConfig({}).nodes.front().comment;
    return node.comment == heading;
}

bool NginxTranslator::keeps(const ConfigNode &node, ConfigContext context)
{
    if (isOwnHeading(node, context))
        return false;
    if (node.isComment() || context == ConfigContext::Other)
        return true;
    if (node.isBlock() && node.name == "server" && context == ConfigContext::Http)
        return keepsServer(node);
    if (node.name.startsWith("portlight_") && !findDirective(node.name)) {
        lose(u"\"%1\" is left out: nginx does not know it"_s.arg(QString::fromUtf8(node.name)), node);
        return false;
    }
    const DirectiveSpec *const spec = findDirective(node.name, context);
    return !spec || keepsKnown(node, *spec);
}

std::vector<ConfigNode> NginxTranslator::translate(const std::vector<ConfigNode> &nodes, ConfigContext context)
{
    std::vector<ConfigNode> kept;
    kept.reserve(nodes.size());
    bool droppedBefore = false;
    bool blankPending = false; // a blank line in front of what was left out still parts what is around it
    for (const ConfigNode &node : nodes) {
        const bool commentOfDropped = droppedBefore && node.isComment() && node.onSameLine;
        if (commentOfDropped || !keeps(node, context)) {
            blankPending = blankPending || node.blankLineBefore;
            droppedBefore = true;
            continue;
        }
        droppedBefore = false;
        ConfigNode copy = node;
        copy.blankLineBefore = (node.blankLineBefore || blankPending) && !kept.empty();
        blankPending = false;
        if (node.isBlock())
            copy.children = translate(node.children, contextInside(node.name, context));
        else if (context == ConfigContext::Upstream && node.name == "server")
            m_losses += dropUnknownPeerParameters(copy, m_options.version);
        kept.push_back(std::move(copy));
    }
    return kept;
}

// nginx looks up the hosts of every group at start: one that only a left-out server used could keep it from starting.
void NginxTranslator::dropUnusedUpstreams(ConfigNode &http) const
{
    const auto onlyDropped = [&](const ConfigNode &node) {
        if (!node.isBlock() || node.name != "upstream")
            return false;
        const QByteArray name = node.argument(0).toByteArray();
        const auto uses = [&](const ConfigNode &other) { return passesTo(other, name); };
        return std::any_of(m_droppedServers.begin(), m_droppedServers.end(), uses)
               && std::none_of(http.children.begin(), http.children.end(), uses);
    };
    std::vector<ConfigNode> kept;
    for (const ConfigNode &node : http.children) {
        if (!onlyDropped(node))
            kept.push_back(node);
    }
    http.children = std::move(kept);
}

// Portlight writes the map with the first domain of its own; only a location that asks for it needs it.
void NginxTranslator::dropUnusedUpgradeMap(ConfigNode &http) const
{
    if (!m_hasOwnDomain)
        return;
    QSet<QByteArray> used;
    for (const ConfigNode &node : http.children) {
        if (node.name != "map")
            collectVariables(node, used);
    }
    if (used.contains("connection_upgrade"_ba))
        return;
    std::erase_if(http.children, [](const ConfigNode &node) {
        return node.isBlock() && node.name == "map" && node.argument(1) == "$connection_upgrade";
    });
}

// nginx does not start without an events block (src/event/ngx_event.c).
void ensureEvents(std::vector<ConfigNode> &nodes)
{
    const auto named = [](QByteArrayView name) {
        return [name](const ConfigNode &node) { return node.isBlock() && node.name == name; };
    };
    if (std::any_of(nodes.begin(), nodes.end(), named("events")))
        return;
    auto place = std::find_if(nodes.begin(), nodes.end(), named("http"));
    ConfigNode events = ConfigNode::block("events");
    events.blankLineBefore = place != nodes.begin();
    if (place != nodes.end())
        place->blankLineBefore = true;
    nodes.insert(place, std::move(events));
}

std::vector<ConfigNode> withoutHttp(std::vector<ConfigNode> nodes)
{
    for (ConfigNode &node : nodes) {
        if (node.name == "http" && node.isBlock())
            return std::move(node.children);
    }
    return {};
}

// The maps and groups of http that one server leans on, and the server itself.
ConfigTree partsOf(const ConfigNode &http, const ConfigNode &server)
{
    QSet<QByteArray> variables;
    collectVariables(server, variables);
    ConfigTree parts;
    for (const ConfigNode &node : http.children) {
        const bool map = node.isBlock() && node.name == "map" && node.arguments.size() == 2
                         && variables.contains(node.arguments[1].value.mid(1).toLower());
        const bool group = node.isBlock() && node.name == "upstream" && passesTo(server, node.argument(0));
        if (!map && !group && &node != &server)
            continue;
        parts.nodes.push_back(node);
        parts.nodes.back().blankLineBefore = parts.nodes.size() > 1;
    }
    return parts;
}

} // namespace

ExportResult exportNginx(const ConfigTree &tree, const NginxExportOptions &options)
{
    NginxTranslator translator(options);
    ConfigTree translated;
    translated.fileName = u"nginx.conf"_s;
    ConfigTree spelled = withFileMarks(tree);
    Diagnostics losses;
    if (ConfigNode *http = spelled.child("http")) {
        spellHttp2(*http, options);
        writeCertificatePaths(*http, options, losses);
    }
    translated.nodes = translator.translate(spelled.nodes, ConfigContext::Main);
    if (ConfigNode *http = translated.child("http")) {
        translator.dropUnusedUpstreams(*http);
        translator.dropUnusedUpgradeMap(*http);
        makeProductionServers(*http, options, losses);
        if (options.forVersion)
            writeChangedDefaults(*http, options, losses);
    }
    if (options.onlyServerBlocks)
        translated.nodes = withoutHttp(std::move(translated.nodes));
    else
        ensureEvents(translated.nodes);
    ExportResult result;
    result.tree = translated;
    if (options.filePerDomain)
        result.files = splitByDomain(translated);
    result.files.prepend({translated.fileName, writeConfig(translated)});
    result.losses = translator.takeLosses() + losses;
    return result;
}

QByteArray previewDomainAsNginx(const ConfigTree &tree, int domainIndex)
{
    const std::vector<const ConfigNode *> servers = serversOf(tree);
    if (domainIndex < 0 || static_cast<size_t>(domainIndex) >= servers.size())
        return {};
    const ConfigNode &http = *tree.child("http");
    ConfigTree parts = partsOf(http, *servers[static_cast<size_t>(domainIndex)]);
    for (ConfigNode &node : parts.nodes) {
        if (node.name != "server")
            continue;
        // Shown also while it is switched off: what it would be.
        std::erase_if(node.children, [](const ConfigNode &child) { return child.name == "portlight_enabled"; });
        Diagnostics shownElsewhere;
        writeCertificatePaths(node, usesLocalCertificate(http, node), shownElsewhere);
    }
    NginxTranslator translator({});
    parts.nodes = translator.translate(parts.nodes, ConfigContext::Http);
    return writeConfig(parts);
}

} // namespace portlight
