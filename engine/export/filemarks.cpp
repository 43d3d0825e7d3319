// SPDX-License-Identifier: GPL-3.0-or-later
#include "export/filemarks.h"

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

ConfigNode markOf(const QString &file, const QString &mainFile, bool first)
{
    const QString folder = QFileInfo(mainFile).path() + u'/';
    const QString name = file.startsWith(folder) ? file.mid(folder.size()) : file;
    ConfigNode comment = ConfigNode::makeComment("# --- " + name.toUtf8());
    comment.blankLineBefore = !first;
    return comment;
}

std::vector<ConfigNode> marked(const std::vector<ConfigNode> &nodes, const QString &file, const QString &mainFile)
{
    std::vector<ConfigNode> all;
    all.reserve(nodes.size());
    QString current = file;
    for (const ConfigNode &node : nodes) {
        const QString own = node.position.file.isEmpty() ? current : node.position.file;
        if (own != current && own != file)
            all.push_back(markOf(own, mainFile, all.empty()));
        current = own;
        all.push_back(node);
        if (node.isBlock())
            all.back().children = marked(node.children, own, mainFile);
    }
    return all;
}

} // namespace

ConfigTree withFileMarks(const ConfigTree &expandedTree)
{
    ConfigTree tree;
    tree.fileName = expandedTree.fileName;
    tree.nodes = marked(expandedTree.nodes, expandedTree.fileName, expandedTree.fileName);
    return tree;
}

} // namespace portlight
