// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/tree.h"
#include "config/values.h"

#include <functional>

// How the parts of the nginx exporter read and change server blocks; only they include this.
namespace portlight::servertree {

bool isServer(const ConfigNode &node);
bool isListen(const ConfigNode &node);
std::vector<ConfigNode *> serversIn(ConfigNode &http);
bool hasWord(const ConfigNode &listen, QByteArrayView word);
void addWord(ConfigNode &listen, const QByteArray &word);
void removeWord(ConfigNode &listen, QByteArrayView word);
// The parsed addresses of a listen, or nothing when it cannot be read.
std::vector<ListenAddress> addressesOf(const ConfigNode &listen);
// The names of a server that a client can ask for and a certificate can be for; without "", "_" and expressions.
std::vector<QByteArray> publicNamesOf(const ConfigNode &server);
// The name that files and certificates of a server are called by: its first name without a wildcard; may be empty.
QByteArray titleOf(const ConfigNode &server);
// Puts directives behind the last one of those names, or at the beginning of the block.
void insertBehind(ConfigNode &block, std::initializer_list<const char *> names, std::vector<ConfigNode> added);
// Puts directives behind the simple directives of a block, in front of its first inner block and that one's comments.
void insertBeforeBlocks(ConfigNode &block, std::vector<ConfigNode> added);
// Every directive below `node`, blocks included, map entries and their like left out.
void forEach(ConfigNode &node, const std::function<void(ConfigNode &)> &visit);
void forEach(const ConfigNode &node, const std::function<void(const ConfigNode &)> &visit);

} // namespace portlight::servertree
