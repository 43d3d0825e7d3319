// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace portlight {

class Authority;
class ControlServer;
class ProxyEngine;
class Workspace;

// Gives a control server the commands add, remove, list, status and reload, which act on the workspace, and those of
// addBackendCommands. Both live on one thread, and the workspace must outlive the server.
void addWorkspaceCommands(ControlServer &server, Workspace &workspace);
// backends, peer-state and peer-weight, which act on what the engine runs.
void addBackendCommands(ControlServer &server, ProxyEngine &engine);
// ca-unlock, which gives the authority the passphrase of its keys, or has it ask its keychain once more. It answers
// before that has been tried.
void addAuthorityCommands(ControlServer &server, Authority &authority);

} // namespace portlight
