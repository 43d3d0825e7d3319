// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace portlight {

class ControlServer;
class Workspace;

// Gives a control server the commands add, remove, list, status and reload, which act on the workspace. Both live on
// one thread, and the workspace must outlive the server.
void addWorkspaceCommands(ControlServer &server, Workspace &workspace);

} // namespace portlight
