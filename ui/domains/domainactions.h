// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/workspace.h"

#include <functional>

class QUrl;

namespace portlight {

// What the Domains page can ask for. The main window fills these in from the workspace; a test with its own.
struct DomainActions {
    std::function<quint16()> listenPort;
    // A draft with what is customary here; may be missing.
    std::function<DomainDraft(const DomainDraft &)> complete;
    std::function<Result<int>(const DomainDraft &)> add;
    std::function<Result<void>(int, const DomainDraft &)> update;
    std::function<Result<void>(int)> remove;
    std::function<Result<void>()> undoRemove;
    std::function<Result<void>(int, bool)> setEnabled;
    std::function<Result<DomainDraft>(int)> draftOf;
    // nginx's text of a domain, as saved or as it would be with this draft.
    std::function<QByteArray(int)> preview;
    std::function<QByteArray(int, const DomainDraft &)> previewDraft;
    std::function<Result<int>()> startDemo;
    std::function<void()> findPorts;
    std::function<void(const QUrl &)> openUrl;
    std::function<void()> openConfigFile;
    std::function<void()> importConfig;
    std::function<void()> showCertificates;
};

} // namespace portlight
