// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/securityheaders.h"

#include "export/servertree.h"

namespace portlight {

namespace {

using namespace servertree;

struct SecurityHeader {
    const char *name;
    const char *value;
    bool onlyTls;
};

// One year, and this host alone: enough to be remembered, and it can still be taken back by sending max-age=0.
constexpr SecurityHeader Headers[] = {
    {"X-Content-Type-Options", "nosniff", false},
    {"X-Frame-Options", "SAMEORIGIN", false},
    {"Referrer-Policy", "strict-origin-when-cross-origin", false},
    {"Strict-Transport-Security", "max-age=31536000", true},
};

bool has(const std::vector<const ConfigNode *> &present, const char *name)
{
    return std::any_of(present.begin(), present.end(), [&](const ConfigNode *node) {
        return node->argument(0).compare(QByteArrayView(name), Qt::CaseInsensitive) == 0;
    });
}

std::vector<ConfigNode> missing(const std::vector<const ConfigNode *> &present, bool tls)
{
    std::vector<ConfigNode> added;
    for (const SecurityHeader &header : Headers) {
        if ((!header.onlyTls || tls) && !has(present, header.name))
            added.push_back(ConfigNode::directive("add_header", {header.name, header.value, "always"}));
    }
    return added;
}

void addToLevelsBelow(ConfigNode &level, bool tls)
{
    for (ConfigNode &node : level.children) {
        if (!node.isBlock())
            continue;
        addToLevelsBelow(node, tls);
        const std::vector<const ConfigNode *> present = node.childrenNamed("add_header");
        if (!present.empty())
            insertBehind(node, {"add_header"}, missing(present, tls));
    }
}

void addToServer(ConfigNode &server, const std::vector<const ConfigNode *> &inherited)
{
    const bool tls = std::any_of(server.children.begin(), server.children.end(),
                                 [](const ConfigNode &node) { return isListen(node) && hasWord(node, "ssl"); });
    addToLevelsBelow(server, tls);
    const std::vector<const ConfigNode *> own = server.childrenNamed("add_header");
    std::vector<ConfigNode> added = missing(own.empty() ? inherited : own, tls);
    if (added.empty())
        return;
    if (!own.empty())
        return insertBehind(server, {"add_header"}, std::move(added));
    // Any at this level hides those of http.
    for (auto node = inherited.rbegin(); node != inherited.rend(); ++node)
        added.insert(added.begin(), **node);
    ConfigNode comment = ConfigNode::makeComment("Headers that browsers act on.");
    comment.blankLineBefore = true;
    added.insert(added.begin(), std::move(comment));
    insertBeforeBlocks(server, std::move(added));
}

} // namespace

void addSecurityHeaders(ConfigNode &http)
{
    const ConfigNode asWritten = http;
    const std::vector<const ConfigNode *> inherited = asWritten.childrenNamed("add_header");
    for (ConfigNode *server : serversIn(http)) {
        const ConfigNode *const answer = server->child("return");
        const bool redirects = answer && !server->child("location");
        if (!redirects)
            addToServer(*server, inherited);
    }
}

} // namespace portlight
