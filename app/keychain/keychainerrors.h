// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <keychain.h>

namespace portlight {

// What a job that failed means to a person, and what to do about it.
Error keychainError(const QKeychain::Job &job);

} // namespace portlight
