// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// All of the HTTP/1 reading side.
#include "http/bodydecoder.h"
#include "http/requestparser.h"
#include "http/responseparser.h"
